package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs that are broken on purpose: each must say why it does not learn, once.
class BrokenRunTest {
    @TempDir
    static Path root;

    private static Path pictures;
    private static Path recipe;

    @TempDir
    Path runs;

    private final List<Object> command = new ArrayList<>();

    @BeforeAll
    static void draw() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 20, 1);
        recipe = ToyRecipe.in(root);
    }

    @BeforeEach
    void begin() {
        command.addAll(List.of("train", "--data", pictures, "--recipe", recipe, "--runs", runs, "--epochs", 3,
                "--threads", 1));
    }

    private Result with(String... settings) {
        Arrays.stream(settings).forEach(setting -> command.addAll(List.of("--set", setting)));
        return Result.of(command.toArray());
    }

    private RunFiles run() throws Exception {
        return RunFiles.latest(runs);
    }

    /// The text of the one warning that was given, on standard error and in the log.
    private String oneWarning(Result result) throws Exception {
        assertThat(result.exitCode()).as("%s", result).isZero();
        assertThat(result.errLines()).hasSize(1);
        List<String> logged = run().log("warning").stream().map(line -> line.get("text").asText()).toList();
        assertThat(logged).hasSize(1);
        assertThat(result.errLines()).containsExactly("warning: " + logged.getFirst());
        return logged.getFirst();
    }

    @Test
    void aLossThatIsNoNumberEndsTheRunBeforeTheLastGoodCheckpointIsLost() throws Exception {
        Result result = with("optimizer.learning_rate=1e6", "checkpoints.every_steps=1");
        assertThat(result.err()).containsPattern(
                "^alexnet: the loss is (NaN|-?Infinity) at step \\d+: (conv|norm|pool|fc)\\d\\b.*optimizer.learning_rate is 1000000");
        result.isRefused(1, "learning_rate");
        List<Long> steps = run().steps("step");
        assertThat(steps.getLast()).as("the step before").isLessThan(6);
        Path good = run().checkpoint(steps.getLast());
        assertThatAllWeightsAreNumbers(good);
        assertThat(Result.of("evaluate", good, "--threads", 1, "--json").exitCode()).isZero();
        assertThat(run().checkpoints()).last().isEqualTo(good.getFileName().toString());
    }

    @Test
    void weightsThatAreNoNumbersAreNotSavedThoughNoLossWasRead() throws Exception {
        Result result = with("optimizer.learning_rate=1e6", "checkpoints.every_steps=1",
                "monitor.check_every_steps=1000",
                "monitor.log_every_steps=1000");
        assertThat(result.err())
                .containsPattern("^alexnet: after step \\d+ (conv|fc)\\d\\.(weight|bias) has values that");
        result.isRefused(1, "learning_rate");
        assertThat(run().checkpoints()).isNotEmpty();
        for (String checkpoint : run().checkpoints()) {
            assertThatAllWeightsAreNumbers(run().folder().resolve("checkpoints").resolve(checkpoint));
        }
    }

    private static void assertThatAllWeightsAreNumbers(Path checkpoint) throws Exception {
        try (WeightFile weights = SafetensorsFile.open(checkpoint.resolve("model.safetensors"))) {
            for (String name : weights.names()) {
                for (float weight : weights.read(name)) {
                    assertThat(weight).as(name).isFinite();
                }
            }
        }
    }

    @Test
    void aLossThatStaysAtChanceIsToldOfOnce() throws Exception {
        Result result = with("optimizer.learning_rate=1e-9", "network.initialization=paper", "pictures.values=raw",
                "monitor.flat_after_steps=10");
        assertThat(oneWarning(result)).contains("1.099", "pictures.values is 'raw'",
                "network.initialization is 'paper'", "optimizer.learning_rate is 1.0E-9");
        assertThat(run().steps("warning").getFirst()).isBetween(10L, 18L);
    }

    @Test
    void deadUnitsAreToldOfOnce() throws Exception {
        // only the biases move, and far: with this seed the first step pushes all of conv1's below zero
        Result result = with("optimizer.learning_rate=1e-6", "optimizer.bias_learning_rate_factor=1e9",
                "optimizer.momentum=0", "seed=1",
                "batch=16");
        assertThat(oneWarning(result)).contains("100 % of the units of conv1");
    }

    @Test
    void inputsTooLargeForTheWeightsAreToldOfOnce() throws Exception {
        Result result = with("optimizer.learning_rate=1e-6", "pictures.values=raw");
        assertThat(oneWarning(result)).contains("initialization", "conv1", "grow",
                "pictures.values: standardized");
        assertThat(run().steps("warning")).containsExactly(1L);
    }

    @Test
    void inputsTooSmallForTheWeightsAreToldOfOnce() throws Exception {
        Result result = with("optimizer.learning_rate=1e-6", "network.initialization=paper");
        assertThat(oneWarning(result)).contains("initialization", "conv1", "fade",
                "pictures.values: raw");
    }
}
