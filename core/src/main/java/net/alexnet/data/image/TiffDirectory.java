package net.alexnet.data.image;

import module java.base;

/// The first directory of a TIFF file, which is also what EXIF data is: whole numbers under 16-bit tags.
final class TiffDirectory {
    static final int WIDTH = 256;
    static final int HEIGHT = 257;
    static final int BITS_PER_SAMPLE = 258;
    static final int ORIENTATION = 274;
    static final int SAMPLES_PER_PIXEL = 277;
    static final int ROWS_PER_STRIP = 278;
    static final int TILE_WIDTH = 322;
    static final int TILE_LENGTH = 323;
    static final int EXTRA_SAMPLES = 338;

    private static final int SHORT = 3;

    private static final int LONG = 4;

    private final ByteBuffer bytes;
    private final Map<Integer, Integer> entries = new HashMap<>();

    /// Reads a directory. Of entries with the same tag the first counts, as libtiff has it.
    ///
    /// @throws IndexOutOfBoundsException if the bytes end within it
    TiffDirectory(byte[] file) {
        bytes = ByteBuffer.wrap(file);
        bytes.order(bytes.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = bytes.getInt(4);
        int count = bytes.getShort(directory) & 0xFFFF;
        for (int i = 0; i < count; i++) {
            int entry = directory + 2 + 12 * i;
            bytes.getInt(entry + 8); // the last of its fields must be there
            entries.putIfAbsent(bytes.getShort(entry) & 0xFFFF, entry);
        }
    }

    /// A tag's first value, if it has one of the two types of whole numbers that the format has for sizes.
    ///
    /// @throws IndexOutOfBoundsException if the value is not within the bytes
    long value(int tag, long otherwise) {
        int entry = entries.getOrDefault(tag, -1);
        int type = entry < 0 ? 0 : bytes.getShort(entry + 2);
        if (type != SHORT && type != LONG) {
            return otherwise;
        }
        long count = bytes.getInt(entry + 4) & 0xFFFFFFFFL;
        boolean isElsewhere = count * (type == SHORT ? 2 : 4) > 4; // then this is its offset
        int at = isElsewhere ? bytes.getInt(entry + 8) : entry + 8;
        return type == SHORT ? bytes.getShort(at) & 0xFFFF : bytes.getInt(at) & 0xFFFFFFFFL;
    }
}
