package net.alexnet.torch.kernel;

import static net.alexnet.torch.kernel.Lanes.LANES;
import static net.alexnet.torch.kernel.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import module java.base;
import net.alexnet.tensor.Precision;

/// The layout of a channels-last map's pixels in an array: each group of channels is padded to whole vectors by zeros, so that
/// loops need no masks.
///
/// Kernels that read a value more than once copy rows into arrays, and results out of them. Storing a vector in native
/// memory takes several times as long as storing it in an array and copying it (readings in LOG.md).
///
/// @param groups of channels, at least 1
/// @param channels of a group
/// @param precision of the map's values; those in arrays are float32
record Pixels(int groups, int channels, Precision precision) {
    /// Floats from one pixel to the next.
    int width() {
        return groups * Lanes.padded(channels);
    }

    /// How many pixels a map has.
    long count(MemorySegment map) {
        return map.byteSize() / precision.bytes() / groups / channels;
    }

    /// Copies pixels out of a map.
    ///
    /// @param first index of the first pixel in the map
    /// @param at its index in the array
    void read(MemorySegment map, long first, int count, float[] to, int at, Scratch mine) {
        int room = Lanes.padded(channels);
        if (room == channels) {
            copyIn(map, first * groups * channels, to, at, count * groups * channels, mine);
            return;
        }
        for (int i = 0; i < count * groups; i++) {
            int place = at + i * room;
            copyIn(map, (first * groups + i) * channels, to, place, channels, mine);
            Arrays.fill(to, place + channels, place + room, 0);
        }
    }

    /// Copies pixels into a map.
    ///
    /// @param at index of the first pixel in the array
    /// @param first its index in the map
    void write(float[] from, int at, int count, MemorySegment map, long first, Scratch mine) {
        int room = Lanes.padded(channels);
        if (room == channels) {
            copyOut(from, at, map, first * groups * channels, count * groups * channels, mine);
            return;
        }
        for (int i = 0; i < count * groups; i++) {
            copyOut(from, at + i * room, map, (first * groups + i) * channels, channels, mine);
        }
    }

    /// Sets gradients to 0 where the value of a ReLU is 0.
    static void gate(float[] values, float[] gradients, int at, int length) {
        for (int i = at; i < at + length; i += LANES) {
            FloatVector.fromArray(SPECIES, gradients, i).blend(0, FloatVector.fromArray(SPECIES, values, i).eq(0))
                    .intoArray(gradients, i);
        }
    }

    /// Rounds pixels in an array to values that a map can hold.
    void round(float[] values, int at, int count) {
        if (precision == Precision.BFLOAT16) {
            BFloat16.round(values, at, count * width());
        }
    }

    private void copyIn(MemorySegment map, long from, float[] to, int at, int count, Scratch mine) {
        if (precision == Precision.FLOAT32) {
            MemorySegment.copy(map, ValueLayout.JAVA_FLOAT, from * Float.BYTES, to, at, count);
            return;
        }
        short[] packed = mine.shorts(count);
        MemorySegment.copy(map, ValueLayout.JAVA_SHORT, from * Short.BYTES, packed, 0, count);
        BFloat16.unpack(packed, 0, to, at, count);
    }

    private void copyOut(float[] from, int at, MemorySegment map, long to, int count, Scratch mine) {
        if (precision == Precision.FLOAT32) {
            MemorySegment.copy(from, at, map, ValueLayout.JAVA_FLOAT, to * Float.BYTES, count);
            return;
        }
        short[] packed = mine.shorts(count);
        BFloat16.pack(from, at, packed, 0, count);
        MemorySegment.copy(packed, 0, map, ValueLayout.JAVA_SHORT, to * Short.BYTES, count);
    }
}
