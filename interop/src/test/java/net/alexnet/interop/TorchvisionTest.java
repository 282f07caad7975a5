package net.alexnet.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import net.alexnet.inference.Model;
import net.alexnet.interop.pytorch.PyTorchFile;
import net.alexnet.io.MappedWeights;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A network with the layers of torchvision's `alexnet`, 8 maps wide, that PyTorch made, saved and ran (`tools/weights.py`).
class TorchvisionTest {
    private static final Path FIXTURES = Path.of("src/test/resources/weights/torchvision");
    private static final int SIDE = 224;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"narrow.pth", "narrow-legacy.pth"})
    void importedItGivesPyTorchsLogitsAndExportedItIsTheSame(String name) throws Exception {
        Path foreign = FIXTURES.resolve(name);
        Path file = folder.resolve("model.safetensors");
        ImportOptions options = ImportOptions.of(WeightLayout.TORCHVISION)
                .classes(new ClassList(List.of("a", "b", "c", "d", "e", "f", "g"), List.of()));
        try (WeightFile weights = Importer.open(foreign)) {
            Importer.read(weights, options).write(file);
        }
        Model.Stored stored = Model.read(file);
        assertThat(stored.card().network().variant()).isEqualTo(Variant.TORCHVISION);
        assertThat(logits(stored)).containsExactly(expected(), Offset.offset(1e-4f));

        Path back = folder.resolve("back.pth");
        Exporter.write(back, stored, WeightLayout.TORCHVISION, Exporter.Format.PYTORCH);
        MappedWeights first = PyTorchFile.open(foreign);
        MappedWeights second = PyTorchFile.open(back);
        assertThat(second.names()).isEqualTo(first.names());
        for (String tensor : first.names()) {
            assertThat(second.shape(tensor)).isEqualTo(first.shape(tensor));
            assertThat(second.values(tensor).mismatch(first.values(tensor))).as(tensor).isEqualTo(-1);
        }
    }

    private static float[] expected() throws Exception {
        try (WeightFile logits = SafetensorsFile.open(FIXTURES.resolve("logits.safetensors"))) {
            float[] values = logits.values("logits", Shape.of(2, 7)).toArray(NamedTensor.FLOAT);
            assertThat(Math.abs(values[0] - values[1])).as("they differ by more than the tolerance")
                    .isGreaterThan(1e-2f);
            return values;
        }
    }

    private static float[] logits(Model.Stored stored) throws Exception {
        float[] pictures = new float[2 * 3 * SIDE * SIDE];
        for (int i = 0; i < pictures.length; i++) {
            pictures[i] = (i * 7919L % 2001 - 1000) / 500f; // as in the script
        }
        try (Backend backend = new ReferenceBackend(); Scope _ = backend.scope()) {
            Network network = stored.on(backend).network();
            return backend.download(network.outputs(backend.upload(Shape.of(2, 3, SIDE, SIDE), pictures), 0,
                    network.architecture().rows().size() - 1));
        }
    }
}
