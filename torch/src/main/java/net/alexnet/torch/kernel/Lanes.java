package net.alexnet.torch.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// How many floats this machine computes with at once, and how they are grouped.
final class Lanes {
    /// A constant, as the compiler turns vectors into instructions only where it knows their size.
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    static final int LANES = SPECIES.length();

    /// Whether there are 32 vector registers, as with AVX-512, or 16.
    private static final boolean MANY_REGISTERS = LANES == 16;

    private Lanes() {}

    /// Channels rounded up to whole vectors.
    static int padded(int channels) {
        return vectors(channels) * LANES;
    }

    static int vectors(int channels) {
        return Math.ceilDiv(channels, LANES);
    }

    /// How many vectors make a panel, the width in which [Gemm] works on columns: 3 or 4 as wastes less, or 2 where
    /// registers are few.
    static int panel(int channels) {
        int vectors = vectors(channels);
        if (!MANY_REGISTERS) {
            return 2;
        }
        return Math.ceilDiv(vectors, 4) * 4 <= Math.ceilDiv(vectors, 3) * 3 ? 4 : 3;
    }

    /// Channels rounded up to whole panels.
    static int panelled(int channels) {
        int width = panel(channels) * LANES;
        return Math.ceilDiv(channels, width) * width;
    }
}
