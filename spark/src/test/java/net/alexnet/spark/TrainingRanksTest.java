package net.alexnet.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.condition.OS.LINUX;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.alexnet.io.Hashes;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Ranks in executors train to the bits that `launch` trains to, also when an executor is killed.
@EnabledOnOs(LINUX)
@ExtendWith(Cluster.class)
@Timeout(300)
class TrainingRanksTest {
    private static final int STEPS = 40;
    private static final SparkSession SPARK = Cluster.session();

    @TempDir
    static Path root;

    private static Path pictures;
    private static Path recipe;
    private static String launched;

    @TempDir
    Path runs;

    @BeforeAll
    static void launch() throws Exception {
        pictures = Toy.pictures(root.resolve("pictures"), 12);
        recipe = Toy.recipe(root);
        Path folder = root.resolve("runs");
        List<String> command = Stream.concat(Cluster.program("launch", "--processes", 2).stream(), train(folder))
                .toList();
        Path log = root.resolve("log");
        int code = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor();
        assertThat(code).as(Files.readString(log)).isZero();
        launched = weights(folder);
    }

    private static Stream<String> train(Path runs) {
        return Stream
                .of("train", "--data", pictures, "--recipe", recipe, "--runs", runs, "--max-steps", STEPS, "--epochs",
                        40, "--threads", 1, "--set", "checkpoints.every_steps=5", "--rank-timeout", 20)
                .map(String::valueOf);
    }

    private static List<String> rank(Path runs) {
        return Cluster.program(train(runs).toArray());
    }

    private static String weights(Path runs) throws IOException {
        try (Stream<Path> all = Files.walk(runs)) {
            Path last = all.filter(path -> path.endsWith("step-%08d".formatted(STEPS))).findFirst().orElseThrow();
            return Hashes.hex(last.resolve("model.safetensors")) + Hashes.hex(last.resolve("momentum.safetensors"));
        }
    }

    @Test
    void trainsAsLaunchDoes() throws Exception {
        String said = TrainingRanks.of(SPARK, 2).maxRestarts(0).run(rank(runs));
        assertThat(said).contains("run: ");
        assertThat(weights(runs)).isEqualTo(launched);
    }

    @Test
    void aKilledExecutorChangesNothing() throws Exception {
        try (ExecutorService driver = Executors.newSingleThreadExecutor()) { // onExit() needs the common pool
            Future<String> said = driver.submit(() -> TrainingRanks.of(SPARK, 2).run(rank(runs)));
            while (!said.isDone() && !hasCheckpoint()) {
                Thread.sleep(5);
            }
            ProcessHandle executor = ProcessHandle.current().children()
                    .filter(child -> child.children().findAny().isPresent()).findFirst().orElseThrow();
            List<ProcessHandle> ranks = executor.descendants() // not the shells: a container may not collect orphans
                    .filter(child -> child.info().command().filter(name -> name.endsWith("/java")).isPresent())
                    .toList();
            assertThat(ranks).isNotEmpty();
            executor.destroyForcibly();
            for (ProcessHandle rank : ranks) {
                rank.onExit().get(20, TimeUnit.SECONDS);
            }
            assertThat(said.get()).contains("run: ");
            assertThat(weights(runs)).isEqualTo(launched);
        }
    }

    private boolean hasCheckpoint() throws IOException {
        try (Stream<Path> all = Files.walk(runs)) {
            return all.anyMatch(path -> path.endsWith("state.json.sha256"));
        } catch (UncheckedIOException e) {
            return false; // a checkpoint was renamed meanwhile
        }
    }

    @Test
    void wrongUseIsNotRepeated() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> TrainingRanks.of(SPARK, 2).run(Cluster.program("train", "--no-such-option")))
                .withMessageContainingAll("code 2", "--no-such-option");
    }

    @Test
    void moreRanksThanTasksAreRefused() {
        assertThatIllegalStateException().isThrownBy(() -> TrainingRanks.of(SPARK, 3).run(List.of("true")))
                .withMessageContainingAll("3", "2");
    }
}
