package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFile;
import net.alexnet.tensor.ComputeEnvironment;
import net.alexnet.tensor.Shape;
import net.alexnet.train.config.Schedule;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
    private static final ComputeEnvironment ENVIRONMENT = new ComputeEnvironment("an engine 1.2", "cpu", 3, "some");
    private static final String RECIPE = "name: tiny\nschedule: {type: constant} # why\n";

    @TempDir
    Path run;

    private Path folder = Path.of("");
    private CheckpointStore store = new CheckpointStore(folder, 1);

    @BeforeEach
    void open() {
        folder = run.resolve("checkpoints");
        store = new CheckpointStore(folder, 2);
    }

    /// Otherwise saving would remove the checkpoints of the other run.
    @Test
    void checkpointsAreNotSavedThroughALink() throws IOException {
        Path other = Files.createDirectories(run.resolve("other/step-00000001"));
        Files.createSymbolicLink(folder, other.getParent());
        assertThatThrownBy(() -> store.save(TrainingState.start(1), ENVIRONMENT, RECIPE, Map.of(), weights(1, 2),
                weights(3, 4))).isInstanceOf(IOException.class).hasMessageContaining(folder.toString());
        assertThatThrownBy(() -> new RunFolder(run).lock()).isInstanceOf(IOException.class)
                .hasMessageContaining(folder.toString());
        try (Stream<Path> left = Files.list(other.getParent())) {
            assertThat(left).containsExactly(other);
        }
    }

    @Test
    void loadsWhatWasSaved() throws IOException {
        TrainingState state = new TrainingState(-7, 1234, 3, 5, 0.1 + 0.2, 4, 512, 17,
                new Schedule.State(1.0 / 3, 2, 1, false),
                0.375);

        Path saved = store.save(state, ENVIRONMENT, RECIPE, Map.of("net", "tiny"), weights(1, 2), weights(3, 4));

        assertThat(saved).isEqualTo(folder.resolve("step-00001234"));
        Checkpoint loaded = store.load(store.latest().orElseThrow());
        assertThat(loaded.state()).isEqualTo(state);
        assertThat(loaded.environment()).isEqualTo(ENVIRONMENT);
        assertThat(loaded.recipe()).isEqualTo(RECIPE);
        assertThat(loaded.written()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        try (WeightFile model = loaded.openModel();
                WeightFile momentum = loaded.openMomentum()) {
            assertThat(model.metadata()).isEqualTo(Map.of("net", "tiny"));
            assertThat(model.read("w")).containsExactly(1, 2);
            assertThat(momentum.read("w")).containsExactly(3, 4);
        }
    }

    @Test
    void theStateIsReadable() throws IOException {
        save(20, null);

        assertThat(folder.resolve("step-00000020/state.json"))
                .content()
                .contains("\"format_version\" : 1", "\"step\" : 20", "\"best\" : \"Infinity\"",
                        "\"batch_in_epoch\" : 0")
                .contains("\"validation_error\" : null", "\"name\" : \"momentum.safetensors\"", "\"sha256\" : \"")
                .endsWith("}\n");
        assertThat(store.load(folder.resolve("step-00000020")).state().error()).isEmpty();
    }

    @Test
    void keepsTheNewestAndTheBest() throws IOException {
        save(10, 0.5);
        save(20, 0.3);
        save(30, 0.4);
        save(40, 0.3); // as good as 20: the earlier one stays the best
        save(50, null);
        assertThat(steps()).containsExactly("step-00000020", "step-00000040", "step-00000050");
        assertThat(store.best()).contains(folder.resolve("step-00000020"));
        assertThat(store.latest()).contains(folder.resolve("step-00000050"));

        save(60, 0.2);
        assertThat(steps()).containsExactly("step-00000050", "step-00000060");
        assertThat(store.best()).contains(folder.resolve("step-00000060"));
    }

    @Test
    void hasNoCheckpointBeforeTheFirstSave() throws IOException {
        assertThat(store.list()).isEmpty();
        assertThat(store.latest()).isEmpty();
        assertThat(store.best()).isEmpty();
        assertThat(folder).doesNotExist();
    }

    @Test
    void theSameStepIsReplaced() throws IOException {
        save(10, 0.5);
        store.save(state(10, 0.4), ENVIRONMENT, RECIPE, Map.of(), weights(8, 9), weights(0, 0));

        assertThat(steps()).containsExactly("step-00000010");
        Checkpoint loaded = store.load(folder.resolve("step-00000010"));
        assertThat(loaded.state().error()).hasValue(0.4);
        try (WeightFile model = loaded.openModel()) {
            assertThat(model.read("w")).containsExactly(8, 9);
        }
    }

    @Test
    void aSaveRemovesCheckpointsOfLaterSteps() throws IOException {
        save(10, 0.5);
        save(20, 0.1);
        assertThat(Files.deleteIfExists(folder.resolve("step-00000020/model.safetensors"))).isTrue();

        save(15, 0.4); // resumed from 10

        assertThat(steps()).containsExactly("step-00000010", "step-00000015");
    }

    @Test
    void stepsBeyondEightDigitsStayInOrder() throws IOException {
        save(99_999_999, null);
        save(100_000_000, null);

        assertThat(store.latest()).contains(folder.resolve("step-100000000"));
    }

    @Test
    void theNextSaveRemovesWhatACrashLeft() throws IOException {
        save(10, 0.5);
        Files.move(Files.createDirectory(run.resolve("half")), folder.resolve(".writing-step-00000020"));
        Files.writeString(folder.resolve(".writing-step-00000020/model.safetensors.tmp"), "half");
        Files.createDirectory(folder.resolve(".removed-step-00000005"));
        Files.writeString(folder.resolve("notes.txt"), "mine");
        assertThat(steps()).containsExactly("step-00000010");

        save(20, 0.4);

        assertThat(steps()).containsExactly("step-00000010", "step-00000020");
        assertThat(names()).containsExactlyInAnyOrder("step-00000010", "step-00000020", "notes.txt");
    }

    @Test
    void aCrashWhileReplacingLosesNothing() throws IOException {
        save(10, 0.5);
        Path aside = folder.resolve(".replaced-step-00000010");
        Files.move(folder.resolve("step-00000010"), aside); // and here the power went

        assertThat(store.latest()).contains(aside);
        assertThat(store.load(aside).state().step()).isEqualTo(10);

        save(20, 0.4);
        assertThat(names()).containsExactlyInAnyOrder("step-00000010", "step-00000020");
    }

    @Test
    void aFailedSaveKeepsEarlierCheckpoints() throws IOException {
        save(10, 0.5);
        save(20, 0.4);
        List<NamedTensor> failing = List.of(weights(1, 2).getFirst(), NamedTensor.of("x", Shape.of(1), () -> {
            throw new UncheckedIOException(new IOException("the device is gone"));
        }));

        assertThatThrownBy(() -> store.save(state(30, 0.3), ENVIRONMENT, RECIPE, Map.of(), weights(1, 2), failing))
                .isInstanceOf(UncheckedIOException.class);

        assertThat(names()).containsExactlyInAnyOrder("step-00000010", "step-00000020");
        assertThat(store.load(folder.resolve("step-00000020")).state()).isEqualTo(state(20, 0.4));
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamedWithItsCause() throws IOException {
        Files.writeString(folder, "a file where the folder should be");

        assertThatThrownBy(() -> save(10, null))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot save the checkpoint " + folder.resolve("step-00000010") + ": ")
                .hasMessageContaining(": " + folder + ": ")
                .hasMessageContaining("unchanged");
    }

    /// Linux counts the bytes that a process reads.
    @Test
    void aSaveDoesNotReadItsFilesBack() throws IOException {
        Path io = Path.of("/proc/self/io");
        assumeThat(io).exists();
        float[] values = new float[4 << 20];
        long before = bytesRead(io);

        store.save(state(10, 0.5), ENVIRONMENT, RECIPE, Map.of(), weights(values), weights(values));

        assertThat(bytesRead(io) - before).isLessThan(4L * values.length);
        assertThat(store.load(folder.resolve("step-00000010")).state().step()).isEqualTo(10);
    }

    private static long bytesRead(Path io) throws IOException {
        return Files.readAllLines(io).stream().filter(line -> line.startsWith("rchar: "))
                .mapToLong(line -> Long.parseLong(line.substring("rchar: ".length()))).sum();
    }

    @Test
    void refusesToKeepNone() {
        assertThatThrownBy(() -> new CheckpointStore(folder, 0))
                .hasMessage("at least 1 checkpoint must be kept, found 0");
    }

    private void save(long step, @Nullable Double error) throws IOException {
        store.save(state(step, error), ENVIRONMENT, RECIPE, Map.of(), weights(1, 2), weights(3, 4));
    }

    private List<String> steps() throws IOException {
        return store.list().stream()
                .map(path -> String.valueOf(path.getFileName()))
                .toList();
    }

    private List<String> names() throws IOException {
        try (var paths = Files.list(folder)) {
            return paths.map(path -> String.valueOf(path.getFileName())).toList();
        }
    }

    private static TrainingState state(long step, @Nullable Double error) {
        return new TrainingState(1, step, 0, 0, 0, 0, 0, 0, Schedule.State.start(), error);
    }

    private static List<NamedTensor> weights(float... values) {
        return List.of(NamedTensor.of("w", Shape.of(values.length), () -> values));
    }
}
