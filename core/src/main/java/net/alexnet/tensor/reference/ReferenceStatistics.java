package net.alexnet.tensor.reference;

import java.util.Arrays;
import net.alexnet.tensor.Backend.Statistics;

/// What one sees of a tensor without printing it.
final class ReferenceStatistics {
    private ReferenceStatistics() {}

    static Statistics of(float[] values) {
        long finite = 0;
        double sum = 0;
        for (float value : values) {
            if (Float.isFinite(value)) {
                finite++;
                sum += value;
            }
        }
        double mean = sum / finite;
        double squares = 0;
        for (float value : values) {
            if (Float.isFinite(value)) {
                squares += (value - mean) * (value - mean);
            }
        }
        return new Statistics(mean, Math.sqrt(squares / finite), values.length - finite);
    }

    /// The greatest value of each unit over the batch and, for maps, over all pixels.
    ///
    /// @param x `(N, units, pixels)`
    static float[] unitMaxima(float[] x, int units, int pixels) {
        float[] maxima = new float[units];
        Arrays.fill(maxima, Float.NEGATIVE_INFINITY);
        for (int at = 0; at < x.length; at++) {
            int unit = at / pixels % units;
            maxima[unit] = Math.max(maxima[unit], x[at]);
        }
        return maxima;
    }
}
