package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import net.alexnet.tensor.Backend.Pooled;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Max-pooling: overlapping windows, equal values, edges, and the reference over many geometries.
interface MaxPoolContract extends Contract {
    /// A map and a window over it.
    record Pooling(Shape x, Window window) {
        boolean fits() {
            return fits(x.dim(2)) && fits(x.dim(3));
        }

        private boolean fits(int size) {
            return window.outputs(size) > 0 && window.overhang(size) < window.kernel();
        }
    }

    private static Stream<Pooling> poolings() {
        SplittableRandom random = new SplittableRandom(12);
        Stream<Pooling> layers = Stream.of(
                new Pooling(Shape.of(2, 16, 55, 55), Window.of(3, 2, 0)),
                new Pooling(Shape.of(2, 24, 13, 13), new Window(3, 2, 0, Rounding.CEIL)),
                new Pooling(Shape.of(3, 8, 12, 14), new Window(3, 2, 0, Rounding.CEIL)),
                new Pooling(Shape.of(3, 8, 12, 14), Window.of(2, 2, 0)));
        Stream<Pooling> generated = Stream.generate(() -> {
            int kernel = random.nextInt(1, 6);
            Rounding rounding = random.nextBoolean() ? Rounding.CEIL : Rounding.FLOOR;
            return new Pooling(
                    Shape.of(random.nextInt(1, 4), random.nextInt(1, 9), random.nextInt(1, 13), random.nextInt(1, 13)),
                    new Window(kernel, random.nextInt(1, 5), random.nextInt(kernel), rounding));
        }).filter(Pooling::fits).limit(60);
        return Stream.concat(layers, generated);
    }

    @TestFactory
    default Stream<DynamicTest> poolingAgreesWithTheReference() {
        return poolings().map(pooling -> dynamicTest(pooling.toString(), () -> agrees(engine -> {
            Tensor x = Contract.normal(engine, 1, pooling.x());
            Pooled pooled = engine.maxPool(x, pooling.window());
            Tensor dy = Contract.normal(engine, 2, pooled.output().shape());
            return Map.of("y", pooled.output(),
                    "dx", engine.maxPoolGradient(x, dy, pooled, pooling.window(), false));
        })));
    }

    /// As behind a ReLU, where half of a map is the same zero.
    @TestFactory
    default Stream<DynamicTest> poolingAgreesWithTheReferenceOnEqualValues() {
        return poolings().map(pooling -> dynamicTest(pooling.toString(), () -> agrees(engine -> {
            Tensor x = engine.relu(Contract.normal(engine, 1, pooling.x()));
            Pooled pooled = engine.maxPool(x, pooling.window());
            Tensor dy = Contract.normal(engine, 2, pooled.output().shape());
            return Map.of("y", pooled.output(),
                    "dx", engine.maxPoolGradient(x, dy, pooled, pooling.window(), false));
        })));
    }

    @Test
    default void overlappingWindowsByHand() {
        Tensor x = tensor(Shape.of(1, 1, 5, 5),
                1, 2, 3, 4, 5,
                6, 7, 8, 9, 1,
                2, 3, 9.5f, 4, 5,
                6, 7, 8, 9, 1,
                2, 3, 4, 5, 12);
        Window window = Window.of(3, 2, 0);
        Pooled pooled = backend().maxPool(x, window);
        assertThat(pooled.output().shape()).isEqualTo(Shape.of(1, 1, 2, 2));
        assertThat(values(pooled.output())).containsExactly(9.5f, 9.5f, 9.5f, 12);
        Tensor dx = backend().maxPoolGradient(x, tensor(Shape.of(1, 1, 2, 2), 1, 2, 4, 8), pooled, window, false);
        float[] expected = new float[25];
        expected[12] = 7; // the middle wins three windows
        expected[24] = 8;
        assertThat(values(dx)).containsExactly(expected);
    }

    @Test
    default void theLastWindowMayExtendBeyondTheEdge() {
        Window window = new Window(2, 2, 0, Rounding.CEIL);
        Tensor x = tensor(Shape.of(1, 1, 3, 3), -1, -2, -3, -4, -5, -6, -7, -8, -9);
        Pooled pooled = backend().maxPool(x, window);
        assertThat(values(pooled.output())).as("what is outside never wins").containsExactly(-1, -3, -7, -9);
        Tensor dy = tensor(Shape.of(1, 1, 2, 2), 1, 2, 3, 4);
        assertThat(values(backend().maxPoolGradient(x, dy, pooled, window, false)))
                .containsExactly(1, 0, 2, 0, 0, 0, 3, 0, 4);
    }

    @Test
    default void paddingIsNeverTheMaximum() {
        Tensor x = tensor(Shape.of(1, 1, 2, 2), -1, -2, -3, -4);
        for (int padding = 1; padding < 3; padding++) {
            Window window = Window.of(3, 1, padding);
            assertThat(values(backend().maxPool(x, window).output())).contains(-1).doesNotContain(0);
        }
    }

    @Test
    default void ofEqualValuesTheFirstIsTheMaximum() {
        Window window = Window.of(2, 1, 0);
        Tensor x = tensor(Shape.of(1, 1, 2, 3), 5, 5, 0, 5, 5, 0);
        Pooled pooled = backend().maxPool(x, window);
        assertThat(values(backend().maxPoolGradient(x, tensor(Shape.of(1, 1, 1, 2), 1, 2), pooled, window, false)))
                .containsExactly(1, 2, 0, 0, 0, 0);
    }

    @TestFactory
    default Stream<DynamicTest> noGradientIsLost() {
        return poolings().map(pooling -> dynamicTest(pooling.toString(), () -> {
            try (Scope _ = backend().scope()) {
                Tensor x = Contract.normal(backend(), 1, pooling.x());
                Pooled pooled = backend().maxPool(x, pooling.window());
                Tensor dy = Contract.normal(backend(), 2, pooled.output().shape());
                Tensor dx = backend().maxPoolGradient(x, dy, pooled, pooling.window(), false);
                double magnitude = Math.sqrt(dot(dy, dy) * dy.shape().elements());
                assertThat(sum(dx)).isCloseTo(sum(dy), within(Closeness.TOLERANCE * magnitude));
                assertThat(dot(dx, x)).as("winners are where the maxima are").isCloseTo(dot(dy, pooled.output()),
                        within(Closeness.TOLERANCE * magnitude * 4));
            }
        }));
    }

    private double sum(Tensor tensor) {
        double sum = 0;
        for (float value : values(tensor)) {
            sum += value;
        }
        return sum;
    }

    @Test
    default void poolingDoesNotHideNan() {
        Tensor x = tensor(Shape.of(1, 1, 2, 2), 1, Float.NaN, 3, 2);
        assertThat(values(backend().maxPool(x, Window.of(2, 2, 0)).output())).containsExactly(Float.NaN);
        assertThat(values(backend().maxPool(x, Window.of(1, 1, 0)).output())).containsExactly(1, Float.NaN, 3, 2);
    }

    @Test
    default void aWindowWithoutAPixelIsRefused() {
        Tensor x = normal(1, 1, 1, 5, 5);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> backend().maxPool(x, new Window(1, 3, 0, Rounding.CEIL)))
                .withMessageContaining("1 × 1 × 5 × 5").withMessageContaining("ceil");
    }
}
