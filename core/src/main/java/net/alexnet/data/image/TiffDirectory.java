package net.alexnet.data.image;

import module java.base;

/// The first directory of a TIFF or BigTIFF file, which is also what EXIF data is: whole numbers under 16-bit tags.
final class TiffDirectory {
    static final int NEW_SUBFILE_TYPE = 254;
    static final int WIDTH = 256;
    static final int HEIGHT = 257;
    static final int BITS_PER_SAMPLE = 258;
    static final int ORIENTATION = 274;
    static final int SAMPLES_PER_PIXEL = 277;
    static final int ROWS_PER_STRIP = 278;
    static final int TILE_WIDTH = 322;
    static final int TILE_LENGTH = 323;
    static final int EXTRA_SAMPLES = 338;
    static final int SAMPLE_FORMAT = 339;

    private static final int BIG = 43; // the second number of a BigTIFF; 42 of others

    private final ByteBuffer bytes;
    private final boolean isBig;
    private final Map<Integer, Integer> entries = new HashMap<>();

    /// Reads a directory. Of entries with the same tag the first counts, as libtiff has it.
    ///
    /// @throws IndexOutOfBoundsException if the bytes end within it
    TiffDirectory(byte[] file) {
        bytes = ByteBuffer.wrap(file);
        bytes.order(bytes.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        isBig = bytes.getShort(2) == BIG;
        int directory = isBig ? offset(bytes.getLong(8)) : bytes.getInt(4);
        int first = directory + (isBig ? Long.BYTES : Short.BYTES);
        long count = isBig ? bytes.getLong(directory) : bytes.getShort(directory) & 0xFFFF;
        int entryBytes = isBig ? 20 : 12;
        if (count < 0 || count > (file.length - first) / entryBytes) {
            throw new IndexOutOfBoundsException("a directory of " + count + " entries");
        }
        for (int i = 0; i < count; i++) {
            int entry = first + entryBytes * i;
            entries.putIfAbsent(bytes.getShort(entry) & 0xFFFF, entry);
        }
    }

    /// Whether a file begins as TIFF or BigTIFF.
    static boolean begins(String start) {
        return Stream.of("II*\0", "MM\0*", "II+\0", "MM\0+").anyMatch(start::startsWith);
    }

    /// A tag's first value, if it is a whole number; below 0 counts as 0.
    ///
    /// @throws IndexOutOfBoundsException if the value is not within the bytes
    long value(int tag, long otherwise) {
        int entry = entries.getOrDefault(tag, -1);
        if (entry < 0) {
            return otherwise;
        }
        int type = bytes.getShort(entry + 2);
        int size = switch (type) {
            case 1, 6 -> Byte.BYTES;
            case 3, 8 -> Short.BYTES;
            case 4, 9 -> Integer.BYTES;
            case 16, 17 -> Long.BYTES;
            default -> 0;
        };
        if (size == 0) {
            return otherwise;
        }
        long count = isBig ? bytes.getLong(entry + 4) : bytes.getInt(entry + 4) & 0xFFFFFFFFL;
        int field = entry + (isBig ? 12 : 8);
        boolean isElsewhere = count < 0 || count > (isBig ? Long.BYTES : Integer.BYTES) / size; // then this is its offset
        int at = !isElsewhere ? field : isBig ? offset(bytes.getLong(field)) : bytes.getInt(field);
        return switch (type) {
            case 1 -> bytes.get(at) & 0xFF;
            case 3 -> bytes.getShort(at) & 0xFFFF;
            case 4 -> bytes.getInt(at) & 0xFFFFFFFFL;
            case 6 -> Math.max(0, bytes.get(at));
            case 8 -> Math.max(0, bytes.getShort(at));
            case 9 -> Math.max(0, bytes.getInt(at));
            default -> Math.max(0, bytes.getLong(at));
        };
    }

    private static int offset(long offset) {
        if (offset < 0 || offset > Integer.MAX_VALUE) {
            throw new IndexOutOfBoundsException("an offset of " + offset);
        }
        return (int) offset;
    }
}
