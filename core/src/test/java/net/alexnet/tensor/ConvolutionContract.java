package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import net.alexnet.tensor.Backend.ParameterGradients;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Convolution: sums done by hand, laws, and the reference over many geometries.
interface ConvolutionContract extends Contract {
    @TestFactory
    default Stream<DynamicTest> convolutionAgreesWithTheReference() {
        return Stream.of(ConvolutionCase.layers(), ConvolutionCase.manyChannels(), ConvolutionCase.largeKernels(),
                ConvolutionCase.generated(60))
                .flatMap(cases -> cases)
                .map(geometry -> dynamicTest(geometry.toString(), () -> agrees(engine -> {
                    Tensor x = Contract.normal(engine, 1, geometry.x());
                    Tensor weight = Contract.normal(engine, 2, geometry.weight());
                    Tensor bias = Contract.normal(engine, 3, geometry.bias());
                    Tensor dy = Contract.normal(engine, 4, geometry.y());
                    ParameterGradients gradients = engine.convolveParameterGradients(
                            x, dy, geometry.weight(), geometry.window(), geometry.groups());
                    return Map.of(
                            "y", engine.convolve(x, weight, bias, geometry.window(), geometry.groups()),
                            "dx", engine.convolveInputGradient(
                                    dy, weight, engine.zeros(geometry.x()), geometry.window(), geometry.groups(),
                                    false),
                            "dweight", gradients.weight(),
                            "dbias", gradients.bias());
                })));
    }

