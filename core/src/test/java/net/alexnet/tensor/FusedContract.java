package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Map;
import java.util.stream.Stream;
import net.alexnet.tensor.Backend.ParameterGradients;
import net.alexnet.tensor.Backend.Pooled;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Operations that compute a layer together with a ReLU give what the two give one after the other, and what an engine keeps
/// of a weight follows the weight.
interface FusedContract extends Contract {
    @TestFactory
    default Stream<DynamicTest> convolutionWithReluAgreesWithTheReference() {
        return Stream.of(ConvolutionCase.layers(), ConvolutionCase.manyChannels(), ConvolutionCase.generated(15))
                .flatMap(cases -> cases)
                .map(geometry -> dynamicTest(geometry.toString(), () -> agrees(engine -> {
                    Tensor x = engine.relu(Contract.normal(engine, 1, geometry.x()));
                    Tensor weight = Contract.normal(engine, 2, geometry.weight());
                    Tensor bias = Contract.normal(engine, 3, geometry.bias());
                    Tensor dy = Contract.normal(engine, 4, geometry.y());
                    return Map.of(
                            "y", engine.convolve(x, weight, bias, geometry.window(), geometry.groups(), true),
                            "dx", engine.convolveInputGradient(
                                    dy, weight, x, geometry.window(), geometry.groups(), true));
                })));
    }

    @TestFactory
    default Stream<DynamicTest> normalizationThroughReluAgreesWithTheReference() {
        return Stream.of(LocalResponseNormContract.PAPER, LocalResponseNormContract.TWO_TOWERS,
                new LocalResponseNorm(LocalResponseNorm.Region.WITHIN_CHANNEL, 3, 1, 4, .75, 1))
                .flatMap(norm -> Stream.of(Shape.of(2, 96, 5, 7), Shape.of(1, 48, 3, 3), Shape.of(3, 10, 4, 4))
                        .map(shape -> dynamicTest(norm + " over " + shape, () -> agrees(engine -> {
                            Tensor x = engine.relu(Contract.normal(engine, 1, shape));
                            Tensor y = engine.normalize(x, norm);
                            Tensor dy = Contract.normal(engine, 2, shape);
                            return Map.of("dx", engine.normalizeGradient(x, y, dy, norm, true));
                        }))));
    }

    @TestFactory
    default Stream<DynamicTest> poolingThroughReluAgreesWithTheReference() {
        return Stream.of(Shape.of(2, 16, 13, 13), Shape.of(1, 20, 8, 5), Shape.of(2, 3, 7, 7))
                .map(shape -> dynamicTest(shape.toString(), () -> agrees(engine -> {
                    Tensor x = engine.relu(Contract.normal(engine, 1, shape));
                    Window window = Window.of(3, 2, 0);
                    Pooled pooled = engine.maxPool(x, window);
                    Tensor dy = Contract.normal(engine, 2, pooled.output().shape());
                    return Map.of("dx", engine.maxPoolGradient(x, dy, pooled, window, true));
                })));
    }

    /// Both at once, as the way forward and the way back of the two one after the other; also where there is no ReLU before them.
    @TestFactory
    default Stream<DynamicTest> normalizationWithPoolingAgreesWithTheReference() {
        return Stream.of(LocalResponseNormContract.PAPER, LocalResponseNormContract.TWO_TOWERS,
                new LocalResponseNorm(LocalResponseNorm.Region.ACROSS_CHANNELS, 5, 2, 3, .75, 2),
                new LocalResponseNorm(LocalResponseNorm.Region.WITHIN_CHANNEL, 3, 1, 4, .75, 1))
                .flatMap(norm -> Stream.of(Shape.of(3, 96, 13, 13), Shape.of(1, 48, 7, 5), Shape.of(5, 10, 8, 8))
                        .flatMap(shape -> Stream.of(Window.of(3, 2, 0), Window.of(3, 2, 1), Window.of(2, 2, 0))
                                .map(window -> dynamicTest(norm + " and " + window + " over " + shape,
                                        () -> agrees(engine -> normalizedAndPooled(engine, shape, norm, window))))));
    }

    @Test
    default void normalizationWithPoolingKeepsNothingButItsResult() {
        for (LocalResponseNorm norm : new LocalResponseNorm[] {LocalResponseNormContract.PAPER,
            new LocalResponseNorm(LocalResponseNorm.Region.WITHIN_CHANNEL, 3, 1, 4, .75, 1)}) {
            Tensor x = normal(1, 1, 96, 13, 13);
            long before = backend().liveTensors();
            backend().normalizeMaxPool(x, norm, Window.of(3, 2, 0));
            assertThat(backend().liveTensors()).as(norm.toString()).isEqualTo(before + 1);
        }
    }

    private static Map<String, Tensor> normalizedAndPooled(
            Backend engine, Shape shape, LocalResponseNorm norm, Window window) {
        Tensor signed = Contract.normal(engine, 1, shape);
        Tensor x = engine.relu(signed);
        Tensor y = engine.normalizeMaxPool(x, norm, window);
        Tensor ySigned = engine.normalizeMaxPool(signed, norm, window);
        Tensor dy = Contract.normal(engine, 2, y.shape());
        return Map.of("y", y, "y signed", ySigned,
                "dx", engine.normalizeMaxPoolGradient(x, y, dy, norm, window, true),
                "dx signed", engine.normalizeMaxPoolGradient(signed, ySigned, dy, norm, window, false));
    }

