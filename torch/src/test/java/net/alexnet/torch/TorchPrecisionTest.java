package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.LocalResponseNorm.Region;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Rounding;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.Window;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A backend in bfloat16, held to the reference that rounds alike.
class TorchPrecisionTest {
    private static final double TOLERANCE = 1e-2; // of the greatest value: a sum in another order may be rounded to a neighbor

    @AutoClose
    private final Backend torch = TorchBackend.open("cpu", 2, Precision.BFLOAT16);
    @AutoClose
    private final Backend reference = new ReferenceBackend(Precision.BFLOAT16);
    @AutoClose
    private final Backend exact = new ReferenceBackend();

    @Test
    void denseAgreesWithTheReference() {
        agrees(engine -> {
            Tensor x = normal(engine, 1, Shape.of(5, 300));
            Tensor weight = normal(engine, 2, Shape.of(65, 300));
            Tensor dy = normal(engine, 3, Shape.of(5, 65));
            var gradients = engine.denseParameterGradients(x, dy);
            return List.of(engine.dense(x, weight, normal(engine, 4, Shape.of(65))),
                    engine.denseInputGradient(dy, weight), gradients.weight(), gradients.bias());
        });
    }

    @Test
    void convolutionAgreesWithTheReference() {
        Window window = Window.of(3, 1, 1);
        agrees(engine -> {
            Tensor x = normal(engine, 1, Shape.of(2, 8, 9, 9));
            Tensor weight = normal(engine, 2, Shape.of(6, 4, 3, 3));
            Tensor dy = normal(engine, 3, Shape.of(2, 6, 9, 9));
            Tensor bias = normal(engine, 4, Shape.of(6));
            var gradients = engine.convolveParameterGradients(x, dy, weight.shape(), window, 2);
            return List.of(engine.convolve(x, weight, bias, window, 2),
                    engine.convolve(x, weight, bias, window, 2, true),
                    engine.convolveInputGradient(dy, weight, x, window, 2, false), gradients.weight(),
                    gradients.bias());
        });
    }

    /// A stride over few channels, where blocks of pixels are multiplied: conv1 of the paper and of torchvision, and windows that
    /// end inside a picture, beyond it, and whose stride does not divide the kernel.
    @ParameterizedTest
    @CsvSource({"11, 4, 0, CEIL, 27", "11, 4, 2, FLOOR, 32", "5, 2, 1, FLOOR, 10", "7, 3, 3, CEIL, 20",
        "3, 2, 0, FLOOR, 8"})
    void stridesAgreeWithTheReference(int kernel, int stride, int padding, Rounding rounding, int side) {
        Window window = new Window(kernel, stride, padding, rounding);
        int outputs = window.outputs(side);
        agrees(engine -> {
            Tensor x = normal(engine, 1, Shape.of(3, 3, side, side + 2));
            Tensor weight = normal(engine, 2, Shape.of(8, 3, kernel, kernel));
            Tensor dy = normal(engine, 3, Shape.of(3, 8, outputs, window.outputs(side + 2)));
            var gradients = engine.convolveParameterGradients(x, dy, weight.shape(), window, 1);
            return List.of(engine.convolve(x, weight, normal(engine, 4, Shape.of(8)), window, 1),
                    engine.convolveInputGradient(dy, weight, x, window, 1, false), gradients.weight(),
                    gradients.bias());
        });
    }

    /// Maps of 20 channels, which are no whole vectors, and of 32.
    @ParameterizedTest
    @ValueSource(ints = {20, 32})
    void normalizationAndPoolingAgreeWithTheReference(int channels) {
        LocalResponseNorm norm = new LocalResponseNorm(Region.ACROSS_CHANNELS, 5, 2, 1e-2, .75, 2);
        Window window = Window.of(3, 2, 0);
        agrees(engine -> {
            Tensor x = engine.relu(normal(engine, 1, Shape.of(2, channels, 9, 9)));
            Tensor dy = normal(engine, 2, x.shape());
            Tensor pooledDy = normal(engine, 3, Shape.of(2, channels, 4, 4));
            Tensor y = engine.normalize(x, norm);
            var pooled = engine.maxPool(x, window);
            Tensor both = engine.normalizeMaxPool(x, norm, window);
            return List.of(y, engine.normalizeGradient(x, y, dy, norm, true), pooled.output(),
                    engine.maxPoolGradient(x, pooledDy, pooled, window, true), both,
                    engine.normalizeMaxPoolGradient(x, both, pooledDy, norm, window, true));
        });
    }

