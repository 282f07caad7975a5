package net.alexnet.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import net.alexnet.weights.WeightFile;
import net.alexnet.weights.WeightFileException;
import net.alexnet.weights.pytorch.PyTorchFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The network of [TorchvisionTest] as graphs (`tools/weights.py onnx`).
class OnnxImportTest {
    private static final Path FIXTURES = Path.of("src/test/resources/weights/torchvision");
    private static final ClassList CLASSES = new ClassList(List.of("a", "b", "c", "d", "e", "f", "g"), List.of());

    @TempDir
    private Path folder;

    private Path imported(String name, LayerChoice only) throws IOException {
        Path model = folder.resolve("model.safetensors");
        try (WeightFile weights = Importer.open(FIXTURES.resolve(name))) {
            assertThat(Importer.dialect(weights)).isEqualTo(Dialect.TORCHVISION);
            Importer.read(weights, ImportOptions.of(Dialect.TORCHVISION).withClasses(CLASSES).withOnly(only, 1))
                    .write(model);
        }
        return model;
    }

    /// As PyTorch exports it now, as it did, and with fc7 and fc8 the other way round.
    @ParameterizedTest
    @ValueSource(strings = {"dynamo.onnx", "script.onnx", "dense.onnx"})
    void weightsMeanWhatTheirNodesSay(String name) throws Exception {
        PyTorchFile expected = PyTorchFile.open(FIXTURES.resolve("narrow.pth"));
        try (WeightFile found = Importer.open(imported(name, LayerChoice.ALL))) {
            for (String parameter : Dialect.TORCHVISION.parameters()) {
                String theirs = Dialect.TORCHVISION.theirs(parameter);
                assertThat(found.values(parameter, expected.shape(theirs)).mismatch(expected.values(theirs)))
                        .as(parameter).isEqualTo(-1);
            }
        }
    }

    @Test
    void anotherActivationIsAnotherNetwork() throws Exception {
        assertThatThrownBy(() -> imported("tanh.onnx", LayerChoice.ALL)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining(
                        "its graph does not compute the table torchvision: step 2, after Conv conv1 of 11,"
                                + " stride 4, padding 2, groups 1, is Tanh, expected Relu");
        assertThat(imported("tanh.onnx", LayerChoice.of(List.of("conv*")))).as("kernels alone").exists();
    }
}