    @Test
    default void convolutionByHand() {
        Tensor x = tensor(Shape.of(1, 1, 3, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9);
        Tensor weight = tensor(Shape.of(1, 1, 2, 2), 1, 2, 3, 4);
        Tensor bias = tensor(Shape.of(1), .5f);
        assertThat(values(backend().convolve(x, weight, bias, Window.of(2, 1, 0), 1)))
                .containsExactly(37.5f, 47.5f, 67.5f, 77.5f);
        assertThat(values(backend().convolve(x, weight, bias, Window.of(2, 2, 1), 1)))
                .containsExactly(4.5f, 18.5f, 36.5f, 77.5f);
        assertThat(values(backend().convolve(x, weight, bias, new Window(2, 2, 0, Rounding.CEIL), 1)))
                .containsExactly(37.5f, 3 + 3 * 6 + .5f, 7 + 2 * 8 + .5f, 9.5f);
    }

    @Test
    default void convolutionGradientsByHand() {
        Tensor x = tensor(Shape.of(1, 1, 3, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9);
        Tensor weight = tensor(Shape.of(1, 1, 2, 2), 1, 2, 3, 4);
        Tensor dy = tensor(Shape.of(1, 1, 2, 2), 1, 0, 0, 10);
        Window window = Window.of(2, 1, 0);
        assertThat(values(backend().convolveInputGradient(dy, weight, x, window, 1, false)))
                .containsExactly(1, 2, 0, 3, 14, 20, 0, 30, 40);
        ParameterGradients gradients = backend().convolveParameterGradients(x, dy, weight.shape(), window, 1);
        assertThat(values(gradients.weight())).containsExactly(51, 62, 84, 95);
        assertThat(values(gradients.bias())).containsExactly(11);
    }

    /// conv1 of the paper: what hangs over the edge reads zero.
    @Test
    default void the224PixelInputIsA227PixelInputWithZerosRightAndBelow() {
        Shape shape = Shape.of(1, 3, 224, 224);
        Shape paddedShape = Shape.of(1, 3, 227, 227);
        float[] picture = Samples.normal(shape, 1);
        float[] padded = new float[(int) paddedShape.elements()];
        for (int row = 0; row < 3 * 224; row++) {
            System.arraycopy(picture, row * 224, padded, (row / 224 * 227 + row % 224) * 227, 224);
        }
        Window ceil = new Window(11, 4, 0, Rounding.CEIL);
        Window floor = Window.of(11, 4, 0);
        try (Scope _ = backend().scope()) {
            Tensor weight = normal(2, 8, 3, 11, 11);
            Tensor bias = normal(3, 8);
            Tensor x = tensor(shape, picture);
            Tensor xPadded = tensor(paddedShape, padded);
            Tensor dy = normal(4, 1, 8, 55, 55);
            Closeness.assertClose("y", values(backend().convolve(xPadded, weight, bias, floor, 1)),
                    values(backend().convolve(x, weight, bias, ceil, 1)));
            Closeness.assertClose("dweight",
                    values(backend().convolveParameterGradients(xPadded, dy, weight.shape(), floor, 1).weight()),
                    values(backend().convolveParameterGradients(x, dy, weight.shape(), ceil, 1).weight()));
            float[] dxPadded = values(
                    backend().convolveInputGradient(dy, weight, backend().zeros(paddedShape), floor, 1, false));
            float[] dx = new float[picture.length];
            for (int row = 0; row < 3 * 224; row++) {
                System.arraycopy(dxPadded, (row / 224 * 227 + row % 224) * 227, dx, row * 224, 224);
            }
            Closeness.assertClose("dx", dx,
                    values(backend().convolveInputGradient(dy, weight, backend().zeros(shape), ceil, 1, false)));
        }
    }

    @Test
    default void towersAreSeparateConvolutions() {
        Window window = Window.of(3, 2, 1);
        Shape half = Shape.of(1, 4, 7, 5);
        float[] x = Samples.normal(Shape.of(1, 8, 7, 5), 1);
        float[] weight = Samples.normal(Shape.of(6, 4, 3, 3), 2);
        float[] bias = Samples.normal(Shape.of(6), 3);
        float[] dy = Samples.normal(Shape.of(1, 6, 4, 3), 4);
        Tensor together = backend().convolve(tensor(Shape.of(1, 8, 7, 5), x), tensor(Shape.of(6, 4, 3, 3), weight),
                tensor(Shape.of(6), bias), window, 2);
        Tensor dxTogether = backend().convolveInputGradient(tensor(Shape.of(1, 6, 4, 3), dy),
                tensor(Shape.of(6, 4, 3, 3), weight), backend().zeros(Shape.of(1, 8, 7, 5)), window, 2, false);
        ParameterGradients gradients = backend().convolveParameterGradients(tensor(Shape.of(1, 8, 7, 5), x),
                tensor(Shape.of(1, 6, 4, 3), dy), Shape.of(6, 4, 3, 3), window, 2);
        for (int tower = 0; tower < 2; tower++) {
            Tensor xHalf = tensor(half, half(x, tower));
            Tensor weightHalf = tensor(Shape.of(3, 4, 3, 3), half(weight, tower));
            Tensor dyHalf = tensor(Shape.of(1, 3, 4, 3), half(dy, tower));
            Tensor alone = backend().convolve(xHalf, weightHalf, tensor(Shape.of(3), half(bias, tower)), window, 1);
            Closeness.assertClose("y", values(alone), half(values(together), tower));
            Closeness.assertClose("dx",
                    values(backend().convolveInputGradient(dyHalf, weightHalf, backend().zeros(half), window, 1,
                            false)),
                    half(values(dxTogether), tower));
            ParameterGradients aloneGradients = backend().convolveParameterGradients(xHalf, dyHalf, weightHalf.shape(),
                    window, 1);
            Closeness.assertClose("dweight", values(aloneGradients.weight()), half(values(gradients.weight()), tower));
            Closeness.assertClose("dbias", values(aloneGradients.bias()), half(values(gradients.bias()), tower));
        }
    }

    /// The first or second half of values whose outermost axis that counts is the tower's.
    private static float[] half(float[] values, int tower) {
        int length = values.length / 2;
        return Arrays.copyOfRange(values, tower * length, (tower + 1) * length);
    }

    /// Without a bias y is linear in x and in the weight, so that `dy · y = dx · x = dweight · weight`.
    @TestFactory
    default Stream<DynamicTest> convolutionGradientsAreItsAdjoints() {
        return ConvolutionCase.generated(20).map(geometry -> dynamicTest(geometry.toString(), () -> {
            try (Scope _ = backend().scope()) {
                Tensor x = Contract.normal(backend(), 5, geometry.x());
                Tensor weight = Contract.normal(backend(), 6, geometry.weight());
                Tensor dy = Contract.normal(backend(), 7, geometry.y());
                Tensor y = backend().convolve(
                        x, weight, backend().zeros(geometry.bias()), geometry.window(), geometry.groups());
                double expected = dot(dy, y);
                double scale = Math.sqrt(dot(y, y) * dot(dy, dy));
                Tensor dx = backend().convolveInputGradient(
                        dy, weight, backend().zeros(geometry.x()), geometry.window(), geometry.groups(), false);
                Tensor dweight = backend().convolveParameterGradients(
                        x, dy, geometry.weight(), geometry.window(), geometry.groups()).weight();
                assertThat(dot(dx, x)).isCloseTo(expected, within(Closeness.TOLERANCE * scale));
                assertThat(dot(dweight, weight)).isCloseTo(expected, within(Closeness.TOLERANCE * scale));
            }
        }));
    }

    @Test
    default void aKernelWithAOneInTheMiddleCopiesItsInput() {
        Shape shape = Shape.of(2, 3, 6, 5);
        float[] values = Samples.normal(shape, 1);
        float[] one = new float[3 * 3 * 5 * 5];
        for (int channel = 0; channel < 3; channel++) {
            one[(channel * 3 + channel) * 25 + 12] = 1;
        }
        Tensor y = backend().convolve(tensor(shape, values), tensor(Shape.of(3, 3, 5, 5), one),
                backend().zeros(Shape.of(3)), Window.of(5, 1, 2), 1);
        Closeness.assertClose("y", values, values(y));
    }

    @Test
    default void aWindowWhollyOutsideGivesTheBias() {
        Tensor y = backend().convolve(tensor(Shape.of(1, 1, 1, 5), 1, 2, 3, 4, 5), tensor(Shape.of(1, 1, 1, 1), 2),
                tensor(Shape.of(1), .5f), new Window(1, 3, 0, Rounding.CEIL), 1);
        assertThat(y.shape()).isEqualTo(Shape.of(1, 1, 1, 3));
        assertThat(values(y)).containsExactly(2.5f, 8.5f, .5f);
    }
}
