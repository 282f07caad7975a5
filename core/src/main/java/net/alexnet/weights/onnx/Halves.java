package net.alexnet.weights.onnx;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.LongConsumer;
import net.alexnet.weights.Dtype;
import net.alexnet.weights.protobuf.Message;

/// Values of two bytes that stand as whole numbers in a repeated field, packed or not: each number's low 16 bits are one.
///
/// @param count how many there are
record Halves(Message message, int field, Dtype dtype, long count) {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Walks a message and counts.
    static Halves of(Message message, int field, Dtype dtype) throws IOException {
        long[] count = new long[1];
        walk(message, field, number -> count[0]++);
        return new Halves(message, field, dtype, count[0]);
    }

    MemorySegment values() throws IOException {
        if (count > Integer.MAX_VALUE / Float.BYTES) {
            throw new IOException("has too many values for one array");
        }
        MemorySegment bits = MemorySegment.ofArray(new short[(int) count]);
        long[] at = new long[1];
        walk(message, field, number -> bits.setAtIndex(SHORT, at[0]++, (short) number));
        return dtype.values(bits);
    }

    private static void walk(Message message, int field, LongConsumer each) throws IOException {
        Message walk = message.again();
        while (walk.next()) {
            if (walk.field() == field) {
                walk.numbers(each);
            }
        }
    }
}
