package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whole runs whose recipe says `precision: bfloat16`, on the backend that users have.
class Bfloat16Test {
    private static final int STEPS = 48; // 8 epochs of 6
    private static final double CHANCE = 2.0 / 3;

    @TempDir
    static Path root;

    private static Path pictures;
    private static Path recipe;
    private static Result training;
    private static RunFiles uninterrupted;

    @TempDir
    Path runs;

    @BeforeAll
    static void train() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 20, 1);
        recipe = ToyRecipe.in(root);
        training = train(root.resolve("runs"), "--set", "precision=bfloat16", "--json");
        uninterrupted = RunFiles.latest(root.resolve("runs"));
    }

    private static Result train(Path runs, Object... more) {
        List<Object> arguments = new ArrayList<>(
                List.of("train", "--data", pictures, "--recipe", recipe, "--runs", runs, "--threads", 1));
        arguments.addAll(Arrays.asList(more));
        return Result.done(arguments.toArray());
    }

    @Test
    void learnsToTellHeldOutPicturesApart() throws Exception {
        assertThat(training.json().get("top1_error").asDouble()).isLessThan(CHANCE / 4);
        List<JsonNode> epochs = uninterrupted.log("epoch");
        assertThat(epochs.getLast().get("loss").asDouble()).isLessThan(0.5 * epochs.getFirst().get("loss").asDouble());
        assertThat(uninterrupted.text("recipe.yaml")).contains("precision: bfloat16");
    }

    @Test
    void isNotTheRunInFloat32() throws Exception {
        train(runs, "--epochs", 1);
        double other = RunFiles.latest(runs).log("epoch").getFirst().get("loss").asDouble();
        assertThat(uninterrupted.log("epoch").getFirst().get("loss").asDouble()).isNotEqualTo(other);
    }

    /// A run that is stopped goes on in its own precision, though nobody says so again.
    @Test
    void aResumedRunEndsWhereAnUninterruptedOneEnds() throws Exception {
        train(runs, "--set", "precision=bfloat16", "--max-steps", 20);
        RunFiles run = RunFiles.latest(runs);
        Result resumed = Result.done("train", "--resume", run.folder(), "--threads", 1, "--progress", "plain");
        assertThat(resumed.err()).contains("products and maps in bfloat16");
        assertThat(run.weights(STEPS)).isEqualTo(uninterrupted.weights(STEPS));
        assertThat(run.momentum(STEPS)).isEqualTo(uninterrupted.momentum(STEPS));
        assertThat(losses(run)).isEqualTo(losses(uninterrupted));
    }

    /// A model classifies in either precision, whatever it was trained in.
    @Test
    void aModelClassifiesInBfloat16Too() throws Exception {
        List<Double> exact = probabilities("float32");
        List<Double> rounded = probabilities("bfloat16");
        assertThat(rounded).hasSameSizeAs(exact).isNotEqualTo(exact);
        for (int i = 0; i < exact.size(); i++) {
            assertThat(rounded.get(i)).isCloseTo(exact.get(i), within(.02));
        }
    }

    private static List<Double> probabilities(String precision) throws IOException {
        JsonNode answers = Result.done("classify", uninterrupted.folder(), pictures, "--json", "--precision", precision)
                .json();
        List<Double> all = new ArrayList<>();
        for (JsonNode picture : answers) {
            picture.get("predictions").forEach(guess -> {
                if (guess.get("class").asText().equals("discs")) {
                    all.add(guess.get("probability").asDouble());
                }
            });
        }
        assertThat(all).isNotEmpty();
        return all;
    }

    private static List<JsonNode> losses(RunFiles run) throws IOException {
        return run.log("step").stream().map(line -> line.get("loss")).toList();
    }
}