    /// A weight is read again after a step that changed it.
    @Test
    void aStepChangesWhatIsMultiplied() {
        agrees(engine -> {
            Tensor x = normal(engine, 1, Shape.of(3, 40));
            Tensor weight = normal(engine, 2, Shape.of(7, 40));
            Tensor bias = engine.zeros(Shape.of(7));
            Tensor momentum = engine.zeros(weight.shape());
            Tensor before = engine.dense(x, weight, bias);
            engine.update(weight, momentum, engine.denseParameterGradients(x, before).weight(), .9f, .01f, .01f);
            Tensor once = engine.dense(x, weight, bias);
            engine.assign(weight, engine.download(momentum));
            return List.of(before, momentum, once, engine.dense(x, weight, bias));
        });
    }

    /// Sums of micro-batches and what a user reads are float32.
    @Test
    void gradientsAddUpInFloat32() {
        for (Backend engine : List.of(torch, reference)) {
            Tensor one = engine.upload(Shape.of(1, 1), new float[] {1});
            Tensor sum = engine.denseParameterGradients(one, one).weight();
            engine.add(sum, engine.upload(Shape.of(1, 1), new float[] {0x1p-9f}));
            assertThat(engine.download(sum)).containsExactly(1 + 0x1p-9f);
        }
    }

    @Test
    void notANumberStaysOneInMaps() {
        Shape shape = Shape.of(1, 1, 1, 2);
        for (float nan : List.of(Float.NaN, Float.intBitsToFloat(0xFFC00000), Float.intBitsToFloat(0x7F800001))) {
            Tensor x = torch.upload(shape, new float[] {nan, -1});
            Tensor one = torch.upload(Shape.of(1, 1, 1, 1), new float[] {1});
            Tensor y = torch.convolve(x, one, torch.zeros(Shape.of(1)), Window.of(1, 1, 0), 1, true);
            assertThat(torch.download(y)).containsExactly(Float.NaN, 0);
            assertThat(torch.download(torch.maxPool(y, Window.of(1, 1, 0)).output())).containsExactly(Float.NaN, 0);
        }
    }

    /// 1 + 2⁻⁹ is no bfloat16.
    @Test
    void operandsAndResultsAreRounded() {
        float between = 1 + 0x1p-9f;
        for (Backend engine : List.of(torch, reference)) {
            Tensor x = engine.upload(Shape.of(1, 1), new float[] {between});
            Tensor one = engine.upload(Shape.of(1, 1), new float[] {1});
            Tensor bias = engine.upload(Shape.of(1), new float[] {0x1p-9f});
            assertThat(engine.download(engine.dense(x, one, bias))).containsExactly(1);
            assertThat(engine.download(engine.denseInputGradient(x, one))).containsExactly(1);
            assertThat(engine.describe()).contains("bfloat16");
        }
        Tensor x = exact.upload(Shape.of(1, 1), new float[] {between});
        assertThat(exact.download(exact.denseInputGradient(x, exact.upload(Shape.of(1, 1), new float[] {1}))))
                .containsExactly(between);
    }

    /// Otherwise the tests above would only show that rounding makes little difference.
    @Test
    void everyMapIsRounded() {
        LocalResponseNorm norm = new LocalResponseNorm(Region.ACROSS_CHANNELS, 5, 2, 1e-2, .75, 2);
        LocalResponseNorm within = new LocalResponseNorm(Region.WITHIN_CHANNEL, 3, 2, 1e-2, .75, 1);
        Window window = Window.of(3, 2, 0);
        for (Backend engine : List.of(torch, reference)) {
            Tensor x = normal(engine, 1, Shape.of(2, 16, 9, 9));
            Tensor dy = normal(engine, 2, x.shape());
            Tensor weight = normal(engine, 3, Shape.of(4, 16, 3, 3));
            Tensor y = engine.convolve(x, weight, normal(engine, 4, Shape.of(4)), window, 1);
            Tensor pooledDy = normal(engine, 5, Shape.of(2, 16, 4, 4));
            var pooled = engine.maxPool(x, window);
            for (Tensor map : List.of(y, engine.relu(x), engine.tanh(x), engine.scale(x, .3f), engine.multiply(x, dy),
                    engine.reluGradient(x, dy), engine.tanhGradient(engine.tanh(x), dy), engine.normalize(x, norm),
                    engine.normalizeGradient(x, engine.normalize(x, norm), dy, norm, false),
                    engine.normalize(x, within),
                    engine.normalizeMaxPool(x, norm, window), pooled.output(),
                    engine.maxPoolGradient(x, pooledDy, pooled, window, false),
                    engine.convolveInputGradient(y, weight, x, window, 1, false),
                    engine.unflatten(normal(engine, 6, Shape.of(2, 48)), Shape.of(2, 3, 4, 4)))) {
                for (float value : engine.download(map)) {
                    assertThat(value).isEqualTo(Precision.BFLOAT16.round(value));
                }
            }
        }
    }

