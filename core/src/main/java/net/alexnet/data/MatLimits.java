package net.alexnet.data;

import module java.base;

/// Checks a MATLAB file of version 5 before a library reads it: the library allocates what an array's dimensions ask for, and
/// follows cells within cells to any depth.
final class MatLimits {
    private static final int HEADER_BYTES = 128;
    private static final int ALIGNMENT = 8;
    private static final int MATRIX = 14; // types of elements
    private static final int COMPRESSED = 15;
    private static final int MAX_DEPTH = 16; // the table of synsets has 3
    private static final int MAX_BYTES = 64 << 20; // uncompressed; the table of synsets has 1 MB

    private MatLimits() {}

    /// @throws IOException if the file is cut, an array has more elements than bytes, or arrays are too deep in each other
    static void require(byte[] file) throws IOException {
        if (file.length < HEADER_BYTES) {
            throw new IOException("it has " + file.length + " bytes, and the header needs " + HEADER_BYTES);
        }
        ByteOrder order = file[HEADER_BYTES - 2] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        requireElements(ByteBuffer.wrap(file).order(order).position(HEADER_BYTES), 0, false);
    }

    /// @param bytes elements, one after the other
    /// @param depth how many arrays they are in
    /// @param inArray whether they are an array's: its flags, then its dimensions, its name and its values
    private static void requireElements(ByteBuffer bytes, int depth, boolean inArray) throws IOException {
        if (depth > MAX_DEPTH) {
            throw new IOException("it has arrays within arrays, more than " + MAX_DEPTH + " deep");
        }
        int whole = bytes.remaining();
        for (int index = 0; bytes.remaining() >= ALIGNMENT; index++) {
            int start = bytes.position();
            int tag = bytes.getInt();
            boolean small = tag >>> 16 != 0; // its size is in the tag, and its data are beside it
            long size = small ? tag >>> 16 : bytes.getInt() & 0xFFFFFFFFL;
            if (size > bytes.remaining()) {
                throw new IOException("it ends within an element of " + size + " bytes");
            }
            ByteBuffer data = bytes.slice(bytes.position(), (int) size).order(bytes.order());
            switch (tag & 0xFFFF) {
                case COMPRESSED -> requireElements(inflated(data), depth + 1, false);
                case MATRIX -> requireElements(data, depth + 1, true);
                default -> {
                    if (inArray && index == 1) {
                        requireDimensions(data, whole);
                    }
                }
            }
            int end = small ? start + ALIGNMENT : bytes.position() + (int) size;
            boolean aligned = (tag & 0xFFFF) != COMPRESSED;
            int next = aligned ? start + Math.ceilDiv(end - start, ALIGNMENT) * ALIGNMENT : end;
            bytes.position(Math.min(next, bytes.limit()));
        }
    }

    /// An array has a byte or more for each of its elements.
    private static void requireDimensions(ByteBuffer dimensions, int bytes) throws IOException {
        long elements = 1;
        while (dimensions.remaining() >= Integer.BYTES) {
            long extent = dimensions.getInt();
            elements = Math.min(Integer.MAX_VALUE, elements * Math.clamp(extent, 0, Integer.MAX_VALUE));
        }
        if (elements > bytes) {
            throw new IOException("it has an array of " + elements + " elements in " + bytes + " bytes");
        }
    }

    private static ByteBuffer inflated(ByteBuffer zipped) throws IOException {
        byte[] bytes = new byte[zipped.remaining()];
        zipped.get(bytes);
        try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(bytes))) {
            byte[] plain = in.readNBytes(MAX_BYTES + 1);
            if (plain.length > MAX_BYTES) {
                throw new IOException("it has more than " + MAX_BYTES + " bytes when it is unzipped");
            }
            return ByteBuffer.wrap(plain).order(zipped.order());
        }
    }
}
