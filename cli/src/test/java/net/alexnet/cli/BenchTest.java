package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `alexnet bench` on a network of toy size. No figure is compared with a clock: only what must hold on any machine.
class BenchTest {
    @TempDir
    static Path root;

    private static Path recipe;
    private static JsonNode figures;

    @BeforeAll
    static void measure() throws Exception {
        recipe = ToyRecipe.in(root);
        Result result = Result.done("bench", recipe, "--batch", 4, "--rounds", 2, "--threads", 1, "--scaling",
                "--json");
        assertThat(result.err()).isEmpty();
        figures = result.json();
    }

    @Test
    void jsonHasThroughputLayersAndMemory() throws Exception {
        JsonNode inspected = Result.done("inspect", recipe, "--batch", 4, "--threads", 1, "--json").json();
        assertThat(figures.get("network").asText()).isEqualTo("small");
        assertThat(figures.get("batch").asInt()).isEqualTo(4);
        assertThat(figures.get("rounds").asInt()).isEqualTo(2);
        for (String key : List.of("training_images_per_second", "inference_images_per_second", "single_image_ms")) {
            JsonNode spread = figures.get(key);
            assertPositive(spread.get("least"));
            assertThat(spread.get("median").asDouble()).isBetween(spread.get("least").asDouble(),
                    spread.get("greatest").asDouble());
        }
        JsonNode reads = figures.get("weight_reads");
        long parameters = inspected.get("parameters").asLong();
        double gigabytesPerSecond = reads.get("gigabytes_per_second").get("median").asDouble();
        assertThat(reads.get("bytes").asLong()).isEqualTo(4 * parameters).isPositive();
        assertThat(reads.get("ms").asDouble()).isCloseTo(4 * parameters / gigabytesPerSecond / 1e6,
                withPercentage(1e-6));
        assertThat(reads.get("share_of_one_image").asDouble())
                .isCloseTo(reads.get("ms").asDouble() / figures.get("single_image_ms").get("median").asDouble(),
                        withPercentage(1e-6));
        assertThat(figures.get("layers").findValuesAsText("name"))
                .isEqualTo(inspected.get("layers").findValuesAsText("name")).contains("conv1", "norm2", "fc8");
        assertThat(figures.get("planned_memory_bytes")).isEqualTo(inspected.get("memory_bytes"));
        if (Files.exists(Path.of("/proc/self/status"))) {
            assertPositive(figures.get("peak_resident_bytes"));
        }
    }

    /// The classes of the model have tests of their own; here it must have got the times of all layers.
    @Test
    void scalingIsComputedFromTheTimes() {
        JsonNode scaling = figures.get("scaling");
        assertThat(scaling).hasSize(4 * 4);
        for (JsonNode row : scaling) {
            assertThat(row.get("efficiency").get("2").asDouble()).isBetween(0.0, 1.0).isPositive();
            assertThat(row.get("efficiency").get("1024").asDouble())
                    .isLessThan(row.get("efficiency").get("2").asDouble());
        }
    }

    @Test
    void aLayerHasItsPassesAndARateIfItMultiplies() {
        for (JsonNode layer : figures.get("layers")) {
            String name = layer.get("name").asText();
            boolean weighted = name.startsWith("conv") || name.startsWith("fc");
            assertThat(layer.has("forward")).as(name).isTrue();
            assertThat(layer.has("backward_data")).as(name).isEqualTo(!List.of("conv1", "softmax").contains(name));
            assertThat(layer.has("backward_weights")).as(name).isEqualTo(weighted);
            if (weighted) {
                assertPositive(layer.get("forward").get("gflops"));
            }
        }
    }

    @Test
    void theTableNamesEveryLayer() {
        Result result = Result.done("bench", recipe, "--batch", 2, "--rounds", 1, "--device", "reference", "--progress",
                "plain");
        assertThat(result.errLines()).containsExactly("training: reference: plain Java loops, 1 thread",
                "inference: reference: plain Java loops, 1 thread");
        assertThat(result.out()).contains("images/s", "one image", "backward-weights", "planned");
        for (String layer : figures.get("layers").findValuesAsText("name")) {
            assertThat(result.out().lines()).as(layer).anyMatch(line -> line.startsWith(layer + " "));
        }
        assertThat(result.out()).doesNotContain("NaN", "Infinity", "null");
    }

    private static void assertPositive(JsonNode number) {
        assertThat(number.isNumber()).isTrue();
        assertThat(number.asDouble()).isPositive().isFinite();
    }

    @Test
    void fewerValuesThanThreadsAreReadToo() {
        assertThat(new ReadBandwidth(64, 9).measure()).isPositive().isFinite();
    }

    // --- misuse ----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void aBatchOfNothing(int batch) {
        Result.of("bench", "--batch", batch).isRefused(2, "--batch must be at least 1, found " + batch);
    }

    @Test
    void noRounds() {
        Result.of("bench", "--rounds", 0).isRefused(2, "--rounds must be 1 to", "found 0");
    }

    @Test
    void anUnknownNetwork() {
        Result.of("bench", "papre").isRefused(2, "there is no network, recipe or run 'papre'", "did you mean 'paper'?");
    }

    @Test
    void anUnknownDevice() {
        Result.of("bench", recipe, "--device", "abacus").isRefused(2, "--device", "abacus", "reference");
    }
}
