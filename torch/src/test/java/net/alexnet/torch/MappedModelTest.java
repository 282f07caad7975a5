package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.alexnet.io.Safetensors;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Network;
import net.alexnet.nn.Parameter;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A network whose weights lie in a mapped file is the same network as one that copied them.
class MappedModelTest {
    @AutoClose
    private final TorchBackend backend = TorchBackend.open("cpu", 2);
    private final AlexNet table = AlexNet.small().withSize(32, 3, 1.0 / 6);

    @TempDir
    private Path folder;
    private Path file = Path.of("");

    @BeforeEach
    void write() throws Exception {
        file = folder.resolve("model.safetensors");
        Network network = Network.initialize(table.architecture(), table.initialization(), 3, backend);
        Safetensors.write(file, Map.of(), network.entries());
    }

    private Network mapped() throws Exception {
        try (WeightFile weights = SafetensorsFile.openLasting(file)) {
            return Network.of(table.architecture(), weights, backend);
        }
    }

    private Network copied() throws Exception {
        try (WeightFile weights = SafetensorsFile.open(file)) {
            return Network.of(table.architecture(), weights, backend);
        }
    }

    private float[] probabilities(Network network) {
        float[] pixels = new float[2 * 3 * 32 * 32];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) Math.sin(i);
        }
        Tensor input = backend.upload(Shape.of(2, 3, 32, 32), pixels);
        return backend.download(network.probabilities(input));
    }

    @Test
    void isStoredBitForBit() throws Exception {
        assertThat(probabilities(mapped())).isEqualTo(probabilities(copied()));
    }

    @Test
    void staysMappedAsLongAsATensorUsesIt() throws Exception {
        Network network = mapped();
        Files.delete(file);
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(20);
        }
        List<float[]> values = network.parameters().stream().map(p -> backend.download(p.value())).toList();
        Network fresh = Network.initialize(table.architecture(), table.initialization(), 3, backend);
        for (int i = 0; i < values.size(); i++) {
            assertThat(values.get(i)).isEqualTo(backend.download(fresh.parameters().get(i).value()));
        }
    }

    @Test
    void learnsLikeACopyAndLeavesTheFileAlone() throws Exception {
        byte[] before = Files.readAllBytes(file);
        List<Parameter> mapped = mapped().parameters();
        List<Parameter> copied = copied().parameters();
        for (int i = 0; i < mapped.size(); i++) {
            Tensor one = mapped.get(i).value();
            Tensor other = copied.get(i).value();
            float[] initial = backend.download(one);
            backend.update(one, backend.zeros(one.shape()), other, 0.9f, 0.1f, 0.5f);
            backend.update(other, backend.zeros(other.shape()), other, 0.9f, 0.1f, 0.5f);
            assertThat(backend.download(one)).isEqualTo(backend.download(other));
            if (!mapped.get(i).bias()) {
                assertThat(backend.download(one)).isNotEqualTo(initial);
            }
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }
}
