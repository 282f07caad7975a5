package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Network;
import net.alexnet.nn.Parameter;
import net.alexnet.nn.TinyNetworks;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.reference.ReferenceBackend;
import net.alexnet.train.SgdOptimizer.Gradient;
import net.alexnet.train.config.SgdConfig;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SgdOptimizerTest {
    private static final double RATE = 0.01;
    private static final double MOMENTUM = 0.9;
    private static final double DECAY = 0.0005;

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();
    private final AlexNet table = TinyNetworks.of(2);
    private final Network network = Network.initialize(table.architecture(), table.initialization(), 1, backend);
    private final SgdOptimizer optimizer = new SgdOptimizer(network, new SgdConfig(RATE, MOMENTUM, DECAY, 2, false));

    @TempDir
    private Path folder;

    /// The rule of the paper's §5 by hand over two steps, with the rate cut in between: the velocity that was gathered
    /// at the old rate stays as it is.
    @Test
    void followThePapersRuleWithTheSourcesBiases() {
        List<float[]> start = network.parameters().stream().map(this::values).toList();
        update(1, 1);
        update(0.1, -3);
        for (int i = 0; i < start.size(); i++) {
            Parameter parameter = network.parameters().get(i);
            double rate = parameter.bias() ? 2 * RATE : RATE;
            double decay = parameter.bias() ? 0 : DECAY;
            double w0 = start.get(i)[0];
            double v1 = -decay * rate * w0 - rate;
            double w1 = w0 + v1;
            double v2 = MOMENTUM * v1 - decay * (rate * 0.1) * w1 - (rate * 0.1) * -3;
            assertThat((double) values(parameter)[0]).as(parameter.name()).isCloseTo(w1 + v2, within(1e-7));
        }
    }

    @Test
    void comeBackFromAFile() throws Exception {
        update(1, 1);
        update(1, 0.5f);
        Path file = folder.resolve("momentum.safetensors");
        Safetensors.write(file, Map.of(), optimizer.entries());
        List<float[]> saved = optimizer.entries().stream()
                .map(entry -> entry.values().get().toArray(NamedTensor.FLOAT))
                .toList();
        assertThat(saved).noneSatisfy(values -> assertThat(values).containsOnly(0));
        SgdOptimizer fresh = new SgdOptimizer(network, new SgdConfig(RATE, MOMENTUM, DECAY, 2, false));
        assertThat(fresh.entries())
                .allSatisfy(entry -> assertThat(entry.values().get().toArray(NamedTensor.FLOAT)).containsOnly(0));
        try (WeightFile read = SafetensorsFile.open(file)) {
            fresh.restore(read);
        }
        assertThat(fresh.entries()).extracting(NamedTensor::name)
                .containsExactlyElementsOf(network.parameters().stream().map(Parameter::name).toList());
        assertThat(fresh.entries().stream().map(entry -> entry.values().get().toArray(NamedTensor.FLOAT)).toList())
                .containsExactly(saved.toArray(new float[0][]));
    }

    @Test
    void refuseAFileWithoutOneOfThem() throws Exception {
        Path file = folder.resolve("momentum.safetensors");
        Safetensors.write(file, Map.of(), optimizer.entries().subList(1, 16));
        try (WeightFile read = SafetensorsFile.open(file)) {
            assertThatThrownBy(() -> optimizer.restore(read)).isInstanceOf(WeightFileException.class)
                    .hasMessageContaining("there is no tensor 'conv1.weight'");
        }
    }

    /// Gradients of one value, last layer first as a backward pass gives them.
    /// LARS by hand: the rate of each weight is in proportion to its norm, whatever the size of the gradient; biases follow the
    /// paper's rule.
    @Test
    void larsMovesWeightsByAShareOfTheirNorm() {
        List<float[]> start = network.parameters().stream().map(this::values).toList();
        SgdOptimizer lars = new SgdOptimizer(network, new SgdConfig(RATE, MOMENTUM, DECAY, 2, false, .1));
        lars.update(network.parameters().stream().map(parameter -> {
            float[] values = new float[(int) parameter.value().shape().elements()];
            Arrays.fill(values, 3);
            return new Gradient(parameter, backend.upload(parameter.value().shape(), values));
        }).toList(), 1);
        for (int i = 0; i < start.size(); i++) {
            Parameter parameter = network.parameters().get(i);
            double square = 0;
            for (float value : start.get(i)) {
                square += (double) value * value;
            }
            double norm = Math.sqrt(square);
            double trust = .1 * norm / (3 * Math.sqrt(start.get(i).length) + DECAY * norm);
            double w = start.get(i)[0];
            double expected = parameter.bias() ? w - 2 * RATE * 3 : w - RATE * trust * (3 + DECAY * w);
            assertThat((double) values(parameter)[0]).as(parameter.name()).isCloseTo(expected, within(1e-7));
        }
    }

    private void update(double factor, float gradient) {
        try (Scope _ = backend.scope()) {
            List<Gradient> gradients = new ArrayList<>();
            for (Parameter parameter : network.parameters().reversed()) {
                float[] values = new float[(int) parameter.value().shape().elements()];
                Arrays.fill(values, gradient);
                gradients.add(new Gradient(parameter, backend.upload(parameter.value().shape(), values)));
            }
            optimizer.update(gradients, factor);
        }
    }

    private float[] values(Parameter parameter) {
        return backend.download(parameter.value());
    }
}
