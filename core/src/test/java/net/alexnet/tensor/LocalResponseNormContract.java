package net.alexnet.tensor;

import static net.alexnet.tensor.LocalResponseNorm.Region.ACROSS_CHANNELS;
import static net.alexnet.tensor.LocalResponseNorm.Region.WITHIN_CHANNEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Local response normalization: the paper's numbers against the formula in double, the borders of channels, maps and
/// towers, and the reference over other constants.
interface LocalResponseNormContract extends Contract {
    /// The paper's constants.
    LocalResponseNorm PAPER = new LocalResponseNorm(ACROSS_CHANNELS, 5, 2, 1e-4, .75, 1);

    /// The paper's constants over two towers.
    LocalResponseNorm TWO_TOWERS = new LocalResponseNorm(ACROSS_CHANNELS, 5, 2, 1e-4, .75, 2);

    @TestFactory
    default Stream<DynamicTest> normalizationAgreesWithTheReference() {
        Stream<LocalResponseNorm> norms = Stream.of(PAPER, TWO_TOWERS,
                new LocalResponseNorm(ACROSS_CHANNELS, 5, 1, 1e-4, .75, 1), // Caffe
                new LocalResponseNorm(ACROSS_CHANNELS, 5, 2, 3, .75, 2), // strong enough for every term to count
                new LocalResponseNorm(ACROSS_CHANNELS, 1, 1, 2, .75, 1),
                new LocalResponseNorm(ACROSS_CHANNELS, 3, .5, 2, .5, 2),
                new LocalResponseNorm(ACROSS_CHANNELS, 9, 2, 5, 1.3, 1),
                new LocalResponseNorm(ACROSS_CHANNELS, 31, 2, 5, .75, 2), // wider than a tower
                new LocalResponseNorm(ACROSS_CHANNELS, 5, 2, 0, .75, 1),
                new LocalResponseNorm(WITHIN_CHANNEL, 5, 2, 1e-3, .75, 1), // rnorm of the source's run #145
                new LocalResponseNorm(WITHIN_CHANNEL, 3, 1, 4, .75, 1),
                new LocalResponseNorm(WITHIN_CHANNEL, 7, 1, 4, .6, 1)); // wider than a map
        Shape[] shapes = {
            Shape.of(2, 12, 5, 3), Shape.of(1, 2, 1, 1), Shape.of(3, 6, 4, 7), Shape.of(1, 96, 5, 5),
            Shape.of(2, 34, 1, 9)
        };
        return norms.flatMap(norm -> Arrays.stream(shapes)
                .flatMap(shape -> loudnesses(norm).map(loudness -> dynamicTest(
                        norm + " over " + shape + " of deviation " + loudness, () -> agrees(engine -> {
                            Tensor x = engine.scale(Contract.normal(engine, 1, shape), loudness);
                            Tensor dy = Contract.normal(engine, 2, shape);
                            Tensor y = engine.normalize(x, norm);
                            return Map.of("y", y, "dx", engine.normalizeGradient(x, y, dy, norm, false));
                        })))));
    }

    /// A weak norm is tried on great values too, where its sum weighs as much as k. A strong one is not: where the sum is
    /// all, y hardly depends on x any more, and the gradient is a difference of two equal terms, which float32 cannot hold.
    private static Stream<Float> loudnesses(LocalResponseNorm norm) {
        return norm.alpha() < .01 ? Stream.of(1f, 100f) : Stream.of(1f);
    }

    @TestFactory
    default Stream<DynamicTest> thePapersConstantsFollowTheFormula() {
        return Stream.of(PAPER, TWO_TOWERS).map(norm -> dynamicTest(norm.toString(), () -> {
            Shape shape = Shape.of(1, 8, 1, 2);
            float[] x = Samples.normal(shape, 1);
            float[] dy = Samples.normal(shape, 2);
            for (int at = 0; at < x.length; at++) {
                x[at] *= 200; // so that 2e-5 · Σ x² weighs as much as k
            }
            Tensor xTensor = tensor(shape, x);
            Tensor y = backend().normalize(xTensor, norm);
            Tensor dx = backend().normalizeGradient(xTensor, y, tensor(shape, dy), norm, false);
            Closeness.assertClose("y", formula(x, norm.groups()), values(y));
            Closeness.assertClose("dx", formulaGradient(x, dy, norm.groups()), values(dx));
        }));
    }

    /// `x / (2 + 2e-5 Σ x²)^.75` over 8 channels of 2 pixels.
    private static double[] formula(float[] x, int towers) {
        double[] y = new double[x.length];
        for (int at = 0; at < x.length; at++) {
            y[at] = x[at] / Math.pow(denominator(x, at, towers), .75);
        }
        return y;
    }

