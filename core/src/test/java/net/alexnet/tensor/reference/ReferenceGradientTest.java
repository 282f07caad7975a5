package net.alexnet.tensor.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import net.alexnet.tensor.Backend.Pooled;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.LocalResponseNorm.Region;
import net.alexnet.tensor.Rounding;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.Window;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every gradient of the reference against central differences of its forward operation.
///
/// The scalar differentiated is `f = Σ dy · y`, summed in double; y itself is rounded to float32, by up to 6e-8 of its
/// magnitude. Four points (`±h`, `±2h`) cancel the difference's error up to the fifth derivative, so a step as wide as
/// 2^-6 costs some 1e-8, and the rounding of y comes in as 6e-8 · √(terms) / h, some 1e-5. The tolerance, 2e-4 of the
/// greatest gradient, is well above both and well below what any forgotten term would do. The step is a power of two,
/// and the values are multiples of it where an operation has a kink, so that x ± h is exact.
class ReferenceGradientTest {
    private static final double TOLERANCE = 2e-4;
    private static final float STEP = 1f / 64;

    private final ReferenceBackend backend = new ReferenceBackend();

    @AfterEach
    void close() {
        backend.close();
    }

    @TestFactory
    Stream<DynamicTest> convolution() {
        record Geometry(Shape x, Shape weight, Window window, int groups) {}
        return Stream.of(
                new Geometry(Shape.of(2, 2, 5, 4), Shape.of(3, 2, 3, 3), Window.of(3, 1, 1), 1),
                new Geometry(Shape.of(1, 4, 6, 5), Shape.of(4, 2, 2, 2), Window.of(2, 2, 0), 2),
                new Geometry(Shape.of(1, 1, 8, 9), Shape.of(2, 1, 5, 5), new Window(5, 4, 0, Rounding.CEIL), 1),
                new Geometry(Shape.of(2, 3, 4, 7), Shape.of(3, 1, 3, 3), new Window(3, 2, 2, Rounding.CEIL), 3))
                .map(geometry -> dynamicTest(geometry.toString(), () -> {
                    Window window = geometry.window;
                    int groups = geometry.groups;
                    Tensor x = normal(1, geometry.x);
                    Tensor weight = normal(2, geometry.weight);
                    Tensor bias = normal(3, Shape.of(geometry.weight.dim(0)));
                    Tensor dy = normal(4, backend.convolve(x, weight, bias, window, groups).shape());
                    check("dx", x, dy, in -> backend.convolve(in, weight, bias, window, groups),
                            backend.convolveInputGradient(dy, weight, x, window, groups, false));
                    var gradients = backend.convolveParameterGradients(x, dy, weight.shape(), window, groups);
                    check("dweight", weight, dy, in -> backend.convolve(x, in, bias, window, groups),
                            gradients.weight());
                    check("dbias", bias, dy, in -> backend.convolve(x, weight, in, window, groups), gradients.bias());
                }));
    }

    @Test
    void dense() {
        Tensor x = normal(1, Shape.of(3, 7));
        Tensor weight = normal(2, Shape.of(4, 7));
        Tensor bias = normal(3, Shape.of(4));
        Tensor dy = normal(4, Shape.of(3, 4));
        check("dx", x, dy, in -> backend.dense(in, weight, bias), backend.denseInputGradient(dy, weight));
        var gradients = backend.denseParameterGradients(x, dy);
        check("dweight", weight, dy, in -> backend.dense(x, in, bias), gradients.weight());
        check("dbias", bias, dy, in -> backend.dense(x, weight, in), gradients.bias());
    }

    @Test
    void neurons() {
        Tensor x = spread(1, Shape.of(2, 3, 4, 5));
        Tensor dy = normal(2, x.shape());
        check("relu", x, dy, backend::relu, backend.reluGradient(backend.relu(x), dy));
        Tensor smooth = normal(3, x.shape());
        check("tanh", smooth, dy, backend::tanh, backend.tanhGradient(backend.tanh(smooth), dy));
        Tensor mask = normal(4, x.shape());
        check("multiply", x, dy, in -> backend.multiply(in, mask), backend.multiply(dy, mask));
        check("scale", x, dy, in -> backend.scale(in, .5f), backend.scale(dy, .5f));
    }

    @Test
    void l2Norm() {
        Tensor x = normal(1, Shape.of(3, 6));
        Tensor dy = normal(2, x.shape());
        check("l2Normalize", x, dy, backend::l2Normalize, backend.l2NormalizeGradient(x, backend.l2Normalize(x), dy));
    }

