package net.alexnet.interop.onnx;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import net.alexnet.interop.protobuf.Message;
import net.alexnet.io.Dtype;
import net.alexnet.io.MappedWeights;

/// Values of two bytes that stand as whole numbers in a repeated field, packed or not: each number's low 16 bits are one.
///
/// @param count how many there are
record Halves(Message message, int field, Dtype dtype, long count) {
    /// Walks a message and counts.
    static Halves of(Message message, int field, Dtype dtype) throws IOException {
        long[] count = new long[1];
        for (Message walk = message.again(); walk.next();) {
            if (walk.field() == field) {
                walk.numbers(number -> count[0]++);
            }
        }
        return new Halves(message, field, dtype, count[0]);
    }

    MemorySegment values() throws IOException {
        if (count * Float.BYTES > Math.min(Integer.MAX_VALUE, message.size() + MappedWeights.ALLOWANCE)) {
            throw new IOException("has too many values for one array, or for the " + message.size() + " bytes of it");
        }
        float[] values = new float[(int) count];
        int[] at = new int[1];
        for (Message walk = message.again(); walk.next();) {
            if (walk.field() == field) {
                walk.numbers(number -> values[at[0]++] = half((short) number));
            }
        }
        return MemorySegment.ofArray(values);
    }

    private float half(short bits) {
        return dtype == Dtype.F16 ? Float.float16ToFloat(bits) : Float.intBitsToFloat(bits << Short.SIZE);
    }
}
