package net.alexnet.io;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;

/// A tensor's values as every format of weights stores them: float32, little-endian, row-major, without gaps.
///
/// @param values as an [NamedTensor] gave them, as many as its shape has
public record RawValues(MemorySegment values) {
    private static final int BUFFER_BYTES = 1 << 18;

    /// Asks an entry for its values.
    ///
    /// @throws IllegalArgumentException if they do not fill its shape
    public static RawValues of(NamedTensor entry) {
        MemorySegment values = entry.values().get();
        if (values.byteSize() != bytes(entry)) {
            throw new IllegalArgumentException("tensor '" + entry.name() + "' of shape " + entry.shape() + " needs "
                    + entry.shape().elements() + " values, found " + values.byteSize() / Float.BYTES);
        }
        return new RawValues(values);
    }

    /// How many bytes an entry's values take; it is not asked for them.
    public static long bytes(NamedTensor entry) {
        return Math.multiplyExact(entry.shape().elements(), (long) Float.BYTES);
    }

    /// Writes the bytes, in large pieces.
    public void writeTo(OutputStream out) throws IOException {
        byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, values.byteSize())];
        MemorySegment floats = MemorySegment.ofArray(buffer);
        for (long start = 0; start < values.byteSize(); start += buffer.length) {
            int count = (int) Math.min(buffer.length, values.byteSize() - start);
            MemorySegment.copy(values, NamedTensor.FLOAT, start, floats, Dtype.FLOAT, 0, count / Float.BYTES);
            out.write(buffer, 0, count);
        }
    }
}
