package net.alexnet.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;

/// Memory that a worker's kernels write to and read again; kept from call to call, so that a step need not make it anew.
final class Scratch {
    private static final float[] NONE = {};

    private static final int ALIGNMENT = 64;

    private final Map<Use, float[]> buffers = new EnumMap<>(Use.class);
    private final Map<Use, MemorySegment> maps = new EnumMap<>(Use.class);

    /// What a buffer is for: two of one kind are never in use at once.
    enum Use {
        PIXELS, STRIP, TILE, INPUT, OUTPUT, SUMS, TAPS, WEIGHTS, NORMALIZED, ROOTS, GRADIENT
    }

    /// A buffer of at least this length, holding whatever it held.
    float[] get(Use use, int length) {
        float[] buffer = buffers.getOrDefault(use, NONE);
        if (buffer.length >= length) {
            return buffer;
        }
        buffers.remove(use); // first give back, then take
        float[] larger = new float[length];
        buffers.put(use, larger);
        return larger;
    }

    /// Native memory of this length, holding whatever it held: for kernels that read operands, which are native, and must not
    /// meet another kind of memory, or the compiler makes both slow.
    MemorySegment map(Use use, long bytes) {
        MemorySegment map = maps.getOrDefault(use, MemorySegment.NULL);
        if (map.byteSize() < bytes) {
            map = Arena.ofAuto().allocate(bytes, ALIGNMENT);
            maps.put(use, map);
        }
        return map.asSlice(0, bytes);
    }
}
