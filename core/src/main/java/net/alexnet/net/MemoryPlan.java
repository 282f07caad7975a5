package net.alexnet.net;

import net.alexnet.net.Architecture.Row;
import net.alexnet.net.Layer.Dropout;
import net.alexnet.net.Layer.MaxPool;

/// How many bytes a training step of one batch needs, by what they are for; known before anything is allocated.
///
/// @param parameters weights and biases
/// @param gradients the same once more
/// @param momentum the velocities, the same once more
/// @param input the batches in memory: the one that is learnt from and those made ahead of it
/// @param activations what every layer writes, dropout masks and the winners of each pooling
/// @param workspace the two largest neighbouring gradients on the way back, and the padded copy of an input whose last
///     windows hang over its edge
public record MemoryPlan(long parameters, long gradients, long momentum, long input, long activations, long workspace) {
    private static final int FLOAT = Float.BYTES;
    private static final int WINNER = Long.BYTES;

    /// The bytes of a step.
    ///
    /// @param batch pictures in a step, at least 1
    /// @param inputs batches in memory, at least 1
    public static MemoryPlan of(Architecture architecture, int batch, int inputs) {
        if (batch < 1 || inputs < 1) {
            throw new IllegalArgumentException(
                    "the batch and the number of batches must be at least 1, found " + batch + " and " + inputs);
        }
        long parameters = FLOAT * architecture.parameters();
        long input = FLOAT * architecture.input().elements();
        long activations = 0;
        long workspace = 0;
        for (Row row : architecture.rows()) {
            activations += FLOAT * row.out().elements() + aid(row);
            workspace = Math.max(workspace, FLOAT * (row.in().elements() + row.out().elements()));
        }
        return new MemoryPlan(parameters, parameters, parameters, input * inputs * batch, batch * activations,
                batch * (workspace + padded(architecture)));
    }

    private static long aid(Row row) {
        if (row.layer() instanceof MaxPool) {
            return WINNER * row.out().elements();
        }
        return row.layer() instanceof Dropout ? FLOAT * row.out().elements() : 0;
    }

    private static long padded(Architecture architecture) {
        Row first = architecture.rows().getFirst();
        if (first.layer() instanceof Layer.Conv conv) {
            int side = first.in().dim(1);
            int overhang = conv.window().overhang(side);
            if (overhang > conv.window().padding()) {
                long padded = (long) side + overhang;
                return padded * padded * first.in().dim(0) * FLOAT;
            }
        }
        return 0;
    }

    /// Everything together.
    public long total() {
        return parameters + gradients + momentum + input + activations + workspace;
    }
}