    @TestFactory
    Stream<DynamicTest> normalization() {
        Shape shape = Shape.of(2, 8, 3, 4);
        // alphas so great that the neighbors' part of the gradient weighs as much as the direct one
        return Stream.of(
                new LocalResponseNorm(Region.ACROSS_CHANNELS, 5, 2, 10, .75, 1),
                new LocalResponseNorm(Region.ACROSS_CHANNELS, 5, 2, 10, .75, 2),
                new LocalResponseNorm(Region.ACROSS_CHANNELS, 3, 1, 3, .5, 4),
                new LocalResponseNorm(Region.ACROSS_CHANNELS, 17, 2, 20, 1.2, 1),
                new LocalResponseNorm(Region.WITHIN_CHANNEL, 3, 2, 10, .75, 1),
                new LocalResponseNorm(Region.WITHIN_CHANNEL, 5, 1, 10, .75, 1))
                .map(norm -> dynamicTest(norm.toString(), () -> {
                    Tensor x = normal(1, shape);
                    Tensor dy = normal(2, shape);
                    check("dx", x, dy, in -> backend.normalize(in, norm),
                            backend.normalizeGradient(x, backend.normalize(x, norm), dy, norm, false));
                }));
    }

    @TestFactory
    Stream<DynamicTest> maxPool() {
        return Stream.of(Window.of(3, 2, 0), Window.of(2, 2, 0), Window.of(3, 1, 1),
                new Window(3, 2, 0, Rounding.CEIL), new Window(4, 3, 2, Rounding.CEIL))
                .map(window -> dynamicTest(window.toString(), () -> {
                    Tensor x = spread(1, Shape.of(2, 2, 6, 5));
                    Pooled pooled = backend.maxPool(x, window);
                    Tensor dy = normal(2, pooled.output().shape());
                    check("dx", x, dy, in -> backend.maxPool(in, window).output(),
                            backend.maxPoolGradient(x, dy, pooled, window, false));
                }));
    }

    @Test
    void crossEntropy() {
        Tensor logits = normal(1, Shape.of(4, 6));
        int[] labels = {0, 5, 2, 2};
        check("dlogits", logits, backend.upload(Shape.of(), new float[] {1}),
                in -> backend.crossEntropy(in, labels).value(), backend.crossEntropy(logits, labels).gradient());
    }

    /// Holds a gradient to the differences of `Σ dy · forward(in)`, one value of `in` after the other.
    private void check(String name, Tensor in, Tensor dy, UnaryOperator<Tensor> forward, Tensor gradient) {
        float[] values = backend.download(in);
        float[] claimed = backend.download(gradient);
        float[] weights = backend.download(dy);
        assertThat(gradient.shape()).as(name).isEqualTo(in.shape());
        double greatest = 0;
        double worst = 0;
        for (int at = 0; at < values.length; at++) {
            double near = sum(forward, in.shape(), values, at, STEP, weights)
                    - sum(forward, in.shape(), values, at, -STEP, weights);
            double far = sum(forward, in.shape(), values, at, 2 * STEP, weights)
                    - sum(forward, in.shape(), values, at, -2 * STEP, weights);
            double difference = (8 * near - far) / (12 * STEP);
            greatest = Math.max(greatest, Math.abs(difference));
            worst = Math.max(worst, Math.abs(difference - claimed[at]));
        }
        assertThat(greatest).as(name + " is not all zero").isPositive();
        assertThat(worst / greatest).as("relative error of " + name).isLessThan(TOLERANCE);
    }

    private double sum(
            UnaryOperator<Tensor> forward, Shape shape, float[] values, int at, float step, float[] weights) {
        float[] moved = values.clone();
        moved[at] += step;
        try (Scope _ = backend.scope()) {
            float[] y = backend.download(forward.apply(backend.upload(shape, moved)));
            double sum = 0;
            for (int place = 0; place < y.length; place++) {
                sum += (double) weights[place] * y[place];
            }
            return sum;
        }
    }

    /// Normal draws, rounded to multiples of the step.
    private Tensor normal(long seed, Shape shape) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[Math.toIntExact(shape.elements())];
        for (int at = 0; at < values.length; at++) {
            values[at] = Math.round(random.nextGaussian() / STEP) * STEP;
        }
        return backend.upload(shape, values);
    }

    /// Odd multiples of four steps, each once and shuffled: no two values change their order, and none its sign, when
    /// one of them moves by two steps.
    private Tensor spread(long seed, Shape shape) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[Math.toIntExact(shape.elements())];
        for (int at = 0; at < values.length; at++) {
            int other = random.nextInt(at + 1);
            values[at] = values[other];
            values[other] = (2 * at + 1 - values.length) * 4 * STEP;
        }
        return backend.upload(shape, values);
    }
}
