package net.alexnet.reproduce;

import module java.base;
import org.jspecify.annotations.Nullable;

/// A difference with its two intervals.
///
/// The interval over seeds holds on these test pictures: it says what other seeds would give. The interval over seeds and
/// pictures says what other seeds and other pictures would give. Its variance is the sum of that over seeds and that over
/// pictures, which counts twice what is due to single seeds on single pictures; so it is rather too wide than too narrow. Its
/// degrees of freedom are those of the seeds alone, so it is never narrower than the interval over seeds. It decides the verdict,
/// and the figures below are for it; where there are no pictures to tell apart, the interval over seeds takes its place.
///
/// @param difference in percentage points, or in the unit of the claim
/// @param seeds the interval over seeds; null for less than two seeds
/// @param seedsAndPictures the interval over both; null where there are no pictures to tell apart, or no seeds
/// @param pictures the interval over pictures for these very networks; null where there are no pictures to tell apart
/// @param detectable the smallest true difference that an experiment with this many seeds would show with a probability of
///     80 %; null for less than two seeds, and if their values are equal
/// @param moreSeeds how many more seeds of each arm would find a difference as large as this in 80 of 100 cases, rather too many
///     than too few: the variance over pictures counts as if seeds did not lower it; null where that is not known, or where
///     seeds would not do
record ArmDifference(double difference, @Nullable Interval seeds, @Nullable Interval seedsAndPictures,
        @Nullable Interval pictures, @Nullable Double detectable, @Nullable Integer moreSeeds) {
    private static final int MOST_SEEDS = 1000;
    private static final double NORMAL = 1.96; // half a 95 % interval of many values, in standard errors
    private static final double MANY = 1e6; // degrees of freedom

    /// The mean and the variance of some values.
    private record Sample(double mean, double variance, int count) {
        static Sample of(double[] values) {
            double mean = Arrays.stream(values).average().orElseThrow();
            double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
            return new Sample(mean, values.length < 2 ? Double.NaN : squares / (values.length - 1), values.length);
        }

        /// The variance of the mean.
        double ofMean() {
            return variance / count;
        }
    }

    /// Compares two groups of runs (Welch's t).
    ///
    /// @param arm a value of each run
    /// @param baseline likewise, of the runs to compare with
    /// @param perPicture for each picture the difference of the groups' means; empty where there are no pictures
    static ArmDifference of(double[] arm, double[] baseline, double[] perPicture) {
        Sample a = Sample.of(arm);
        Sample b = Sample.of(baseline);
        double difference = a.mean - b.mean;
        if (a.count < 2 || b.count < 2) {
            return of(difference, Double.NaN, Double.NaN, perPicture, null);
        }
        double variance = a.ofMean() + b.ofMean();
        double freedom = freedom(a.ofMean(), a.count - 1, b.ofMean(), b.count - 1);
        double pooled = a.variance + b.variance;
        return of(difference, variance, freedom, perPicture, more(difference, Math.min(a.count, b.count), variance,
                freedom, overPictures(perPicture), k -> pooled / k,
                k -> freedom(a.variance / k, k - 1, b.variance / k, k - 1)));
    }

    /// The mean of differences that were measured on the same networks (Student's t).
    ///
    /// @param differences one for each network
    /// @param perPicture for each picture the mean of the networks' differences; empty where there are no pictures
    static ArmDifference paired(double[] differences, double[] perPicture) {
        Sample sample = Sample.of(differences);
        return sample.count < 2
                ? of(sample.mean, Double.NaN, Double.NaN, perPicture, null)
                : of(sample.mean, sample.ofMean(), sample.count - 1, perPicture,
                        more(sample.mean, sample.count, sample.ofMean(), sample.count - 1, overPictures(perPicture),
                                k -> sample.variance / k, k -> k - 1.0));
    }

    /// A difference that is computed from several networks at once, such as the error of their average.
    ///
    /// @param without the same difference without each of the networks in turn (the jackknife); empty if it cannot be
    ///     computed without one
    static ArmDifference jackknife(double difference, double[] without, double[] perPicture) {
        Sample sample = without.length < 2 ? new Sample(0, Double.NaN, 0) : Sample.of(without);
        int count = sample.count;
        double variance = sample.variance * (count - 1) * (count - 1) / count;
        return of(difference, variance, count - 1.0, perPicture, null);
    }

    /// A difference of two means over pictures, for one network. What the two have in common is not taken off, so the interval
    /// is rather too wide.
    ///
    /// @param variance of the difference
    static ArmDifference overPictures(double difference, double variance, int pictures) {
        return new ArmDifference(difference, null, null, interval(difference, variance, pictures - 1), null, null);
    }

    private static ArmDifference of(double difference, double seedVariance, double freedom, double[] perPicture,
            @Nullable Integer more) {
        boolean byPicture = perPicture.length >= 2;
        double pictureVariance = overPictures(perPicture);
        Interval seeds = seedVariance >= 0 ? interval(difference, seedVariance, freedom) : null;
        return new ArmDifference(difference, seeds,
                seeds != null && byPicture ? interval(difference, seedVariance + pictureVariance, freedom) : null,
                byPicture ? interval(difference, pictureVariance, perPicture.length - 1) : null,
                seeds != null && seeds.hasWidth()
                        ? Interval.detectable(Math.sqrt(seedVariance + pictureVariance), freedom)
                        : null,
                more);
    }

    /// The variance of the mean over pictures; 0 where there are none to tell apart.
    private static double overPictures(double[] perPicture) {
        return perPicture.length < 2 ? 0 : Sample.of(perPicture).ofMean();
    }

    /// Whether the pictures are too few to find a difference of this size, however many seeds there are.
    boolean needsPictures() {
        return pictures != null
                && Interval.detectable((pictures.high() - pictures.low()) / 2 / NORMAL, MANY) > Math.abs(difference);
    }

    private static Interval interval(double difference, double variance, double freedom) {
        return Interval.around(difference, Math.sqrt(variance), freedom);
    }

    /// The degrees of freedom of a sum of two independent estimates (Welch and Satterthwaite).
    private static double freedom(double a, double aFreedom, double b, double bFreedom) {
        double sum = a + b;
        return sum == 0 ? aFreedom : sum * sum / (a * a / aFreedom + b * b / bFreedom);
    }

    /// @param variance over the seeds that there are
    /// @param freedom of these seeds
    /// @param pictures the variance over pictures, which more seeds do not lower
    /// @param variances over other numbers of seeds
    private static @Nullable Integer more(double difference, int seeds, double variance, double freedom,
            double pictures, IntToDoubleFunction variances, IntToDoubleFunction freedoms) {
        if (!interval(difference, variance, freedom).hasWidth()) {
            return null;
        }
        if (interval(difference, variance + pictures, freedom).excludesZero()) {
            return 0;
        }
        for (int k = seeds + 1; k <= MOST_SEEDS; k++) {
            if (Interval.detectable(Math.sqrt(variances.applyAsDouble(k) + pictures),
                    freedoms.applyAsDouble(k)) <= Math.abs(difference)) {
                return k - seeds;
            }
        }
        return null;
    }
}
