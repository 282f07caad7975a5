package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/// `alexnet bench` on a network of toy size. No figure is compared with a clock: only what must hold on any machine.
class BenchTest {
    private static final String[] PASSES = {"forward", "backward_data", "backward_weights"};

    @TempDir
    static Path root;

    private static Path recipe;
    private static JsonNode figures;

    @BeforeAll
    static void measure() throws Exception {
        recipe = ToyRecipe.in(root);
        Result result = Result.done("bench", recipe, "--batch", 4, "--rounds", 2, "--threads", 1, "--json", "--svg",
                root.resolve("layers.svg"));
        assertThat(result.err()).isEmpty();
        figures = result.json();
    }

    @Test
    void theLayersAreThoseThatInspectShows() throws Exception {
        JsonNode inspected = Result.done("inspect", recipe, "--batch", 4, "--threads", 1, "--json").json();
        assertThat(figures.get("layers").findValuesAsText("name"))
                .isEqualTo(inspected.get("layers").findValuesAsText("name")).contains("conv1", "norm2", "fc8");
        assertThat(figures.get("memory").get("planned_bytes")).isEqualTo(inspected.get("memory_bytes"));
        assertThat(figures.get("training").get("gflop_per_image").asDouble())
                .isGreaterThan(4e-9 * inspected.get("multiply_adds").asLong());
        assertThat(figures.get("inference").get("gflop_per_image").asDouble())
                .isCloseTo(2e-9 * inspected.get("multiply_adds").asLong(), within(1e-15));
    }

    @Test
    void statesWhatItMeasured() {
        assertThat(figures.get("network").asText()).isEqualTo("small");
        assertThat(figures.get("batch").asInt()).isEqualTo(4);
        assertThat(figures.get("rounds").asInt()).isEqualTo(2);
        assertThat(figures.get("warm_up_steps").asInt()).isBetween(3, 300);
        assertThat(figures.get("engine").asText()).contains("libtorch", "1 thread");
        assertThat(figures.get("sgemm_side").asInt()).isEqualTo(2048);
    }

    @Test
    void everyRateIsAPositiveNumber() {
        List<JsonNode> spreads = new ArrayList<>(List.of(figures.get("sgemm_gflops"), figures.get("single_picture_ms"),
                figures.get("update_ms"), figures.get("stopped_step_ms")));
        for (String part : new String[] {"training", "inference"}) {
            spreads.add(figures.get(part).get("images_per_second"));
            assertPositive(figures.get(part).get("share_of_sgemm"));
        }
        spreads.add(figures.get("training").get("step_ms"));
        spreads.add(figures.get("inference").get("batch_ms"));
        for (JsonNode spread : spreads) {
            assertPositive(spread.get("least"));
            assertThat(spread.get("median").asDouble()).isBetween(spread.get("least").asDouble(),
                    spread.get("greatest").asDouble());
        }
    }

    @Test
    void aLayerHasThePassesThatItHasAndARateWhereOperationsAreCounted() {
        for (JsonNode layer : figures.get("layers")) {
            String name = layer.get("name").asText();
            boolean weighted = name.startsWith("conv") || name.startsWith("fc");
            assertThat(layer.get("forward").isNull()).as(name).isFalse();
            assertThat(layer.get("backward_data").isNull()).as(name)
                    .isEqualTo(name.equals("conv1") || name.equals("softmax"));
            assertThat(layer.get("backward_weights").isNull()).as(name).isEqualTo(!weighted);
            for (String pass : PASSES) {
                if (!layer.get(pass).isNull()) {
                    assertThat(layer.get(pass).get("ms").get("least").asDouble()).as(name).isNotNegative();
                    assertThat(layer.get(pass).has("gflops")).isTrue();
                    assertThat(layer.get(pass).get("gflops").isNull()).as(name)
                            .isEqualTo(layer.get(pass).get("share_of_sgemm").isNull());
                    if (!weighted) {
                        assertThat(layer.get(pass).get("gflops").isNull()).as(name).isTrue();
                    }
                }
            }
        }
        assertPositive(figures.get("layers_in_all").get("backward_weights").get("gflops"));
    }

