package net.alexnet.torch.kernel;

import static net.alexnet.torch.kernel.Lanes.LANES;
import static net.alexnet.torch.kernel.Lanes.SPECIES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/// How the pixels of a channels-last map lie in an array: each group of channels takes whole vectors, the rest of its last
/// one being zeros, so that loops need no masks.
///
/// Kernels that look at a value more than once copy the rows they are at into arrays, and what they have computed out of
/// them: a vector that is stored in native memory costs the compiled loop several times what one in an array costs,
/// copying included (LOG.md has the readings).
///
/// @param groups of channels, at least 1
/// @param channels of a group
record Pixels(int groups, int channels) {
    /// Floats from one pixel to the next.
    int width() {
        return groups * Lanes.padded(channels);
    }

    /// Copies pixels out of a map.
    ///
    /// @param first of them
    /// @param at where the first begins in the array
    void read(MemorySegment map, long first, int count, float[] to, int at) {
        int room = Lanes.padded(channels);
        if (room == channels) {
            copyIn(map, first * groups * channels, to, at, count * groups * channels);
            return;
        }
        for (int i = 0; i < count * groups; i++) {
            int place = at + i * room;
            copyIn(map, (first * groups + i) * channels, to, place, channels);
            Arrays.fill(to, place + channels, place + room, 0);
        }
    }

    /// Copies pixels into a map.
    ///
    /// @param at where the first begins in the array
    /// @param first of them in the map
    void write(float[] from, int at, int count, MemorySegment map, long first) {
        int room = Lanes.padded(channels);
        if (room == channels) {
            copyOut(from, at, map, first * groups * channels, count * groups * channels);
            return;
        }
        for (int i = 0; i < count * groups; i++) {
            copyOut(from, at + i * room, map, (first * groups + i) * channels, channels);
        }
    }

    /// No gradient where a ReLU gave 0.
    static void gate(float[] values, float[] gradients, int at, int length) {
        for (int i = at; i < at + length; i += LANES) {
            FloatVector.fromArray(SPECIES, gradients, i).blend(0, FloatVector.fromArray(SPECIES, values, i).eq(0))
                    .intoArray(gradients, i);
        }
    }

    private static void copyIn(MemorySegment map, long from, float[] to, int at, int count) {
        MemorySegment.copy(map, ValueLayout.JAVA_FLOAT, from * Float.BYTES, to, at, count);
    }

    private static void copyOut(float[] from, int at, MemorySegment map, long to, int count) {
        MemorySegment.copy(from, at, map, ValueLayout.JAVA_FLOAT, to * Float.BYTES, count);
    }
}
