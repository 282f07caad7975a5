package net.alexnet.interop.protobuf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import net.alexnet.io.Dtype;
import net.alexnet.io.MappedWeights;
import org.jspecify.annotations.Nullable;

/// A repeated field of numbers, packed or not, in one piece or many. Only their place is remembered: the message is read
/// again when the values are asked for.
///
/// @param dtype F32 or F64 for a field of floats or doubles; F16 or BF16 for a field of whole numbers whose low 16 bits
///     are a value each
/// @param count how many there are
/// @param whole the values, if they lie in one piece
public record Numbers(Message message, int field, Dtype dtype, long count, @Nullable MemorySegment whole) {
    /// Reads a message and counts the numbers of a field.
    public static Numbers of(Message message, int field, Dtype dtype) throws IOException {
        long[] count = new long[1];
        int pieces = 0;
        MemorySegment last = null;
        for (Message walk = message.again(); walk.next();) {
            if (walk.field() == field && isHalf(dtype)) {
                walk.numbers(_ -> count[0]++);
            } else if (walk.field() == field) {
                MemorySegment piece = walk.fixed(dtype.bytes());
                if (piece.byteSize() > 0) {
                    count[0] += piece.byteSize() / dtype.bytes();
                    pieces++;
                    last = piece;
                }
            }
        }
        return new Numbers(message, field, dtype, count[0], pieces == 1 ? last : null);
    }

    private static boolean isHalf(Dtype dtype) {
        return dtype == Dtype.F16 || dtype == Dtype.BF16;
    }

    /// All of them, as [Dtype#values] gives them: where they lie, if they are floats in one piece.
    ///
    /// @throws IOException if they are too many for an array, or for the bytes of their message
    public MemorySegment values() throws IOException {
        if (whole != null) {
            return dtype.values(whole);
        }
        if (count * Float.BYTES > message.size() + MappedWeights.ALLOWANCE) {
            throw new IOException("has too many values for the " + message.size() + " bytes of it");
        }
        float[] values = dtype.array(count);
        int[] at = new int[1];
        for (Message walk = message.again(); walk.next();) {
            if (walk.field() == field && isHalf(dtype)) {
                walk.numbers(number -> values[at[0]++] = dtype == Dtype.F16
                        ? Float.float16ToFloat((short) number)
                        : Float.intBitsToFloat((int) number << Short.SIZE));
            } else if (walk.field() == field) {
                MemorySegment piece = walk.fixed(dtype.bytes());
                for (long i = 0; i < piece.byteSize() / dtype.bytes(); i++) {
                    values[at[0]++] = dtype.valueAt(piece, i);
                }
            }
        }
        return MemorySegment.ofArray(values);
    }
}
