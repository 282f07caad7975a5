package net.alexnet.interop.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.alexnet.interop.Expected;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxFileTest {
    private static final String DATA = "external.onnx.data";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"exported.onnx", "external.onnx", "hand.onnx"})
    void readsWhatOnnxWrote(String name) throws IOException {
        try (WeightFile file = OnnxFile.open(Expected.fixture("onnx/" + name)).weights()) {
            Expected.check(file);
        }
    }

    @Test
    void readsNamesNodesAndMetadata() throws IOException {
        OnnxFile graph = OnnxFile.open(Expected.fixture("onnx/hand.onnx"));
        WeightFile file = graph.weights();

        assertThat(file.names()).containsExactlyInAnyOrder("typed", "raw", "double", "half", "half_typed", "bfloat",
                "bfloat_typed", "extents", "constant");
        assertThat(file.shape("constant")).isEqualTo(Shape.of(2, 3));
        assertThat(file.metadata()).containsExactly(Map.entry("net", "paper"), Map.entry("größe", "klein"));
        assertThat(graph.nodes()).contains(new OnnxNode("Gemm", List.of("x", "typed"), List.of("y"),
                Map.of("alpha", 1f, "transB", 1L)));
        assertThat(file.values("raw").isNative()).as("in the mapped file").isTrue();
        assertThatThrownBy(() -> file.values("extents")).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("tensor 'extents' holds I64");
    }

    @Test
    void aConvolutionsGroupsAreAmongItsNodesNumbers() throws IOException {
        for (String name : List.of("exported.onnx", "external.onnx")) {
            List<OnnxNode> convolutions = OnnxFile.open(Expected.fixture("onnx/" + name)).nodes().stream()
                    .filter(node -> node.type().equals("Conv")).toList();
            assertThat(convolutions).extracting(node -> node.number("group", 1)).containsExactly(1L, 2L);
            assertThat(convolutions).extracting(node -> node.length("kernel_shape", 1, 0)).containsExactly(3L, 3L);
            assertThat(convolutions.get(1).inputs()).contains("features.2.weight", "features.2.bias");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ../ternal.onnx.dat | has its values in '../ternal.onnx.dat'; only a file in the model's own folder is read
            /xternal.onnx.data | has its values in '/xternal.onnx.data'; only a file in the model's own folder is read
            aa\\ternal.onnx.dat | has its values in 'aa\\ternal.onnx.dat'; only a file in the model's own folder is read
            external.onnx.datb | must be a plain file beside the model; put it there
            """)
    void readsNoFileElsewhere(String location, String expected) throws IOException {
        byte[] model = Files.readAllBytes(Expected.fixture("onnx/external.onnx"));
        Files.copy(Expected.fixture("onnx/" + DATA), folder.resolve(DATA));
        String text = new String(model, StandardCharsets.ISO_8859_1);
        assertThat(text).contains(DATA);
        assertThat(OnnxFile.open(written(model)).weights().names()).isNotEmpty();
        Path file = written(text.replace(DATA, location).getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> OnnxFile.open(file)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void refusesLinksAndFilesThatAreCut() throws IOException {
        Path file = written(Files.readAllBytes(Expected.fixture("onnx/external.onnx")));
        Path data = folder.resolve(DATA);
        Files.write(data, Arrays.copyOf(Files.readAllBytes(Expected.fixture("onnx/" + DATA)), 100));
        assertThatThrownBy(() -> OnnxFile.open(file)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("of '" + DATA + "', which has 100");
        Files.delete(data);
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere")).resolve(DATA);
        Files.createSymbolicLink(data, Files.copy(Expected.fixture("onnx/" + DATA), elsewhere));
        assertThatThrownBy(() -> OnnxFile.open(file)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("must be a plain file beside the model, and is a link");
    }

    @Test
    void anyCutIsRefusedOrLosesNothing() throws IOException {
        byte[] whole = Files.readAllBytes(Expected.fixture("onnx/hand.onnx"));
        for (int length = 0; length < whole.length; length++) {
            Path file = written(Arrays.copyOf(whole, length));
            try (WeightFile read = OnnxFile.open(file).weights()) {
                assertThat(read.names()).as("cut after the graph").hasSize(9);
            } catch (WeightFileException e) {
                assertThat(e).hasMessageStartingWith(file + ": not an ONNX model, or damaged: ");
            }
        }
    }

    private Path written(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("model.onnx"), bytes);
    }
}
