package net.alexnet.torch.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The length of this machine's vectors, and how channels are grouped into them.
final class Lanes {
    /// A constant, because the compiler only turns vectors of a known size into instructions.
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    static final int LANES = SPECIES.length();

    /// Whether there are 32 vector registers, as with AVX-512, or 16.
    private static final boolean MANY_REGISTERS = LANES == 16;

    /// Vectors of the widest panel.
    static final int WIDEST = MANY_REGISTERS ? 4 : 2;

    private Lanes() {}

    /// Channels rounded up to whole vectors.
    static int padded(int channels) {
        return vectors(channels) * LANES;
    }

    static int vectors(int channels) {
        return Math.ceilDiv(channels, LANES);
    }

    /// Vectors in a panel, the columns that [Gemm] computes together: 3 or 4, whichever wastes less, or 2 with few registers.
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
