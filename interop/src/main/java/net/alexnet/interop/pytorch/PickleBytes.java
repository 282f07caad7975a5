package net.alexnet.interop.pytorch;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The bytes of a pickle, read from front to back and never beyond their end.
final class PickleBytes {
    private static final int MAX_TEXT = 4 << 20;
    private static final int MAX_LINE = 1000;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment bytes;
    private long position;
    private long text;

    PickleBytes(MemorySegment bytes, long start) {
        this.bytes = bytes;
        this.position = start;
    }

    /// Where the next byte lies, counted from the segment's start.
    long position() {
        return position;
    }

    int one() throws IOException {
        return bytes.get(ValueLayout.JAVA_BYTE, take(1)) & 0xff;
    }

    int two() throws IOException {
        int low = one();
        return low | (one() << 8);
    }

    int four() throws IOException {
        return bytes.get(INT, take(Integer.BYTES));
    }

    long eight() throws IOException {
        return bytes.get(LONG, take(Long.BYTES));
    }

    /// A whole number of so many bytes, the last with the sign.
    long whole(int length) throws IOException {
        if (length > Long.BYTES) {
            throw new IOException("the pickle has a whole number of " + length + " bytes; the limit is " + Long.BYTES);
        }
        long start = take(length);
        long number = length == 0 ? 0 : bytes.get(ValueLayout.JAVA_BYTE, start + length - 1);
        for (int i = length - 2; i >= 0; i--) {
            number = number << 8 | (bytes.get(ValueLayout.JAVA_BYTE, start + i) & 0xff);
        }
        return number;
    }

    /// A text of so many bytes in UTF-8.
    String text(long length) throws IOException {
        text += length;
        if (length < 0 || text > MAX_TEXT) {
            throw new IOException("the pickle has more than " + MAX_TEXT + " bytes of names and texts, the limit");
        }
        byte[] utf8 = bytes.asSlice(take(length), length).toArray(ValueLayout.JAVA_BYTE);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    /// A text up to the end of the line.
    String line() throws IOException {
        long start = position;
        while (one() != '\n') {
            if (position - start > MAX_LINE) {
                throw new IOException("a name in the pickle has more than " + MAX_LINE + " bytes");
            }
        }
        long length = position - 1 - start;
        position = start;
        String line = text(length);
        take(1);
        return line;
    }

    void skip(long length) throws IOException {
        take(length);
    }

    private long take(long length) throws IOException {
        if (length < 0 || length > bytes.byteSize() - position) {
            throw new IOException("the pickle is cut: " + length + " bytes are wanted at byte " + position + ", "
                    + (bytes.byteSize() - position) + " are left");
        }
        position += length;
        return position - length;
    }
}
