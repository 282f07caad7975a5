package net.alexnet.tensor;

import java.util.SplittableRandom;

/// Values to compute with, the same in every run.
final class Samples {
    private Samples() {}

    /// Normal draws of deviation 1.
    static float[] normal(Shape shape, long seed) {
        SplittableRandom random = new SplittableRandom(seed * 1_000_003 + shape.elements());
        float[] values = new float[Math.toIntExact(shape.elements())];
        for (int at = 0; at < values.length; at++) {
            values[at] = (float) random.nextGaussian();
        }
        return values;
    }
}
