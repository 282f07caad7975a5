package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A signal to a process that trains.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Process.destroy() ends a process there without asking it")
class ShutdownSignalTest {
    private static final int SIGTERM_EXIT = 128 + 15;

    @TempDir
    Path root;

    private Path pictures;
    private Path recipe;

    @BeforeEach
    void draw() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 20, 1);
        recipe = ToyRecipe.in(root);
    }

    @Test
    @Timeout(120)
    void sigtermSavesAndTheResumedRunIsAsIfNothingHadHappened() throws Exception {
        Process child = train(root.resolve("stopped"));
        List<String> said = new ArrayList<>();
        try (BufferedReader err = new BufferedReader(
                new InputStreamReader(child.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = err.readLine(); line != null; line = err.readLine()) {
                said.add(line);
                if (line.startsWith("step 9/")) {
                    child.toHandle().destroy(); // SIGTERM; Process.destroy() closes our end of the pipe besides
                }
            }
        }
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said).last().asString().startsWith("stopped after step ");
        assertThat(said).filteredOn(line -> line.startsWith("stopping")).as("true of whatever is under way")
                .containsExactly("stopping as soon as what is under way allows it…");
        assertThat(child.exitValue()).isEqualTo(SIGTERM_EXIT);
        Matcher stopped = Pattern
                .compile("stopped after step (\\d+) and saved; go on with: ./alexnet train --resume (.+)")
                .matcher(said.getLast());
        assertThat(stopped.matches()).as(said.getLast()).isTrue();
        long step = Long.parseLong(stopped.group(1));
        assertThat(step).isBetween(9L, 2000L);

        RunFiles run = RunFiles.latest(root.resolve("stopped"));
        assertThat(Path.of(stopped.group(2)).toRealPath()).isEqualTo(run.folder());
        assertThat(run.steps("step")).hasSize((int) step);
        Result.done("train", "--resume", stopped.group(2), "--max-steps", step + 7, "--threads", 1);

        Result.done("train", "--data", pictures, "--recipe", recipe, "--runs", root.resolve("whole"), "--epochs", 1000,
                "--max-steps", step + 7, "--threads", 1);
        RunFiles whole = RunFiles.latest(root.resolve("whole"));
        assertThat(run.weights(step + 7)).isEqualTo(whole.weights(step + 7));
        assertThat(run.momentum(step + 7)).isEqualTo(whole.momentum(step + 7));
        assertThat(run.steps("step")).isEqualTo(whole.steps("step"));
    }

    /// The signal comes before or while features are computed, or, on a busy machine, after that.
    @Test
    @Timeout(120)
    void aRunThatIsStoppedBeforeItBeginsLeavesNoFolder() throws Exception {
        Result.done("train", "--data", pictures, "--recipe", recipe, "--runs", root.resolve("bases"), "--max-steps", 1,
                "--threads", 1);
        Path runs = root.resolve("tuned");
        Process child = start("finetune", root.resolve("bases/latest"), "--data", pictures, "--runs", runs,
                "--epochs", 1000, "--threads", 1, "--progress", "plain").redirectOutput(Redirect.DISCARD).start();
        List<String> said = new ArrayList<>();
        try (BufferedReader err = new BufferedReader(
                new InputStreamReader(child.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = err.readLine(); line != null; line = err.readLine()) {
                said.add(line);
                if (line.startsWith("run: ")) {
                    child.toHandle().destroy();
                }
            }
        }
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said).last().asString().containsAnyOf("rows of features", "cannot be resumed",
                "and saved; go on with");
        try (Stream<Path> left = Files.list(runs)) {
            assertThat(left).allSatisfy(run -> assertThat(run.resolve("checkpoints")).isNotEmptyDirectory());
        }
    }

    /// The reference computes slowly enough for a signal to come between.
    @Test
    @Timeout(120)
    void sigtermLeavesNothingOfFeaturesThatWereUnderWay() throws Exception {
        Result.done("train", "--data", pictures, "--recipe", recipe, "--runs", root.resolve("runs"), "--epochs", 1);
        for (int i = 0; i < 5000; i++) {
            Files.copy(pictures.resolve("rows/0.png"), pictures.resolve("rows/copy-" + i + ".png"));
        }
        Path cache = root.resolve("cache");
        Path table = root.resolve("table.csv");
        ProcessBuilder features = start("features", root.resolve("runs/latest"), "--data", pictures, "--out", table,
                "--device", "reference").redirectError(root.resolve("said").toFile());
        features.environment().put("XDG_CACHE_HOME", cache.toString());
        Process child = features.start();
        Path kept = cache.resolve("alexnet/features");
        while (child.isAlive() && drafts(kept).isEmpty()) {
            Thread.sleep(10);
        }
        child.toHandle().destroy();
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).isEqualTo(SIGTERM_EXIT);
        assertThat(Files.readString(root.resolve("said"))).contains("stopped after ", " of 5060 rows");
        assertThat(drafts(kept)).isEmpty();
        assertThat(table).doesNotExist();
        assertThat(Path.of(table + ".tmp")).doesNotExist();
    }

    /// `evaluate` does not wait for anything when it is stopped, so it cannot close its files itself.
    @Test
    @Timeout(120)
    void sigtermLeavesNoDraftOfATable() throws Exception {
        Result.done("train", "--data", pictures, "--recipe", recipe, "--runs", root.resolve("runs"), "--epochs", 1);
        for (int i = 0; i < 5000; i++) {
            Files.copy(pictures.resolve("rows/0.png"), pictures.resolve("rows/copy-" + i + ".png"));
        }
        Path out = Files.createDirectory(root.resolve("out"));
        Process child = start("evaluate", root.resolve("runs/latest"), "--data", pictures, "--out",
                out.resolve("table.csv"), "--device", "reference", "--views", 10).redirectErrorStream(true)
                .redirectOutput(root.resolve("said").toFile()).start();
        while (child.isAlive() && out.toFile().list().length == 0) {
            Thread.sleep(10);
        }
        child.toHandle().destroy();
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).as(Files.readString(root.resolve("said"))).isEqualTo(SIGTERM_EXIT);
        assertThat(out).isEmptyDirectory();
    }

    private static List<Path> drafts(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().contains(".tmp-")).toList();
        }
    }

    /// The program in a process of its own, as `./alexnet train` starts it.
    private Process train(Path runs) throws IOException {
        return start("train", "--data", pictures, "--recipe", recipe, "--runs", runs, "--epochs", 1000, "--threads", 1,
                "--progress", "plain").redirectOutput(Redirect.DISCARD).start();
    }

    private static ProcessBuilder start(Object... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("-X") || flag.startsWith("--enable") || flag.startsWith("--add")
                        || flag.startsWith("-Dorg.bytedeco"))
                .toList());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        Stream.of(arguments).map(String::valueOf).forEach(command::add);
        return new ProcessBuilder(command);
    }
}
