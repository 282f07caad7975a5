package net.alexnet.torch.kernel;

import java.util.EnumMap;
import java.util.Map;

/// A worker's scratch memory, kept from call to call.
final class Scratch {
    private static final float[] NONE = {};

    private short[] shorts = {};
    private final Map<Use, float[]> buffers = new EnumMap<>(Use.class);
    private final Map<Use, Integer> expected = new EnumMap<>(Use.class);

    /// The purpose of a buffer. Two of one purpose are never in use at once.
    enum Use {
        PIXELS, STRIP, TILE, INPUT, OUTPUT, SUMS, TAPS, WEIGHTS, SHARE, NORMALIZED, ROOTS, GRADIENT
    }

    /// Announces a length, so that the first buffer is long enough: a replaced one stays in the heap until it is collected.
    void expect(Use use, int length) {
        expected.merge(use, length, Math::max);
    }

    /// A buffer of at least this length, with its old values.
    float[] get(Use use, int length) {
        float[] buffer = buffers.getOrDefault(use, NONE);
        if (buffer.length >= length) {
            return buffer;
        }
        buffers.remove(use); // so that it can be collected
        float[] larger = new float[Math.max(length, expected.getOrDefault(use, 0))];
        buffers.put(use, larger);
        return larger;
    }

    /// A buffer of at least this many values in bfloat16, for the moment between memory and floats.
    short[] shorts(int length) {
        if (shorts.length < length) {
            shorts = new short[length];
        }
        return shorts;
    }
}
