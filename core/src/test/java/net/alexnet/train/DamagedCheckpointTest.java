package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.alexnet.io.Hashes;
import net.alexnet.io.NamedTensor;
import net.alexnet.tensor.ComputeEnvironment;
import net.alexnet.tensor.Shape;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DamagedCheckpointTest {
    private static final ComputeEnvironment NUMERICS = new ComputeEnvironment("an engine 1.2", "cpu", 3, "some");
    @TempDir
    Path run;

    private Path folder = Path.of("");
    private CheckpointStore store = new CheckpointStore(folder, 1);

    @BeforeEach
    void saveThree() throws IOException {
        folder = run.resolve("checkpoints");
        store = new CheckpointStore(folder, 3);
        TrainingState state = TrainingState.start(1);
        for (int step = 1; step <= 3; step++) {
            state = state.afterStep(Optional.of(new TrainingState.Reading(2.3, 8, 7)));
            List<NamedTensor> weights = List.of(NamedTensor.of("w", Shape.of(5), () -> new float[] {1, 2, 3, 4, 5}));
            store.save(state, NUMERICS, "name: tiny\n", Map.of("net", "tiny"), weights, weights);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "momentum.safetensors", "state.json", "state.json.sha256"})
    void refusesTruncatedAndAlteredFilesByName(String name) throws IOException {
        Path file = folder.resolve("step-00000003").resolve(name);
        byte[] whole = Files.readAllBytes(file);
        for (int place = 0; place < whole.length; place += 1 + whole.length / 100) {
            Files.write(file, Arrays.copyOf(whole, place));
            assertRefused(name);
            byte[] altered = whole.clone();
            altered[place] ^= 1;
            Files.write(file, altered);
            assertRefused(name);
        }
        Files.write(file, Arrays.copyOf(whole, whole.length + 1));
        assertRefused(name);
        Files.delete(file);
        assertRefused(name);
        Files.write(file, whole);
        assertThat(store.load(folder.resolve("step-00000003")).state().step()).isEqualTo(3);
    }

    private void assertRefused(String name) {
        IOException refusal = refusal("step-00000003");
        assertThat(refusal)
                .hasMessageContainingAll(folder.resolve("step-00000003").toString(), name,
                        folder.resolve("step-00000002").toString());
    }

    @Test
    void saysWhatWasExpectedAndFound() throws IOException {
        Path model = folder.resolve("step-00000003/model.safetensors");
        byte[] whole = Files.readAllBytes(model);
        Files.write(model, Arrays.copyOf(whole, 100));

        assertThat(refusal("step-00000003"))
                .hasMessageContainingAll("model.safetensors", "100 bytes", "expected " + whole.length);
    }

    @Test
    void namesTheNewestIntactCheckpoint() throws IOException {
        Files.delete(folder.resolve("step-00000003/state.json"));
        Files.writeString(folder.resolve("step-00000002/momentum.safetensors"), "");
        assertThat(refusal("step-00000003")).hasMessageContaining("Resume from " + folder.resolve("step-00000001"));

        Files.delete(folder.resolve("step-00000001/model.safetensors"));
        for (String none : List.of("step-00000003", "step-00000001")) {
            assertThat(refusal(none)).hasMessageContaining("no intact checkpoint");
        }
    }

    @Test
    void theBestIsChosenAmongReadableCheckpoints() throws IOException {
        Files.writeString(folder.resolve("step-00000002/state.json"), "{");

        assertThat(store.best()).isEmpty();
        assertThat(store.list()).hasSize(3);
    }

    @Test
    void aNullWhereAValueIsExpectedIsDamage() throws IOException {
        for (String key : List.of("files", "state", "recipe", "written")) {
            saveThree();
            change("(\"" + key + "\" : )(\\[[^]]*]|\\{[^}]*(\\{[^}]*}[^}]*)*}|\"[^\"]*\")", "$1null");
            assertThat(refusal("step-00000003")).as(key).hasMessageContaining("state.json");
            assertThat(store.best()).as(key).isEmpty();
        }
    }

    private void change(String pattern, String replacement) throws IOException {
        Path state = folder.resolve("step-00000003/state.json");
        String changed = Files.readString(state).replaceFirst(pattern, replacement);
        assertThat(changed).isNotEqualTo(Files.readString(state));
        Files.writeString(state, changed);
        String sum = Hashes.hex(changed.getBytes(StandardCharsets.UTF_8));
        Files.writeString(state.resolveSibling("state.json.sha256"), sum + "  state.json\n");
    }

    @Test
    void namesAnotherVersionOfTheFormat() throws IOException {
        change("\"format_version\" : 1", "\"format_version\" : 2");
        assertThat(refusal("step-00000003")).hasMessageContainingAll("state.json", "version 2", "expected 1");
    }

    private IOException refusal(String name) {
        return catchThrowableOfType(IOException.class, () -> store.load(folder.resolve(name)));
    }
}