    @Test
    void memoryIsReadWhereTheSystemTells() {
        JsonNode resident = figures.get("memory").get("resident_bytes");
        assertThat(resident.isNull()).isEqualTo(!Files.exists(Path.of("/proc/self/status")));
        if (!resident.isNull()) {
            assertPositive(resident.get("before"));
            assertPositive(resident.get("peak"));
            long total = figures.get("memory").get("planned_bytes").get("total").asLong();
            assertThat(resident.get("grown_over_plan").asDouble())
                    .isCloseTo((double) resident.get("grown").asLong() / total, within(1e-9));
            assertThat(figures.get("memory").get("page_faults_per_step").get("least").asDouble()).isNotNegative();
        }
    }

    @Test
    void theChartIsWellFormedAndNamesEveryLayerAndPass() throws Exception {
        Document svg = parsed(Files.readString(root.resolve("layers.svg")));
        assertThat(svg.getDocumentElement().getTagName()).isEqualTo("svg");
        List<String> texts = new ArrayList<>();
        NodeList nodes = svg.getElementsByTagName("text");
        for (int i = 0; i < nodes.getLength(); i++) {
            texts.add(nodes.item(i).getTextContent());
        }
        assertThat(texts).containsAll(figures.get("layers").findValuesAsText("name")).contains("update", "rest")
                .anyMatch(text -> text.startsWith("forward, in all "))
                .anyMatch(text -> text.startsWith("backward-data, in all "))
                .anyMatch(text -> text.startsWith("backward-weights, in all "))
                .anyMatch(text -> text.contains("a training step of 4 pictures"));
        NodeList bars = svg.getElementsByTagName("rect");
        for (int i = 1; i < bars.getLength(); i++) { // the first is the ground
            double width = Double.parseDouble(bars.item(i).getAttributes().getNamedItem("width").getNodeValue());
            assertThat(width).isBetween(0.0, 900.0);
        }
        assertThat(root.toFile().list()).noneMatch(name -> name.endsWith(".tmp"));
    }

    private static Document parsed(String xml) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    }

    @Test
    void aReaderSeesTheSameAsText() {
        Result result = Result.done("bench", recipe, "--batch", 2, "--rounds", 1, "--device", "reference", "--progress",
                "plain");
        assertThat(result.errLines()).containsExactly("reference: plain Java loops, 1 thread", "warmed up",
                "round 1/1");
        assertThat(result.out()).containsPattern(
                "small, 2 pictures a step; medians of 1 rounds after [0-9]+ steps of warm-up");
        assertThat(result.out()).contains("square matrices of 256", "images/s", "one picture", "backward-weights",
                "in all", "planned",
                "page faults");
        for (String layer : figures.get("layers").findValuesAsText("name")) {
            assertThat(result.out().lines()).as(layer).anyMatch(line -> line.startsWith(layer + " "));
        }
        assertThat(result.out()).doesNotContain("NaN", "Infinity", "null");
    }

    private static void assertPositive(JsonNode number) {
        assertThat(number.isNumber()).isTrue();
        assertThat(number.asDouble()).isPositive().isFinite();
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
    void aChartThatCannotBeWrittenIsRefusedBeforeAnythingIsMeasured() {
        Path nowhere = root.resolve("nowhere/chart.svg");
        Result.of("bench", recipe, "--svg", nowhere).isRefused(2, "--svg " + nowhere + " cannot be written",
                "there is no folder");
        Result.of("bench", recipe, "--svg", root).isRefused(2, "--svg " + root + " is a folder");
    }

    @Test
    void anUnknownDevice() {
        Result.of("bench", recipe, "--device", "abacus").isRefused(2, "--device 'abacus' is not one of");
    }
}