    @TestFactory
    default Stream<DynamicTest> normalizationWithPoolingEqualsTheTwoSteps() {
        return Stream.of(1, 5).map(batch -> dynamicTest(batch + " pictures", () -> {
            Tensor x = Contract.normal(backend(), 1, Shape.of(batch, 96, 9, 9));
            LocalResponseNorm norm = LocalResponseNormContract.TWO_TOWERS;
            Window window = Window.of(3, 2, 0);
            Tensor between = backend().normalize(x, norm);
            Pooled pooled = backend().maxPool(between, window);
            Tensor dy = Contract.normal(backend(), 2, pooled.output().shape());
            Tensor dBetween = backend().maxPoolGradient(between, dy, pooled, window, false);
            assertThat(values(backend().normalizeMaxPool(x, norm, window))).isEqualTo(values(pooled.output()));
            assertThat(values(backend().normalizeMaxPoolGradient(x, pooled.output(), dy, norm, window, false)))
                    .isEqualTo(values(backend().normalizeGradient(x, between, dBetween, norm, false)));
        }));
    }

    /// An engine may keep a weight in a form of its own; a changed weight must not meet an old one.
    @Test
    default void aChangedWeightIsSeenByTheNextConvolution() {
        ConvolutionCase geometry = ConvolutionCase.manyChannels().findFirst().orElseThrow();
        agrees(engine -> {
            Tensor x = Contract.normal(engine, 1, geometry.x());
            Tensor dy = Contract.normal(engine, 2, geometry.y());
            Tensor weight = Contract.normal(engine, 3, geometry.weight());
            Tensor bias = Contract.normal(engine, 4, geometry.bias());
            engine.convolve(x, weight, bias, geometry.window(), geometry.groups());
            engine.convolveInputGradient(dy, weight, engine.zeros(geometry.x()), geometry.window(), geometry.groups(),
                    false);
            engine.update(weight, engine.zeros(geometry.weight()), Contract.normal(engine, 5, geometry.weight()), .9f,
                    0,
                    .5f);
            Tensor updated = engine.convolve(x, weight, bias, geometry.window(), geometry.groups());
            Tensor dxUpdated = engine.convolveInputGradient(
                    dy, weight, engine.zeros(geometry.x()), geometry.window(), geometry.groups(), false);
            engine.assign(weight, Samples.normal(geometry.weight(), 6));
            return Map.of("updated", updated, "dx updated", dxUpdated,
                    "assigned", engine.convolve(x, weight, bias, geometry.window(), geometry.groups()),
                    "dx assigned", engine.convolveInputGradient(
                            dy, weight, engine.zeros(geometry.x()), geometry.window(), geometry.groups(), false));
        });
    }

    @Test
    default void aWeightWorksInTwoGroupings() {
        agrees(engine -> {
            Tensor weight = Contract.normal(engine, 3, Shape.of(64, 32, 3, 3));
            Tensor bias = Contract.normal(engine, 4, Shape.of(64));
            Window window = Window.of(3, 1, 1);
            return Map.of("one",
                    engine.convolve(Contract.normal(engine, 1, Shape.of(1, 32, 10, 10)), weight, bias, window, 1),
                    "two",
                    engine.convolve(Contract.normal(engine, 2, Shape.of(1, 64, 10, 10)), weight, bias, window, 2));
        });
    }

    /// Before and after a compiler has had the code: no sum may depend on it.
    @Test
    default void aDenseLayerOfFewImagesAlwaysGivesTheSameBits() {
        Tensor x = normal(1, 2, 67);
        Tensor weight = normal(2, 8, 67);
        Tensor bias = normal(3, 8);
        float[] first = values(backend().dense(x, weight, bias));
        for (int i = 0; i < 20_000; i++) {
            try (Scope _ = backend().scope()) {
                backend().dense(x, weight, bias);
            }
        }
        assertThat(values(backend().dense(x, weight, bias))).isEqualTo(first);
    }

    @Test
    default void theGradientOfNotANumberReachesItsPixel() {
        Tensor x = tensor(Shape.of(1, 1, 2, 2), 1, 2, Float.NaN, 3);
        Pooled pooled = backend().maxPool(x, Window.of(2, 2, 0));
        float[] dx = values(
                backend().maxPoolGradient(x, tensor(Shape.of(1, 1, 1, 1), 5), pooled, Window.of(2, 2, 0), false));
        assertThat(dx).containsExactly(0, 0, 5, 0);
    }

    @Test
    default void theSameInputsGiveTheSameBits() {
        ConvolutionCase geometry = ConvolutionCase.manyChannels().findFirst().orElseThrow();
        Tensor x = Contract.normal(backend(), 1, geometry.x());
        Tensor dy = Contract.normal(backend(), 2, geometry.y());
        ParameterGradients once = backend().convolveParameterGradients(
                x, dy, geometry.weight(), geometry.window(), geometry.groups());
        ParameterGradients again = backend().convolveParameterGradients(
                x, dy, geometry.weight(), geometry.window(), geometry.groups());
        assertThat(values(again.weight())).isEqualTo(values(once.weight()));
        assertThat(values(again.bias())).isEqualTo(values(once.bias()));
    }

    @Test
    default void convolutionWithReluDoesNotHideNan() {
        ConvolutionCase geometry = ConvolutionCase.manyChannels().findFirst().orElseThrow();
        float[] values = Samples.normal(geometry.x(), 1);
        values[0] = Float.NaN;
        Tensor y = backend().convolve(tensor(geometry.x(), values),
                Contract.normal(backend(), 2, geometry.weight()),
                Contract.normal(backend(), 3, geometry.bias()), geometry.window(), geometry.groups(), true);
        assertThat(backend().statistics(y).nonFinite()).isPositive();
    }
}
