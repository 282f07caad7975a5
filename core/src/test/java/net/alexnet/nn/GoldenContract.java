package net.alexnet.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Network.Stage;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Backend.Loss;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.train.config.SgdConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Three tiny networks compute and learn as PyTorch's autograd says: what `tools/golden.py` has written in float64, held
/// against every [Backend] in float32. Extended by a few lines for each of them.
public abstract class GoldenContract {
    /// Relative to a tensor's greatest expected magnitude, or to a loss. On x86 the reference stays below 5e-7 and torch
    /// below 2e-6; the rest is for other processors, which sum in another order.
    private static final double TOLERANCE = 1e-5;

    private static final Shape PICTURES = Shape.of(3, 3, 68, 68);
    private static final int STEPS = 10;

    private final Backend backend;

    /// @param backend a fresh one for each test; the contract closes it
    protected GoldenContract(Backend backend) {
        this.backend = backend;
    }

    @AfterEach
    final void close() {
        backend.close();
    }

    @ParameterizedTest
    @EnumSource(Net.class)
    final void logits(Net net) {
        GoldenFile golden = net.read();
        Network network = net.network(golden, backend);
        assertClose("logits", golden.tensor("logits"), logits(network.forward(pictures(), golden.masks(0))));
    }

    @ParameterizedTest
    @EnumSource(Net.class)
    final void probabilitiesWithoutDropout(Net net) {
        GoldenFile golden = net.read();
        Network network = net.network(golden, backend);
        assertClose("probabilities", golden.tensor("probabilities"), network.probabilities(pictures()));
    }

    @ParameterizedTest
    @EnumSource(Net.class)
    final void everyGradient(Net net) {
        GoldenFile golden = net.read();
        Network network = net.network(golden, backend);
        Map<String, Tensor> gradients = new HashMap<>();
        List<Stage> stages = network.forward(pictures(), golden.masks(0));
        Loss loss = backend.crossEntropy(logits(stages), labels());
        network.backward(stages, loss.gradient(), (parameter, gradient) -> {
            assertThat(gradient.shape()).as(parameter.name()).isEqualTo(parameter.value().shape());
            assertClose(parameter.name(), golden.tensor("gradient." + parameter.name()), gradient);
            gradients.put(parameter.name(), gradient);
        });
        assertThat(gradients).hasSize(16); // a weight and a bias of five convolutions and three dense layers
    }

    @ParameterizedTest
    @EnumSource(Net.class)
    final void tenLosses(Net net) {
        GoldenFile golden = net.read();
        Network network = net.network(golden, backend);
        Map<String, Tensor> momentumBuffers = new HashMap<>();
        for (Parameter parameter : network.parameters()) {
            momentumBuffers.put(parameter.name(), backend.zeros(parameter.value().shape()));
        }
        Tensor pictures = pictures();
        float[] expected = golden.tensor("losses");
        assertThat(expected).hasSize(STEPS);
        for (int step = 0; step < STEPS; step++) {
            assertThat((double) step(network, momentumBuffers, pictures, golden, step)).as("loss of step " + step)
                    .isCloseTo(expected[step], within(TOLERANCE * expected[step]));
        }
    }

    /// One step of training, by the mask and the rate of its number.
    ///
    /// @return the loss before its update
    private float step(
            Network network, Map<String, Tensor> momentumBuffers, Tensor pictures, GoldenFile golden, int step) {
        SgdConfig sgd = golden.optimizer();
        try (Scope _ = backend.scope()) {
            List<Stage> stages = network.forward(pictures, golden.masks(step));
            Loss loss = backend.crossEntropy(logits(stages), labels());
            Map<Parameter, Tensor> gradients = new HashMap<>();
            network.backward(stages, loss.gradient(), gradients::put);
            gradients.forEach((parameter, gradient) -> backend.update(
                    parameter.value(),
                    momentumBuffers.getOrDefault(parameter.name(), gradient),
                    gradient,
                    (float) sgd.momentum(),
                    (float) sgd.decay(parameter.bias()),
                    (float) (sgd.learningRate(parameter.bias()) * golden.factor(step))));
            return backend.download(loss.value())[0];
        }
    }

    private static Tensor logits(List<Stage> stages) {
        return stages.getLast().out();
    }

    private Tensor pictures() {
        return backend.upload(PICTURES, GoldenFile.read("pictures").tensor("pictures"));
    }

    private static int[] labels() {
        float[] labels = GoldenFile.read("pictures").tensor("labels");
        int[] whole = new int[labels.length];
        for (int i = 0; i < labels.length; i++) {
            whole[i] = (int) labels[i];
        }
        return whole;
    }

    private void assertClose(String what, float[] expected, Tensor tensor) {
        float[] actual = backend.download(tensor);
        assertThat(actual).as(what).hasSameSizeAs(expected);
        double difference = 0;
        double magnitude = 0;
        for (int i = 0; i < expected.length; i++) {
            difference = Math.max(difference, Math.abs((double) expected[i] - actual[i]));
            magnitude = Math.max(magnitude, Math.abs(expected[i]));
        }
        assertThat(magnitude).as("greatest magnitude of " + what).isPositive();
        assertThat(difference / magnitude).as("relative error of " + what).isLessThanOrEqualTo(TOLERANCE);
    }

    /// The networks of the files, at a hundredth of their width and for ten classes.
    enum Net {
        /// conv1 hangs over the edge, as do the pools; two towers, normalised each by itself.
        PAPER(0.5),
        /// ReLU behind the norms and the pooling; the second norm within each map.
        ORIGINAL(0.5),
        /// One tower, windows rounded down, dropout that scales while training, another rule of update.
        TORCHVISION(0.4);

        private final double dropout;

        Net(double dropout) {
            this.dropout = dropout;
        }

        GoldenFile read() {
            return GoldenFile.read(name().toLowerCase(Locale.ROOT));
        }

        Network network(GoldenFile golden, Backend backend) {
            AlexNet alexnet = AlexNet.of(
                    Variant.valueOf(name()), PICTURES.dim(2), PICTURES.dim(1), 10, 0.01, null, null, null, null,
                    dropout,
                    null, null);
            Network network = Network.initialize(alexnet.architecture(), Initialization.PAPER, 0, backend);
            for (Parameter parameter : network.parameters()) {
                backend.assign(parameter.value(), golden.tensor("start." + parameter.name()));
            }
            return network;
        }
    }
}
