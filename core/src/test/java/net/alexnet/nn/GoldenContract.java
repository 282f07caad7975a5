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

/// Four tiny networks compute and learn what PyTorch's autograd does: every [Backend], in float32, is compared with the
/// files that `tools/golden.py` has written in float64. Each backend's test extends this class.
public abstract class GoldenContract {
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
        assertClose(net, "logits", golden.tensor("logits"), logits(network.forward(pictures(), golden.masks(0))));
    }

    @ParameterizedTest
    @EnumSource(Net.class)
    final void probabilitiesWithoutDropout(Net net) {
        GoldenFile golden = net.read();
        Network network = net.network(golden, backend);
        assertClose(net, "probabilities", golden.tensor("probabilities"), network.probabilities(pictures()));
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
            assertClose(net, parameter.name(), golden.tensor("gradient." + parameter.name()), gradient);
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
                    .isCloseTo(expected[step], within(net.tolerance * expected[step]));
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

    /// Two measures of every difference: by the tensor's greatest magnitude, and by the element's own magnitude plus the
    /// tensor's root mean square, so that large elements do not hide the errors of the others.
    private void assertClose(Net net, String what, float[] expected, Tensor tensor) {
        float[] actual = backend.download(tensor);
        assertThat(actual).as(what).hasSameSizeAs(expected);
        double magnitude = 0;
        double squares = 0;
        for (float value : expected) {
            magnitude = Math.max(magnitude, Math.abs(value));
            squares += (double) value * value;
        }
        double typical = Math.sqrt(squares / expected.length);
        assertThat(typical).as("root mean square of " + what).isPositive();
        double byMaximum = 0;
        double byElement = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs((double) expected[i] - actual[i]);
            byMaximum = Math.max(byMaximum, difference / magnitude);
            byElement = Math.max(byElement, difference / (Math.abs(expected[i]) + typical));
        }
        assertThat(byMaximum).as("error of " + what + " by its maximum").isLessThanOrEqualTo(net.tolerance);
        assertThat(byElement).as("error of " + what + " by element").isLessThanOrEqualTo(2 * net.tolerance);
    }

    /// The paper's network with 32 maps in each group, which is enough for kernels that narrow networks do not reach.
    protected static Architecture wide() {
        return Net.WIDE.architecture();
    }

    /// The networks of the files, for ten classes and with 40 units in fc6 and fc7.
    enum Net {
        /// conv1 hangs over the edge, as do the pools; two towers, normalized each by itself.
        PAPER(Variant.PAPER, 0.5, 1e-5),
        /// ReLU behind the norms and the pooling; the second norm within each map.
        ORIGINAL(Variant.ORIGINAL, 0.5, 1e-5),
        /// One tower, windows rounded down, dropout that scales while training, another rule of update.
        TORCHVISION(Variant.TORCHVISION, 0.4, 1e-5),
        /// As [#PAPER] with 64 maps a convolution, not 8.
        WIDE(Variant.PAPER, 0.5, 1e-4);

        private final Variant variant;
        private final double dropout;

        /// Relative to a tensor's greatest expected magnitude, or to a loss. On x86 the reference stays below 5e-7 and
        /// libtorch below 2e-6, Winograd's transforms in our kernels round more; the rest is for other processors, which
        /// sum in another order.
        private final double tolerance;

        Net(Variant variant, double dropout, double tolerance) {
            this.variant = variant;
            this.dropout = dropout;
            this.tolerance = tolerance;
        }

        GoldenFile read() {
            return GoldenFile.read(name().toLowerCase(Locale.ROOT));
        }

        Architecture architecture() {
            Architecture narrow = AlexNet.of(variant).withSize(PICTURES.dim(2), PICTURES.dim(1), 0.01)
                    .withClasses(10).withDropout(dropout, AlexNet.of(variant).dropoutScaling()).architecture();
            return this == WIDE
                    ? Architecture.of("wide", PICTURES.dim(1), PICTURES.dim(2),
                            narrow.rows().stream().map(Net::wider).toList())
                    : narrow;
        }

        private static Layer wider(Architecture.Row row) {
            return row.layer() instanceof Layer.Conv conv
                    ? new Layer.Conv(conv.name(), 64, conv.window(), conv.groups())
                    : row.layer();
        }

        Network network(GoldenFile golden, Backend backend) {
            Network network = Network.initialize(architecture(), Initialization.PAPER, 0, backend);
            for (Parameter parameter : network.parameters()) {
                backend.assign(parameter.value(), golden.tensor("start." + parameter.name()));
            }
            return network;
        }
    }
}
