package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;

/// How far two results are apart, and how far they may be: the one tolerance of the whole contract.
final class Closeness {
    /// Relative to the greatest magnitude in what is expected.
    static final double TOLERANCE = 1e-4;

    private Closeness() {}

    /// The greatest difference over the greatest expected magnitude; NaN if a value is NaN, infinite if everything
    /// expected is 0 and something else was found.
    static double relativeError(double[] expected, float[] actual) {
        double difference = 0;
        double magnitude = 0;
        for (int at = 0; at < expected.length; at++) {
            difference = Math.max(difference, Math.abs(expected[at] - actual[at]));
            magnitude = Math.max(magnitude, Math.abs(expected[at]));
        }
        return difference == 0 ? 0 : difference / magnitude;
    }

    static void assertClose(String what, double[] expected, float[] actual) {
        assertThat(actual).as(what).hasSize(expected.length);
        assertThat(relativeError(expected, actual)).as("relative error of " + what).isLessThanOrEqualTo(TOLERANCE);
    }

    static void assertClose(String what, float[] expected, float[] actual) {
        assertClose(what, IntStream.range(0, expected.length).mapToDouble(at -> expected[at]).toArray(), actual);
    }
}