    /// The chain rule on [#formula], written out as the whole Jacobian.
    private static double[] formulaGradient(float[] x, float[] dy, int towers) {
        double[] dx = new double[x.length];
        for (int to = 0; to < x.length; to++) {
            double denominator = denominator(x, to, towers);
            for (int from = 0; from < x.length; from++) {
                double direct = to == from ? Math.pow(denominator, -.75) : 0;
                double ofNeighbours = -.75 * x[to] * Math.pow(denominator, -1.75) * 2e-5 * 2 * x[from];
                dx[from] += dy[to] * (direct + (neighbors(to, from, towers) ? ofNeighbours : 0));
            }
        }
        return dx;
    }

    private static double denominator(float[] x, int at, int towers) {
        double sum = 0;
        for (int other = 0; other < x.length; other++) {
            sum += neighbors(at, other, towers) ? (double) x[other] * x[other] : 0;
        }
        return 2 + 2e-5 * sum;
    }

    private static boolean neighbors(int at, int other, int towers) {
        int channel = at / 2;
        int otherChannel = other / 2;
        boolean sameTower = channel / (8 / towers) == otherChannel / (8 / towers);
        return at % 2 == other % 2 && Math.abs(channel - otherChannel) <= 2 && sameTower;
    }

    @Test
    default void theNeighbourhoodIsCutOffAtTheFirstAndLastChannel() {
        // all ones, so that the denominator counts the neighbors
        LocalResponseNorm counting = new LocalResponseNorm(ACROSS_CHANNELS, 5, 1, 5, 1, 1);
        Tensor y = backend().normalize(tensor(Shape.of(1, 7, 1, 1), 1, 1, 1, 1, 1, 1, 1), counting);
        Closeness.assertClose("y", new double[] {1d / 4, 1d / 5, 1d / 6, 1d / 6, 1d / 6, 1d / 5, 1d / 4}, values(y));
    }

    @Test
    default void theNeighbourhoodIsCutOffBetweenTowers() {
        LocalResponseNorm counting = new LocalResponseNorm(ACROSS_CHANNELS, 3, 1, 3, 1, 2);
        Tensor y = backend().normalize(tensor(Shape.of(1, 6, 1, 1), 1, 1, 1, 1, 1, 1), counting);
        Closeness.assertClose("y", new double[] {1d / 3, 1d / 4, 1d / 3, 1d / 3, 1d / 4, 1d / 3}, values(y));
    }

    @Test
    default void theNeighbourhoodIsCutOffAtTheMapsEdge() {
        LocalResponseNorm counting = new LocalResponseNorm(WITHIN_CHANNEL, 3, 1, 9, 1, 1);
        float[] ones = new float[12];
        Arrays.fill(ones, 1);
        Tensor y = backend().normalize(tensor(Shape.of(1, 1, 3, 4), ones), counting);
        Closeness.assertClose("y", new double[] {1d / 5, 1d / 7, 1d / 7, 1d / 5, 1d / 7, 1d / 10, 1d / 10, 1d / 7,
            1d / 5, 1d / 7, 1d / 7, 1d / 5}, values(y));
    }

    @Test
    default void towersAreNormalizedSeparately() {
        LocalResponseNorm strong = new LocalResponseNorm(ACROSS_CHANNELS, 5, 2, 3, .75, 2);
        Shape shape = Shape.of(1, 20, 3, 3);
        float[] x = Samples.normal(shape, 1);
        float[] changed = x.clone();
        for (int at = 0; at < 90; at++) {
            changed[at] += 1;
        }
        assertThat(secondTower(changed, strong)).isEqualTo(secondTower(x, strong));
        LocalResponseNorm oneTower = new LocalResponseNorm(ACROSS_CHANNELS, 5, 2, 3, .75, 1);
        assertThat(secondTower(changed, oneTower)).isNotEqualTo(secondTower(x, oneTower));
    }

    /// The second tower's outputs and gradients.
    private float[] secondTower(float[] x, LocalResponseNorm norm) {
        Shape shape = Shape.of(1, 20, 3, 3);
        Tensor in = tensor(shape, x);
        Tensor y = backend().normalize(in, norm);
        float[] dx = values(backend().normalizeGradient(in, y, normal(2, 1, 20, 3, 3), norm, false));
        float[] both = Arrays.copyOfRange(values(y), 90, 270);
        System.arraycopy(dx, 90, both, 90, 90);
        return both;
    }

    @Test
    default void normalizationDoesNotHideNan() {
        Tensor y = backend().normalize(tensor(Shape.of(1, 3, 1, 1), 1, Float.NaN, 1), PAPER);
        assertThat(values(y)[1]).isNaN();
    }
}
