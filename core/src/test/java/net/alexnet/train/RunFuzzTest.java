package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.alexnet.fuzz.Fuzz;
import net.alexnet.io.Hashes;
import net.alexnet.io.NamedTensor;
import net.alexnet.tensor.ComputeEnvironment;
import net.alexnet.tensor.Shape;
import net.alexnet.train.config.RecipeReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Spoilt files of runs. CONTRIBUTING.md says how to run it for longer.
class RunFuzzTest {
    @TempDir
    Path folder;

    @Test
    void recipes() throws Exception {
        byte[] recipe = RecipeReader.write(TinyRun.recipe(3)).getBytes(StandardCharsets.UTF_8);
        new Fuzz("recipe", List.of(recipe), file -> RecipeReader.read("recipe.yaml",
                new String(file, StandardCharsets.UTF_8), Map.of())).run();
    }

    /// With its seal mended.
    @Test
    void statesOfCheckpoints() throws Exception {
        CheckpointStore store = new CheckpointStore(folder.resolve("checkpoints"), 1);
        List<NamedTensor> weights = List.of(NamedTensor.of("w", Shape.of(1), () -> new float[1]));
        Path checkpoint = store.save(TrainingState.start(1), new ComputeEnvironment("an engine", "cpu", 3, "some"),
                RecipeReader.write(TinyRun.recipe(3)), Map.of(), weights, weights);
        Path state = checkpoint.resolve("state.json");
        new Fuzz("state.json", List.of(Files.readAllBytes(state)), file -> {
            Files.write(state, file);
            Files.writeString(checkpoint.resolve("state.json.sha256"), Hashes.hex(file) + "  state.json\n");
            Checkpoint read = Checkpoint.read(checkpoint);
            read.verify();
            RecipeReader.read("state.json", read.recipe(), Map.of());
        }).run();
    }

    @Test
    void logs() throws Exception {
        Path path = folder.resolve("log.jsonl");
        byte[] log = "{\"step\":1,\"loss\":\"NaN\"}\n{\"step\":2,\"a\":[1e400]}\n{\"step\":3}\n"
                .getBytes(StandardCharsets.UTF_8);
        new Fuzz("log.jsonl", List.of(log), file -> {
            Files.write(path, file);
            JsonLinesLog.open(path, 2).close();
            assertThat(Files.size(path)).isLessThanOrEqualTo(file.length);
        }).run();
    }
}
