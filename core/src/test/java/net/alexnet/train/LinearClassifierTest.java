package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Random;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinearClassifierTest {
    private static final int CLASSES = 3;

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();

    /// Rows of unit length around a direction of their class.
    ///
    /// @param noise 0 for rows that are equal within a class
    private static LinearClassifier.Features features(int pictures, int length, double noise) {
        Random random = new Random(7);
        int[] labels = new int[pictures];
        for (int i = 0; i < pictures; i++) {
            labels[i] = i % CLASSES;
        }
        float[] values = new float[pictures * length];
        for (int row = 0; row < pictures; row++) {
            double squares = 0;
            for (int k = 0; k < length; k++) {
                double value = (k == labels[row] ? 1 : 0) + noise * random.nextGaussian();
                values[row * length + k] = (float) value;
                squares += value * value;
            }
            for (int k = 0; k < length; k++) {
                values[row * length + k] /= (float) Math.sqrt(squares);
            }
        }
        return new LinearClassifier.Features(MemorySegment.ofArray(values), length, labels);
    }

    /// At the optimum the penalty's gradient balances that of the mean cross-entropy, for every weight and bias. More rows
    /// than features are solved without the matrix of inner products.
    @ParameterizedTest
    @CsvSource({"30, 40", "60, 40", "120, 5"})
    void isTheMinimum(int pictures, int length) {
        LinearClassifier.Features features = features(pictures, length, 0.4);
        LinearClassifier.Fit fit = LinearClassifier.fit(backend, features, CLASSES, 1, () -> false).orElseThrow();
        double[][] gradient = new double[CLASSES][length + 1];
        for (int row = 0; row < pictures; row++) {
            double[] scores = new double[CLASSES];
            for (int c = 0; c < CLASSES; c++) {
                scores[c] = fit.bias()[c];
                for (int k = 0; k < length; k++) {
                    scores[c] += fit.weight()[c * length + k] * at(features, row, k);
                }
            }
            double sum = 0;
            for (double score : scores) {
                sum += Math.exp(score);
            }
            for (int c = 0; c < CLASSES; c++) {
                double error = Math.exp(scores[c]) / sum - (features.labels()[row] == c ? 1 : 0);
                for (int k = 0; k <= length; k++) {
                    gradient[c][k] += error * (k < length ? at(features, row, k) : 1) / pictures;
                }
            }
        }
        double greatest = 0;
        for (int c = 0; c < CLASSES; c++) {
            for (int k = 0; k <= length; k++) {
                greatest = Math.max(greatest, fit.penalty() * Math.abs(weight(fit, c, k, length)));
            }
        }
        assertThat(greatest).isPositive();
        for (int c = 0; c < CLASSES; c++) {
            for (int k = 0; k <= length; k++) {
                assertThat(gradient[c][k] + fit.penalty() * weight(fit, c, k, length))
                        .isCloseTo(0, within(0.02 * greatest));
            }
        }
    }

    /// @param k the feature, or `length` for the bias
    private static double weight(LinearClassifier.Fit fit, int c, int k, int length) {
        return k < length ? fit.weight()[c * length + k] : fit.bias()[c];
    }

    private static double at(LinearClassifier.Features features, int row, int k) {
        return features.values().getAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT,
                (long) row * features.length() + k);
    }

    @Test
    void classesThatAreApartAreLearnedAndNoiseIsNot() {
        LinearClassifier.Features apart = features(60, 40, 0.05);
        LinearClassifier.Fit fit = LinearClassifier.fit(backend, apart, CLASSES, 1, () -> false).orElseThrow();
        assertThat(fit.outOfFoldError(apart.labels())).isZero();
        assertThat(fit.outOfFold()).hasSize(60 * CLASSES);
        LinearClassifier.Features noise = features(60, 40, 1000);
        LinearClassifier.Fit guess = LinearClassifier.fit(backend, noise, CLASSES, 1, () -> false).orElseThrow();
        assertThat(guess.outOfFoldError(noise.labels())).as("of two thirds by chance").isBetween(0.4, 0.9);
        assertThat(guess.penalty()).as("stronger where there is less to learn").isGreaterThan(fit.penalty());
    }

    @Test
    void stopsWhereItIsAsked() {
        assertThat(LinearClassifier.fit(backend, features(30, 40, 0.4), CLASSES, 1, () -> true))
                .isEqualTo(Optional.empty());
    }
}
