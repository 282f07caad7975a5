package net.alexnet.nn;

import static net.alexnet.tensor.CounterRng.Purpose.DROPOUT;

import net.alexnet.tensor.CounterRng;
import net.alexnet.tensor.Shape;

/// Which units a training step drops, §4.2: a function of the seed, the step, the layer and the unit, and so the same on every
/// backend and after a resume.
///
/// @param seed of the run
/// @param step of the run, from 0
/// @param first the place of the first example of a micro-batch in the batch of all ranks: each example keeps its mask,
///     however the batch is cut
public record DropoutMasks(long seed, long step, int first) {
    private static final int SIGN = Long.SIZE - 1;

    /// Of the only rank.
    public DropoutMasks(long seed, long step) {
        this(seed, step, 0);
    }

    /// One factor per unit of a layer's batch, in row-major order: `kept`, or with probability `rate` 0.
    ///
    /// @param layer the layer's place in its architecture
    public float[] draw(int layer, Shape shape, double rate, float kept) {
        long start = CounterRng.bits(seed, DROPOUT, step, layer);
        float[] mask = new float[Math.toIntExact(shape.elements())];
        long before = first * (shape.elements() / shape.dim(0));
        long below = CounterRng.threshold(rate);
        float[] factors = {kept, 0}; // a branch would be mispredicted every other time
        for (int i = 0; i < mask.length; i++) {
            mask[i] = factors[(int) ((CounterRng.uniformBits(start, before + i) - below) >>> SIGN)];
        }
        return mask;
    }
}
