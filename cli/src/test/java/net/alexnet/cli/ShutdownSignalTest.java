package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.alexnet.io.AtomicFileWriter;
import net.alexnet.io.Hashes;
import net.alexnet.io.LockFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Signals to whole processes: a command saves its work, leaves no drafts, and exits with 128 plus the signal's number.
@Timeout(180)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Process.destroy() ends a process there without asking it")
class ShutdownSignalTest {
    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;

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
    void sigtermSavesAndTheResumedRunIsAsIfNothingHadHappened() throws Exception {
        Process child = train(root.resolve("stopped"));
        List<String> said = ProgramProcess.signalAt(child, "step 9/", SIGTERM);
        assertEndsBy(SIGTERM, child);
        assertThat(said).last().asString().startsWith("stopped after step ");
        assertThat(said).filteredOn(line -> line.startsWith("stopping"))
                .containsExactly("stopping as soon as the work under way allows it…");
        Matcher stopped = Pattern
                .compile("stopped after step (\\d+) and saved; continue with: ./alexnet train --resume (.+)")
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
    void aRunThatIsStoppedBeforeItBeginsLeavesNoFolder() throws Exception {
        Result.done("train", "--data", pictures, "--recipe", recipe, "--runs", root.resolve("bases"), "--max-steps", 1,
                "--threads", 1);
        Path runs = root.resolve("tuned");
        Process child = start("finetune", root.resolve("bases/latest"), "--data", pictures, "--runs", runs,
                "--epochs", 1000, "--threads", 1, "--progress", "plain").redirectOutput(Redirect.DISCARD).start();
        List<String> said = ProgramProcess.signalAt(child, "run: ", SIGTERM);
        assertEndsBy(SIGTERM, child);
        assertThat(said).last().asString().containsAnyOf("rows of features", "cannot be resumed",
                "and saved; continue with");
        try (Stream<Path> left = Files.list(runs)) {
            assertThat(left).allSatisfy(run -> assertThat(run.resolve("checkpoints")).isNotEmptyDirectory());
        }
    }

    /// The reference computes slowly enough for a signal to come between.
    @Test
    void sigtermLeavesNothingOfFeaturesThatWereUnderWay() throws Exception {
        Result.done("train", "--data", pictures, "--recipe", recipe, "--runs", root.resolve("runs"), "--epochs", 1);
        copyPictures(5000);
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
        assertEndsBy(SIGTERM, child);
        assertThat(Files.readString(root.resolve("said"))).contains("stopped after ", " of 5060 rows");
        assertThat(drafts(kept)).isEmpty();
        assertThat(table).doesNotExist();
        assertThat(Path.of(table + ".tmp")).doesNotExist();
    }

    /// `evaluate` does not wait for anything when it is stopped, so it cannot close its files itself.
    @Test
    void sigtermLeavesNoDraftOfATable() throws Exception {
        Result.done("train", "--data", pictures, "--recipe", recipe, "--runs", root.resolve("runs"), "--epochs", 1);
        copyPictures(5000);
        Path out = Files.createDirectory(root.resolve("out"));
        Process child = start("evaluate", root.resolve("runs/latest"), "--data", pictures, "--out",
                out.resolve("table.csv"), "--device", "reference", "--views", 10).redirectErrorStream(true)
                .redirectOutput(root.resolve("said").toFile()).start();
        while (child.isAlive() && out.toFile().list().length == 0) {
            Thread.sleep(10);
        }
        child.toHandle().destroy();
        assertEndsBy(SIGTERM, child);
        assertThat(out).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(ints = {SIGINT, SIGTERM})
    void aStoppedPreparationLeavesNoDraftsAndTheSameCommandContinues(int signal) throws Exception {
        assumeCaught(signal);
        copyPictures(1500);
        Object[] prepare = {"prepare", pictures, root.resolve("out"), "--size", 128, "--format", "jpeg", "--shard-size",
            "200kB", "--threads", 1, "--json"};
        Process child = start(prepare).redirectError(root.resolve("said").toFile()).start();
        Path second = root.resolve("out/train-000001.tar");
        while (child.isAlive() && !Files.exists(second)) {
            Thread.sleep(1);
        }
        ProgramProcess.signal(child, signal);
        assertEndsBy(signal, child);
        assertThat(Files.readString(root.resolve("said"))).contains("stopped; ", " of 1,560 pictures")
                .doesNotContain("stopped; 0 of");
        assertThat(root.resolve("out/dataset.json")).doesNotExist();
        assertThat(drafts(root.resolve("out"))).isEmpty();

        Result.done(prepare);
        prepare[2] = root.resolve("whole");
        Result.done(prepare);
        assertThat(files(root.resolve("out"))).isEqualTo(files(root.resolve("whole"))).containsKey("dataset.json");
    }

    /// The pull waits for another one, which holds the lock, so it downloads nothing.
    @ParameterizedTest
    @ValueSource(ints = {SIGINT, SIGTERM})
    void aStoppedPullExitsWithTheCodeOfTheSignal(int signal) throws Exception {
        assumeCaught(signal);
        Path model = Files.createDirectories(root.resolve("cache/alexnet/models/bvlc_alexnet"));
        try (LockFile _ = LockFile.tryTake(model.resolve("lock")).orElseThrow()) {
            ProcessBuilder pull = start("pull", "bvlc_alexnet", "--progress", "plain");
            pull.environment().put("XDG_CACHE_HOME", root.resolve("cache").toString());
            Process child = pull.redirectOutput(Redirect.DISCARD).start();
            List<String> said = ProgramProcess.signalAt(child, "waiting for another pull", signal);
            assertThat(said).last().asString().startsWith("stopped; what has arrived is kept");
            assertEndsBy(signal, child);
        }
    }

    /// A command that never asks whether it should stop.
    static final class Stuck {
        public static void main(String[] arguments) throws Exception {
            PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
            try (ShutdownSignal signal = new ShutdownSignal(err, Duration.ofMillis(200));
                    AtomicFileWriter _ = new AtomicFileWriter(Path.of(arguments[0]))) {
                signal.deferExit();
                err.println("ready");
                Thread.sleep(Duration.ofMinutes(5));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {SIGINT, SIGTERM})
    void aCommandThatDoesNotStopIsEndedWithTheCodeOfTheSignal(int signal) throws Exception {
        assumeCaught(signal);
        Path out = Files.createDirectory(root.resolve("out"));
        Process child = ProgramProcess.of(Stuck.class, out.resolve("table.csv")).start();
        List<String> said = ProgramProcess.signalAt(child, "ready", signal);
        assertThat(said).last().asString().startsWith("stopped without saving");
        assertEndsBy(signal, child);
        assertThat(out).isEmptyDirectory();
    }

    private static void assumeCaught(int signal) throws IOException {
        assumeFalse(signal == SIGINT && ProgramProcess.ignoresInterrupts(), "SIGINT is ignored here");
    }

    private static void assertEndsBy(int signal, Process child) throws InterruptedException {
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).isEqualTo(128 + signal);
    }

    private void copyPictures(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            Files.copy(pictures.resolve("rows/0.png"), pictures.resolve("rows/copy-" + i + ".png"));
        }
    }

    private static List<Path> drafts(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().contains(".tmp")).toList();
        }
    }

    /// The SHA-256 of every file.
    private static Map<String, String> files(Path folder) throws IOException {
        Map<String, String> hashes = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                hashes.put(file.getFileName().toString(), Hashes.hex(file));
            }
        }
        return hashes;
    }

    /// The program in a process of its own, as `./alexnet train` starts it.
    private Process train(Path runs) throws IOException {
        return start("train", "--data", pictures, "--recipe", recipe, "--runs", runs, "--epochs", 1000, "--threads", 1,
                "--progress", "plain").redirectOutput(Redirect.DISCARD).start();
    }

    private static ProcessBuilder start(Object... arguments) {
        return ProgramProcess.of(Main.class, arguments);
    }
}
