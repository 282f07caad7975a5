package net.alexnet.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NetworkTest {
    private static final Architecture TINY = AlexNet.small().withSize(16, 1, 0.01).architecture();

    private final Backend backend = new ReferenceBackend();

    @AfterEach
    void close() {
        backend.close();
    }

    @Test
    void savedWeightsAreRead(@TempDir Path folder) throws IOException {
        Network network = Network.initialize(TINY, Initialization.PAPER, 1, backend);
        Path file = folder.resolve("weights.safetensors");
        Safetensors.write(file, Map.of(), network.entries());
        Network read;
        try (WeightFile weights = SafetensorsFile.open(file)) {
            read = Network.of(TINY, weights, backend);
        }
        assertThat(read.parameters()).extracting(Parameter::name)
                .isEqualTo(network.parameters().stream().map(Parameter::name).toList());
        for (int i = 0; i < network.parameters().size(); i++) {
            assertThat(backend.download(read.parameters().get(i).value()))
                    .isEqualTo(backend.download(network.parameters().get(i).value()));
        }
    }

    @Test
    void weightsOfAnotherNetworkAreRefusedByName(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("weights.safetensors");
        List<NamedTensor> entries = Network.initialize(TINY, Initialization.PAPER, 1, backend).entries();
        Safetensors.write(file, Map.of(), entries);
        refuses(AlexNet.small().withSize(16, 3, 0.01).architecture(), file, "conv1.weight", "8 × 3 × 5 × 5");
        Safetensors.write(file, Map.of(), entries.subList(0, entries.size() - 1));
        refuses(TINY, file, "fc8.bias");
    }

    private void refuses(Architecture architecture, Path file, String... parts) throws IOException {
        try (WeightFile weights = SafetensorsFile.open(file)) {
            assertThatExceptionOfType(WeightFileException.class)
                    .isThrownBy(() -> Network.of(architecture, weights, backend)).withMessageContainingAll(parts);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Variant.class, names = {"ORIGINAL", "TORCHVISION"})
    void twoPartsOfANetworkEqualTheWhole(Variant variant) {
        AlexNet net = AlexNet.of(variant).withSize(68, 3, 0.01).withClasses(5);
        Network network = Network.initialize(net.architecture(), Initialization.HE, 1, backend);
        List<Architecture.Row> rows = network.architecture().rows();
        float[] whole = probabilities(network);
        int cuts = 0;
        for (int i = 1; i < rows.size(); i++) {
            int cut = i;
            if (rows.get(i - 1).layer() instanceof Layer.Conv && rows.get(i).layer() instanceof Layer.Relu) {
                assertThatIllegalArgumentException().isThrownBy(() -> outputs(network, cut));
            } else {
                assertThat(outputs(network, cut)).as(rows.get(cut).name()).isEqualTo(whole);
                cuts++;
            }
        }
        assertThat(cuts).isGreaterThan(10);
    }

    private float[] outputs(Network network, int cut) {
        try (Scope _ = backend.scope()) {
            Tensor between = network.outputs(pictures(network), 0, cut);
            return backend.download(network.outputs(between, cut, network.architecture().rows().size()));
        }
    }

    /// The indices of a pooling, which a backward pass would need, as well as the layers' outputs.
    @Test
    void inferenceKeepsNothingButItsResult() {
        AlexNet net = AlexNet.of(Variant.TORCHVISION).withSize(68, 3, 0.01).withClasses(5);
        Network network = Network.initialize(net.architecture(), Initialization.HE, 1, backend);
        try (Scope _ = backend.scope()) {
            Tensor pictures = pictures(network);
            long before = backend.liveTensors();
            network.probabilities(pictures);
            assertThat(backend.liveTensors()).isEqualTo(before + 1);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Variant.class, names = {"SMALL", "PAPER", "TORCHVISION"})
    void probabilitiesSumTo1AndDropNothing(Variant variant) {
        AlexNet net = AlexNet.of(variant).withSize(variant == Variant.SMALL ? 16 : 68, 3, 0.01).withClasses(5);
        Network network = Network.initialize(net.architecture(), Initialization.HE, 1, backend);
        float[] first = probabilities(network);
        assertThat(first).hasSize(2 * 5);
        assertThat(first[0] + first[1] + first[2] + first[3] + first[4]).isBetween(1 - 1e-6f, 1 + 1e-6f);
        assertThat(probabilities(network)).isEqualTo(first);
    }

    private float[] probabilities(Network network) {
        long before = backend.liveTensors();
        try (Scope _ = backend.scope()) {
            return backend.download(network.probabilities(pictures(network)));
        } finally {
            assertThat(backend.liveTensors()).isEqualTo(before);
        }
    }

    /// Two pictures.
    private Tensor pictures(Network network) {
        Shape input = network.architecture().input();
        float[] values = new float[Math.toIntExact(2 * input.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 7 - 3;
        }
        return backend.upload(Shape.of(2, input.dim(0), input.dim(1), input.dim(2)), values);
    }

    @Test
    void dropoutFollowsItsMasks() {
        Network network = Network.initialize(TINY, Initialization.HE, 1, backend);
        float[] pictures = new float[16 * 16];
        for (int i = 0; i < pictures.length; i++) {
            pictures[i] = i % 5 - 2;
        }
        Tensor x = backend.upload(Shape.of(1, 1, 16, 16), pictures);
        float[] logits = logits(network, x, new DropoutMasks(1, 0));
        assertThat(logits(network, x, new DropoutMasks(1, 0))).isEqualTo(logits);
        assertThat(logits(network, x, new DropoutMasks(1, 1))).isNotEqualTo(logits);
    }

    private float[] logits(Network network, Tensor x, DropoutMasks masks) {
        return backend.download(network.forward(x, masks).getLast().out());
    }
}
