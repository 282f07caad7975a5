package net.alexnet.data;

import module java.base;

/// One file in IDX, the format of MNIST: big-endian, a header and then unsigned bytes.
///
/// ```
/// 0, 0, 8 (unsigned bytes), number of axes     4 bytes
/// the extent of each axis                      4 bytes each
/// the values, last axis fastest
/// ```
///
/// A gzip stream is recognized by its first two bytes, not by the file's name. Memory is allocated as bytes arrive,
/// so a header that promises too much allocates nothing.
///
/// @param extents of each axis, outermost first
/// @param values as many as the extents' product
@SuppressWarnings("ArrayRecordComponent") // held by one reader, never compared
record IdxFile(int[] extents, byte[] values) {
    /// Reads a file to its end.
    ///
    /// @param name for messages
    /// @param axes how many are expected: 3 for pictures, 1 for labels
    static IdxFile read(String name, InputStream file, int axes) throws IOException {
        try {
            BufferedInputStream buffered = new BufferedInputStream(file, 1 << 16);
            return parse(name,
                    new DataInputStream(isGzip(buffered) ? new GZIPInputStream(buffered, 1 << 16) : buffered), axes);
        } catch (EOFException e) {
            throw new DatasetException(name + " is cut short: it ends within its header or its gzip stream", e);
        } catch (ZipException e) {
            throw new DatasetException(name + " is a broken gzip file: " + e.getMessage(), e);
        }
    }

    private static boolean isGzip(BufferedInputStream file) throws IOException {
        file.mark(2);
        boolean gzip = file.read() == 0x1F && file.read() == 0x8B;
        file.reset();
        return gzip;
    }

    private static IdxFile parse(String name, DataInputStream in, int axes) throws IOException {
        int magic = in.readInt();
        if (magic != (0x0800 | axes)) {
            throw new DatasetException("%s is not an IDX file of %s: its first four bytes are %08x, expected %08x"
                    .formatted(name, axes == 1 ? "labels" : "pictures", magic, 0x0800 | axes));
        }
        int[] extents = new int[axes];
        long size = 1;
        for (int axis = 0; axis < axes; axis++) {
            extents[axis] = in.readInt();
            if (extents[axis] < 0 || (axis > 0 && extents[axis] == 0)) {
                throw new DatasetException(name + " is broken: its header gives axis " + axis + " an extent of "
                        + Integer.toUnsignedString(extents[axis]));
            }
            size = Math.min(size * extents[axis], 1L << 32); // below 2^63 at every step
        }
        if (size > Integer.MAX_VALUE - 8) {
            throw new DatasetException(name + " promises 2 GiB of values or more, which is not supported");
        }
        long limit = Runtime.getRuntime().maxMemory() / 4; // they are there twice while they are read
        byte[] values = in.readNBytes((int) Math.min(size, limit));
        if (values.length == limit && values.length < size) {
            throw new DatasetException(
                    name + " has " + size + " bytes of values, more than a quarter of Java's memory of "
                            + 4 * limit + " bytes. Give it more, by ALEXNET_JAVA_OPTS=-Xmx8g, say");
        }
        if (values.length < size) {
            throw new DatasetException(name + " is cut short: its header promises " + size + " bytes of values, found "
                    + values.length);
        }
        if (in.read() != -1) {
            throw new DatasetException(name + " does not end where it should: its header promises " + size
                    + " bytes of values, and more follow");
        }
        return new IdxFile(extents, values);
    }
}
