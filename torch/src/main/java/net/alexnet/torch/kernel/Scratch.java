package net.alexnet.torch.kernel;

import java.util.EnumMap;
import java.util.Map;

/// Memory that a worker's kernels write to and read again; kept from call to call, so that a step need not make it anew.
final class Scratch {
    private static final float[] NONE = {};

    private final Map<Use, float[]> buffers = new EnumMap<>(Use.class);
    private final Map<Use, Integer> expected = new EnumMap<>(Use.class);

    /// What a buffer is for: two of one kind are never in use at once.
    enum Use {
        PIXELS, STRIP, TILE, INPUT, OUTPUT, SUMS, TAPS, WEIGHTS, SHARE, NORMALIZED, ROOTS, GRADIENT
    }

    /// Says that a buffer of this length will be asked for, so that the first one is made long enough: what a larger one
    /// replaces stays in the heap until it is collected.
    void expect(Use use, int length) {
        expected.merge(use, length, Math::max);
    }

    /// A buffer of at least this length, holding whatever it held.
    float[] get(Use use, int length) {
        float[] buffer = buffers.getOrDefault(use, NONE);
        if (buffer.length >= length) {
            return buffer;
        }
        buffers.remove(use); // first give back, then take
        float[] larger = new float[Math.max(length, expected.getOrDefault(use, 0))];
        buffers.put(use, larger);
        return larger;
    }
}