    /// Vectors, and what is measured, are float32; a rounded map and one that is not can be combined.
    @Test
    void otherOperationsAgreeWithTheReference() {
        agrees(engine -> {
            Tensor x = normal(engine, 1, Shape.of(2, 6, 5, 5));
            Tensor y = engine.relu(x);
            Tensor rows = engine.flatten(y);
            return List.of(engine.multiply(x, y), engine.scale(y, .3f), engine.reluGradient(y, x), engine.tanh(y),
                    engine.tanhGradient(engine.tanh(y), x), rows, engine.l2Normalize(rows),
                    engine.unflatten(rows, x.shape()), engine.softmax(rows));
        });
        for (Backend engine : List.of(torch, reference)) {
            Tensor y = engine.relu(normal(engine, 1, Shape.of(2, 6, 5, 5)));
            float[] values = engine.download(y);
            assertThat(engine.view(y).toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(values);
            assertThat(engine.statistics(y).nonFinite()).isZero();
            assertThat(engine.unitMaxima(y)).hasSize(6);
        }
        Tensor y = normal(torch, 1, Shape.of(2, 6, 5, 5));
        Tensor there = normal(reference, 1, Shape.of(2, 6, 5, 5));
        assertThat(torch.statistics(torch.relu(y)).mean())
                .isCloseTo(reference.statistics(reference.relu(there)).mean(), within(1e-6));
        assertThat(torch.unitMaxima(torch.relu(y))).isEqualTo(reference.unitMaxima(reference.relu(there)));
    }

    /// A window of another size than kernels take, so that libtorch pools, and sums where windows overlap.
    @Test
    void libtorchsPoolingSumsInFloat32() {
        Shape shape = Shape.of(1, 1, 3, 3);
        TorchMaxPool layer = new TorchMaxPool(Window.of(2, 1, 0));
        for (Backend engine : List.of(torch, reference)) {
            Tensor x = engine.upload(shape, new float[] {0, 0, 0, 0, 1, 0, 0, 0, 0}); // the middle wins all four windows
            Tensor dy = engine.upload(Shape.of(1, 1, 2, 2), new float[] {1, 0x1p-8f, 0x1p-8f, 0x1p-8f});
            var pooled = engine.maxPool(x, layer.window());
            assertThat(engine.download(engine.maxPoolGradient(x, dy, pooled, layer.window(), false))[4])
                    .isEqualTo(Precision.BFLOAT16.round(1 + 3 * 0x1p-8f));
        }
    }

    /// A layer over few channels whose input is a map already.
    @Test
    void aMapOfFewChannelsIsNoPicture() {
        Window window = Window.of(5, 2, 1);
        agrees(engine -> {
            Tensor x = engine.relu(normal(engine, 1, Shape.of(2, 3, 12, 12)));
            Tensor weight = normal(engine, 2, Shape.of(4, 3, 5, 5));
            Tensor y = engine.convolve(x, weight, engine.zeros(Shape.of(4)), window, 1);
            return List.of(y, engine.convolveParameterGradients(x, y, weight.shape(), window, 1).weight());
        });
    }

    /// The filters of blocks of pixels, too, are read again after a step.
    @Test
    void aStepChangesFirstFilters() {
        Window window = Window.of(5, 2, 1);
        agrees(engine -> {
            Tensor x = normal(engine, 1, Shape.of(2, 3, 12, 12));
            Tensor weight = normal(engine, 2, Shape.of(4, 3, 5, 5));
            Tensor bias = engine.zeros(Shape.of(4));
            Tensor before = engine.convolve(x, weight, bias, window, 1);
            Tensor gradient = engine.convolveParameterGradients(x, before, weight.shape(), window, 1).weight();
            engine.update(weight, engine.zeros(weight.shape()), gradient, .9f, 0, .01f);
            Tensor after = engine.convolve(x, weight, bias, window, 1);
            engine.assign(x, engine.download(normal(engine, 5, x.shape())));
            return List.of(weight, after, engine.convolve(x, weight, bias, window, 1));
        });
    }

    private void agrees(Function<Backend, List<Tensor>> operations) {
        List<Tensor> found = operations.apply(torch);
        List<Tensor> expected = operations.apply(reference);
        for (int i = 0; i < found.size(); i++) {
            float[] a = torch.download(found.get(i));
            float[] b = reference.download(expected.get(i));
            assertThat(a).hasSameSizeAs(b);
            double greatest = 0;
            double difference = 0;
            for (int j = 0; j < a.length; j++) {
                greatest = Math.max(greatest, Math.abs(b[j]));
                difference = Math.max(difference, Math.abs(a[j] - b[j]));
            }
            assertThat(difference / greatest).as("result %d", i).isLessThan(TOLERANCE);
        }
    }

    private static Tensor normal(Backend engine, int seed, Shape shape) {
        Random random = new Random(seed);
        float[] values = new float[(int) shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return engine.upload(shape, values);
    }
}
