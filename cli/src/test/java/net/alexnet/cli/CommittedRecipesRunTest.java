package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The recipes that come with the program, for a step or an epoch.
class CommittedRecipesRunTest {
    @TempDir
    Path root;

    private Path pictures;
    private Path runs;

    @BeforeEach
    void draw() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 10, 1);
        runs = root.resolve("runs");
    }

    @Test
    void aFolderAloneIsTrainedWithTheRecipeForPictures() throws Exception {
        Result result = Result.done("train", "--data", pictures, "--runs", runs, "--epochs", 1, "--threads", 3, "--set",
                "network.input=64", "--set", "network.width=0.05", "--progress", "plain");
        assertThat(result.err()).contains(
                "libtorch", "3 classes, 24 training and 6 validation pictures",
                "24 pictures of 3 classes and 3 threads", "64 × 64 pixels, width 0.05, 1 epoch in batches of 8",
                "expected to take about", "training starts", "epoch 1/1  loss");
        assertThat(result.out()).contains("top-1 error", "on 6 pictures after epoch 1", "use it: ./alexnet classify");
        RunFiles run = RunFiles.latest(runs);
        assertThat(run.folder().getFileName().toString()).endsWith("-pictures");
        assertThat(run.text("recipe.yaml")).contains("variant: paper", "resize: 73", "initialization: he");
    }

    @Test
    void nothingAtAllTrainsTheQuickstartOnTheEmbeddedSample() throws Exception {
        Result result = Result.done("train", "--runs", runs, "--max-steps", 2, "--threads", 2, "--progress", "plain",
                "--set", "network.width=0.1");
        assertThat(result.err()).contains(
                "the embedded sample: 10 classes, 6000 training and 1000 validation pictures",
                "step 1/940  epoch 1/10", "stopped after step 2 and saved");
        RunFiles run = RunFiles.latest(runs);
        assertThat(run.folder().getFileName().toString()).endsWith("-quickstart");
        assertThat(run.checkpoints()).containsExactly("step-00000002");
        JsonNode figures = Result.done("inspect", run.folder(), "--json").json();
        assertThat(figures.get("classes").asInt()).isEqualTo(10);
    }

    @Test
    void theReferenceBackendTrainsToTheSameLosses() throws Exception {
        Path recipe = ToyRecipe.in(root);
        RunFiles[] both = new RunFiles[2];
        for (int i = 0; i < 2; i++) {
            Path where = runs.resolve(String.valueOf(i));
            JsonNode figures = Result
                    .done("train", "--data", pictures, "--recipe", recipe, "--runs", where, "--epochs", 1,
                            "--threads", 2, "--json", "--device", i == 0 ? "reference" : "cpu")
                    .json();
            assertThat(figures.get("steps").asInt()).isEqualTo(3);
            both[i] = RunFiles.latest(where);
        }
        for (int step = 0; step < 3; step++) {
            double loss = both[0].log("step").get(step).get("loss").asDouble();
            assertThat(both[1].log("step").get(step).get("loss").asDouble()).isCloseTo(loss, within(1e-3 * loss));
        }
    }
}
