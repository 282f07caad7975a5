package net.alexnet.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;
import net.alexnet.io.MappedFile;

/// The index of a shard: where each image is in the tar and what it is, so that a reader need not scan it. It is read in
/// place and takes no heap. Little-endian:
///
/// ```
/// magic        8 bytes  "ALXNIDX1"
/// records      int      n
/// names        int      bytes of all names
/// n × record  40 bytes  see Entry
/// names                 UTF-8, one after the other
/// ```
final class ShardIndex {
    private static final byte[] MAGIC = "ALXNIDX1".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER_BYTES = 16;
    private static final int ENTRY_BYTES = 40;

    private final Path path;
    private final MemorySegment file;
    private final int size;

    /// What the index says of an image, in the order of the file.
    ///
    /// @param offset of the image's bytes in the tar
    /// @param sourceHash the first 64 bits of the SHA-256 of the bytes that the source held
    /// @param bytes the size of the image
    /// @param crc32c of the image's bytes
    /// @param key the number in the names of the tar's members: the place in the order of the split, in which images that
    ///     were left out count too
    /// @param nameOffset where the source's name of the image begins among the names
    /// @param nameBytes the size of that name
    record Entry(long offset, long sourceHash, int bytes, int label, int crc32c, int key, int nameOffset,
            int nameBytes) {
        static Entry read(ByteBuffer from) {
            return new Entry(from.getLong(), from.getLong(), from.getInt(), from.getInt(), from.getInt(), from.getInt(),
                    from.getInt(), from.getInt());
        }

        byte[] written() {
            return ByteBuffer.allocate(ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(offset).putLong(sourceHash)
                    .putInt(bytes).putInt(label).putInt(crc32c).putInt(key).putInt(nameOffset).putInt(nameBytes)
                    .array();
        }
    }

    private ShardIndex(Path path, MemorySegment file, int size) {
        this.path = path;
        this.file = file;
        this.size = size;
    }

    /// Opens the index of a shard.
    ///
    /// @param classes how many labels there are
    /// @throws DatasetException if the index cannot belong to that shard
    static ShardIndex open(Path path, Shard shard, int classes) throws IOException {
        MemorySegment file = MappedFile.open(path);
        long bytes = file.byteSize();
        byte[] header = bytes < HEADER_BYTES ? new byte[HEADER_BYTES] : MappedFile.read(file, 0, HEADER_BYTES);
        if (!Arrays.equals(header, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new DatasetException(path + " is not the index of a shard");
        }
        ByteBuffer counts = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).position(MAGIC.length);
        int size = counts.getInt();
        long names = counts.getInt();
        if (size != shard.pictures() || names < 0 || bytes != place(size) + names) {
            throw new DatasetException(path + " does not fit its shard: it has " + size + " entries in " + bytes
                    + " bytes, expected " + shard.pictures() + " entries");
        }
        ShardIndex index = new ShardIndex(path, file, size);
        for (int i = 0; i < size; i++) {
            Entry entry = index.entry(i);
            if (entry.label < 0 || entry.label >= classes || !within(entry.offset, entry.bytes, shard.bytes())
                    || !within(entry.nameOffset, entry.nameBytes, names)) {
                throw new DatasetException(path + " does not fit its shard: record " + i + " is outside of it");
            }
        }
        return index;
    }

    private static boolean within(long offset, long size, long whole) {
        return offset >= 0 && size >= 0 && offset <= whole - size;
    }

    private static long place(int entry) {
        return HEADER_BYTES + (long) entry * ENTRY_BYTES;
    }

    int size() {
        return size;
    }

    Entry entry(int i) {
        return Entry.read(ByteBuffer.wrap(read(place(i), ENTRY_BYTES)).order(ByteOrder.LITTLE_ENDIAN));
    }

    String name(Entry entry) {
        return new String(read(place(size) + entry.nameOffset, entry.nameBytes), StandardCharsets.UTF_8);
    }

    private byte[] read(long offset, int length) {
        try {
            return MappedFile.read(file, offset, length);
        } catch (IOException e) {
            throw new UncheckedIOException(new IOException(path + ": " + e.getMessage(), e));
        }
    }

    static int crc32c(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /// Collects the entries of a shard that is being written.
    static final class Builder {
        private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
        private final ByteArrayOutputStream names = new ByteArrayOutputStream();
        private int size;

        void add(long offset, int key, EncodedSample.Kept image, int label, String name) {
            byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
            entries.writeBytes(new Entry(offset, image.sourceHash(), image.file().length, label, crc32c(image.file()),
                    key, names.size(), utf8.length).written());
            names.writeBytes(utf8);
            size++;
        }

        int size() {
            return size;
        }

        void writeTo(OutputStream out) throws IOException {
            out.write(ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN)
                    .put(MAGIC).putInt(size).putInt(names.size()).array());
            entries.writeTo(out);
            names.writeTo(out);
        }
    }
}
