package net.alexnet.torch.kernel;

import static net.alexnet.torch.kernel.Lanes.LANES;
import static net.alexnet.torch.kernel.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import module java.base;

/// The layout of a channels-last map's pixels in an array: each group of channels is padded to whole vectors by zeros, so that
/// loops need no masks.
///
/// Kernels that read a value more than once copy rows into arrays, and results out of them. Storing a vector in native
/// memory takes several times as long as storing it in an array and copying it (readings in LOG.md).
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
    /// @param first index of the first pixel in the map
    /// @param at its index in the array
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
    /// @param at index of the first pixel in the array
    /// @param first its index in the map
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

    /// Sets gradients to 0 where the value of a ReLU is 0.
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
