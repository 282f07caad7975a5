package net.alexnet.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/// The first directory of a TIFF file, which is also what EXIF data is: whole numbers under 16-bit tags.
final class TiffDirectory {
    static final int WIDTH = 256;
    static final int HEIGHT = 257;
    static final int ORIENTATION = 274;
    static final int EXTRA_SAMPLES = 338;

    private static final int SHORT = 3;

    private final Map<Integer, Long> values = new HashMap<>();

    /// Reads a directory; of tags with several values, or with other than whole numbers, something without meaning.
    ///
    /// @throws IndexOutOfBoundsException if the bytes end within it
    TiffDirectory(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file);
        bytes.order(bytes.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = bytes.getInt(4);
        int entries = bytes.getShort(directory) & 0xFFFF;
        for (int i = 0; i < entries; i++) {
            int entry = directory + 2 + 12 * i;
            boolean isShort = bytes.getShort(entry + 2) == SHORT;
            long value = isShort ? bytes.getShort(entry + 8) & 0xFFFF : bytes.getInt(entry + 8) & 0xFFFFFFFFL;
            values.put(bytes.getShort(entry) & 0xFFFF, value);
        }
    }

    long value(int tag, long otherwise) {
        return values.getOrDefault(tag, otherwise);
    }
}
