package net.alexnet.reproduce;

import org.apache.commons.statistics.distribution.TDistribution;

/// A 95 % confidence interval of a difference, by Student's t.
///
/// @param low in the unit of the difference
/// @param high likewise
record Interval(double low, double high) {
    private static final double CONFIDENCE = 0.975; // two-sided 95 %
    private static final double POWER = 0.8;

    /// A narrower one is due to rounding: errors of whole pictures differ by more.
    private static final double NO_WIDTH = 1e-9;

    /// @param error the standard error of the difference
    /// @param freedom degrees of freedom, above 0
    static Interval around(double difference, double error, double freedom) {
        double half = quantile(CONFIDENCE, freedom) * error;
        return new Interval(difference - half, difference + half);
    }

    /// Whether it leaves out 0, so that the sign of the difference is known. An interval without width says nothing: values
    /// that happen to be equal do not tell how much others vary.
    boolean excludesZero() {
        return hasWidth() && (low > 0 || high < 0);
    }

    /// Whether the values differed that it was computed from.
    boolean hasWidth() {
        return high - low > NO_WIDTH;
    }

    /// The smallest difference that an experiment like this one finds in 80 of 100 cases.
    ///
    /// @param error the standard error of its difference
    static double detectable(double error, double freedom) {
        return (quantile(CONFIDENCE, freedom) + quantile(POWER, freedom)) * error;
    }

    private static double quantile(double probability, double freedom) {
        return TDistribution.of(freedom).inverseCumulativeProbability(probability);
    }
}
