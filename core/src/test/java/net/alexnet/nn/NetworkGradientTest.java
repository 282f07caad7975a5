package net.alexnet.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import net.alexnet.nn.Layer.Conv;
import net.alexnet.nn.Layer.Dense;
import net.alexnet.nn.Layer.Dropout;
import net.alexnet.nn.Layer.DropoutScaling;
import net.alexnet.nn.Layer.Flatten;
import net.alexnet.nn.Layer.L2Norm;
import net.alexnet.nn.Layer.MaxPool;
import net.alexnet.nn.Layer.Relu;
import net.alexnet.nn.Layer.ResponseNorm;
import net.alexnet.nn.Layer.Softmax;
import net.alexnet.nn.Layer.Tanh;
import net.alexnet.nn.Network.Stage;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.LocalResponseNorm.Region;
import net.alexnet.tensor.Rounding;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.Window;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The walk back through a whole network gives the slope of its loss, for every single parameter: as the source's
/// `--check-grads` did it, by central differences.
class NetworkGradientTest {
    /// Small beside what is left before a neuron or a pooling changes its mind, large beside float32's rounding.
    private static final float STEP = 1f / 256;
    /// Relative to the greatest gradient of the parameter.
    private static final double TOLERANCE = 2e-3;

    private static final int BATCH = 3;
    private static final int CLASSES = 4;
    private static final int[] LABELS = {2, 0, 3};
    private static final DropoutMasks MASKS = new DropoutMasks(1, 0);

    private final Backend backend = new ReferenceBackend();

    @AfterEach
    void close() {
        backend.close();
    }

    /// Every kind of layer; conv1 and pool1 hang over the edge, conv2 and the first norm have two towers.
    static Stream<Architecture> architectures() {
        return Stream.of(new Relu(), new Tanh()).map(neuron -> Architecture.of("tiny", 2, 8, List.of(
                new Conv("conv1", 6, new Window(3, 2, 0, Rounding.CEIL), 1),
                neuron,
                new ResponseNorm(new LocalResponseNorm(Region.ACROSS_CHANNELS, 3, 1, 0.5, 0.75, 2)),
                new MaxPool(new Window(3, 2, 0, Rounding.CEIL)),
                new Conv("conv2", 4, Window.of(3, 1, 1), 2),
                neuron,
                new ResponseNorm(new LocalResponseNorm(Region.WITHIN_CHANNEL, 3, 2, 0.9, 0.75, 1)),
                new Flatten(),
                new Dropout(0.3, DropoutScaling.AT_TRAINING),
                new Dense("fc6", 7),
                neuron,
                new Dropout(0.2, DropoutScaling.AT_TEST),
                new L2Norm(),
                new Dense("fc7", CLASSES),
                new Softmax())));
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void gradientsAreTheSlopesOfTheLoss(Architecture architecture) {
        Network network = Network.initialize(architecture, Initialization.HE, 3, backend);
        Tensor pictures = pictures(architecture.input());
        Map<Parameter, float[]> gradients = gradients(network, pictures);
        assertThat(gradients.keySet()).containsExactlyInAnyOrderElementsOf(network.parameters());
        gradients.forEach((parameter, gradient) -> {
            double difference = 0;
            double magnitude = 0;
            for (int i = 0; i < gradient.length; i++) {
                double slope = slope(network, pictures, parameter, i);
                difference = Math.max(difference, Math.abs(slope - gradient[i]));
                magnitude = Math.max(magnitude, Math.abs(slope));
            }
            assertThat(magnitude).as(parameter.name()).isGreaterThan(1e-3);
            assertThat(difference / magnitude).as("relative error of " + parameter.name()).isLessThan(TOLERANCE);
        });
    }

    /// The last layer's gradients come first, so that they can be sent away while the walk goes on.
    @ParameterizedTest
    @MethodSource("architectures")
    void gradientsComeLastLayerFirst(Architecture architecture) {
        Network network = Network.initialize(architecture, Initialization.HE, 3, backend);
        List<String> order = new ArrayList<>();
        Tensor pictures = pictures(architecture.input());
        List<Stage> stages = network.forward(pictures, MASKS);
        Tensor slope = backend.crossEntropy(stages.getLast().out(), LABELS).gradient();
        network.backward(stages, slope, (parameter, _) -> order.add(parameter.name()));
        assertThat(order).containsExactly("fc7.weight", "fc7.bias", "fc6.weight", "fc6.bias", "conv2.weight",
                "conv2.bias", "conv1.weight", "conv1.bias");
    }

    private Map<Parameter, float[]> gradients(Network network, Tensor pictures) {
        Map<Parameter, float[]> gradients = new HashMap<>();
        try (Scope _ = backend.scope()) {
            List<Stage> stages = network.forward(pictures, MASKS);
            Tensor slope = backend.crossEntropy(stages.getLast().out(), LABELS).gradient();
            network.backward(stages, slope,
                    (parameter, gradient) -> gradients.put(parameter, backend.download(gradient)));
        }
        return gradients;
    }

    private double slope(Network network, Tensor pictures, Parameter parameter, int place) {
        float[] values = backend.download(parameter.value());
        float at = values[place];
        values[place] = at + STEP;
        double width = values[place];
        backend.assign(parameter.value(), values);
        double rise = loss(network, pictures);
        values[place] = at - STEP;
        width -= values[place];
        backend.assign(parameter.value(), values);
        rise -= loss(network, pictures);
        values[place] = at;
        backend.assign(parameter.value(), values);
        return rise / width;
    }

    /// In double, from the logits: the loss itself is rounded to float32.
    private double loss(Network network, Tensor pictures) {
        try (Scope _ = backend.scope()) {
            float[] logits = backend.download(network.forward(pictures, MASKS).getLast().out());
            double sum = 0;
            for (int n = 0; n < BATCH; n++) {
                double exponentials = 0;
                for (int k = 0; k < CLASSES; k++) {
                    exponentials += Math.exp(logits[n * CLASSES + k]);
                }
                sum += Math.log(exponentials) - logits[n * CLASSES + LABELS[n]];
            }
            return sum / BATCH;
        }
    }

    private Tensor pictures(Shape one) {
        Shape shape = Shape.of(BATCH, one.dim(0), one.dim(1), one.dim(2));
        SplittableRandom random = new SplittableRandom(7);
        float[] values = new float[Math.toIntExact(shape.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return backend.upload(shape, values);
    }
}
