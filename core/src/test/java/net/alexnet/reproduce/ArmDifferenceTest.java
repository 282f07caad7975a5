package net.alexnet.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ArmDifferenceTest {
    private static final double[] NO_PICTURES = {};

    /// The figures are those of `scipy.stats.ttest_ind(a, b, equal_var=False).confidence_interval()`.
    @Test
    void theIntervalOverSeedsIsWelchs() {
        ArmDifference found = ArmDifference.of(new double[] {25.1, 24.7, 25.6},
                new double[] {24.1, 24.3, 23.8, 24.0, 24.6},
                NO_PICTURES);
        assertThat(found.difference()).isCloseTo(0.973333333333, within(1e-9));
        Interval seeds = Objects.requireNonNull(found.seeds());
        assertThat(seeds.low()).isCloseTo(0.059676621661, within(1e-6));
        assertThat(seeds.high()).isCloseTo(1.886990045005, within(1e-6));
        assertThat(found.pictures()).isNull();
        assertThat(found.seedsAndPictures()).isNull();
        assertThat(Verdict.of(found, false)).isEqualTo(Verdict.AGREES);
    }

    @Test
    void oneSeedHasNoIntervalAndNoVerdict() {
        ArmDifference found = ArmDifference.of(new double[] {25}, new double[] {24, 24.1}, NO_PICTURES);
        assertThat(found.difference()).isCloseTo(0.95, within(1e-12));
        assertThat(found.seeds()).isNull();
        assertThat(found.detectable()).isNull();
        assertThat(Verdict.of(found, false)).isEqualTo(Verdict.NOT_RESOLVED);
    }

    @Test
    void picturesAloneDecideOnlyWhereTheClaimIsAboutOneSetOfNetworks() {
        double[] pictures = {1, 2, 3, 2, 1, 2};
        ArmDifference found = ArmDifference.of(new double[] {25}, new double[] {24}, pictures);
        assertThat(Objects.requireNonNull(found.pictures()).excludesZero()).isTrue();
        assertThat(Verdict.of(found, false)).isEqualTo(Verdict.NOT_RESOLVED);
        assertThat(Verdict.of(found, true)).isEqualTo(Verdict.AGREES);
    }

    @Test
    void theSignOfAnIntervalDecides() {
        assertThat(Verdict.of(ArmDifference.paired(new double[] {1, 1.1, 1.2}, NO_PICTURES), false))
                .isEqualTo(Verdict.AGREES);
        assertThat(Verdict.of(ArmDifference.paired(new double[] {-1, -1.1, -1.2}, NO_PICTURES), false))
                .isEqualTo(Verdict.CONTRARY);
        assertThat(Verdict.of(ArmDifference.paired(new double[] {-1, 1.1, 0.2}, NO_PICTURES), false))
                .isEqualTo(Verdict.NOT_RESOLVED);
    }

    /// The second pair has a mean that is rounded.
    @Test
    void equalRunsResolveNothing() {
        for (double[] values : new double[][] {{2, 2, 2}, {24.1, 24.1, 24.1}}) {
            for (ArmDifference found : List.of(ArmDifference.of(values, new double[] {1, 1}, new double[] {0, 1, 1}),
                    ArmDifference.paired(values, NO_PICTURES), ArmDifference.paired(values, new double[] {1, 2, 3}))) {
                Interval seeds = Objects.requireNonNull(found.seeds());
                assertThat(seeds.high() - seeds.low()).isLessThan(1e-12);
                assertThat(Verdict.of(found, false)).isEqualTo(Verdict.NOT_RESOLVED);
                assertThat(Verdict.of(found, true)).isEqualTo(Verdict.NOT_RESOLVED);
                assertThat(found.moreSeeds()).isNull();
                assertThat(found.detectable()).isNull();
            }
        }
    }

    /// The variance over pictures is 1/12 of a picture's 1; SciPy's `t.ppf(0.975, 2)` is 4.302652729911.
    @Test
    void theIntervalOverBothHasTheSeedsDegreesOfFreedom() {
        double[] pictures = IntStream.range(0, 12).mapToDouble(i -> i % 2 == 0 ? 0.2 : 2).toArray();
        ArmDifference found = ArmDifference.paired(new double[] {1, 1.1, 1.2}, pictures);
        double error = Math.sqrt(0.01 / 3 + 12 * 0.81 / 11 / 12);
        Interval both = Objects.requireNonNull(found.seedsAndPictures());
        assertThat(both.high()).isCloseTo(1.1 + 4.302652729911 * error, within(1e-9));
        assertThat(Objects.requireNonNull(found.seeds()).excludesZero()).isTrue();
        assertThat(Verdict.of(found, false)).as("needs both").isEqualTo(Verdict.NOT_RESOLVED);
        assertThat(found.moreSeeds()).isPositive();
        assertThat(found.needsPictures()).isFalse();
        assertThat(ArmDifference.paired(new double[] {0.1, 0.2, 0.3}, pictures).needsPictures()).isTrue();
        assertThat(Objects.requireNonNull(found.detectable())).isGreaterThan(4.302652729911 * error);
    }

    /// Under the null hypothesis, 95 of 100 intervals hold 0, and the ones over pictures too are wider.
    @Test
    void intervalsHoldTheTruthAsOftenAsTheySay() {
        Random random = new Random(7);
        int held = 0;
        int trials = 1000;
        for (int trial = 0; trial < trials; trial++) {
            double[] a = random.doubles(5).map(_ -> random.nextGaussian(24, 0.35)).toArray();
            double[] b = random.doubles(3).map(_ -> random.nextGaussian(24, 0.35)).toArray();
            double[] pictures = IntStream.range(0, 50).mapToDouble(_ -> random.nextGaussian(0, 3)).toArray();
            ArmDifference found = ArmDifference.of(a, b, pictures);
            Interval seeds = Objects.requireNonNull(found.seeds());
            Interval both = Objects.requireNonNull(found.seedsAndPictures());
            held += seeds.excludesZero() ? 0 : 1;
            Interval alone = Objects.requireNonNull(found.pictures());
            assertThat(both.high() - both.low()).isGreaterThan(alone.high() - alone.low())
                    .isGreaterThan(seeds.high() - seeds.low());
        }
        assertThat((double) held / trials).isBetween(0.93, 0.97);
    }

    /// Experiments whose true difference is the detectable one find it in 80 of 100 cases.
    @Test
    void theDetectableDifferenceIsFoundInFourOfFiveCases() {
        Random random = new Random(8);
        double deviation = 0.35;
        double detectable = Interval.detectable(deviation * Math.sqrt(2.0 / 8), 14);
        int found = 0;
        int trials = 1000;
        for (int trial = 0; trial < trials; trial++) {
            double[] a = random.doubles(8).map(_ -> random.nextGaussian(24 + detectable, deviation)).toArray();
            double[] b = random.doubles(8).map(_ -> random.nextGaussian(24, deviation)).toArray();
            found += Verdict.of(ArmDifference.of(a, b, NO_PICTURES), false) == Verdict.AGREES ? 1 : 0;
        }
        assertThat((double) found / trials).isBetween(0.76, 0.84);
    }

    @Test
    void moreSeedsAreThoseThatWouldDetectADifferenceOfThisSize() {
        ArmDifference small = ArmDifference.of(new double[] {24.2, 24.6, 24.9}, new double[] {24.0, 24.3, 24.7},
                NO_PICTURES);
        Integer more = Objects.requireNonNull(small.moreSeeds());
        assertThat(more).isBetween(30, 60); // 15.7 (s/d)^2 with s = .35 and d = .23 is 36 seeds
        ArmDifference large = ArmDifference.of(new double[] {34.2, 34.6, 34.9}, new double[] {24.0, 24.3, 24.7},
                NO_PICTURES);
        assertThat(large.moreSeeds()).isZero();
        ArmDifference none = ArmDifference.of(new double[] {24.0, 24.5}, new double[] {24.5, 24.0}, NO_PICTURES);
        assertThat(none.moreSeeds()).isNull();
    }

    /// For a mean, the jackknife gives the usual standard error.
    @Test
    void theJackknifeOfAMeanIsItsStandardError() {
        double[] values = {1.2, 0.8, 1.9, 1.4, 0.7};
        double mean = IntStream.range(0, 5).mapToDouble(i -> values[i]).average().orElseThrow();
        double[] without = IntStream.range(0, 5).mapToDouble(left -> (5 * mean - values[left]) / 4).toArray();
        Interval jackknife = Objects.requireNonNull(ArmDifference.jackknife(mean, without, NO_PICTURES).seeds());
        Interval usual = Objects.requireNonNull(ArmDifference.paired(values, NO_PICTURES).seeds());
        assertThat(jackknife.low()).isCloseTo(usual.low(), within(1e-9));
        assertThat(jackknife.high()).isCloseTo(usual.high(), within(1e-9));
    }
}
