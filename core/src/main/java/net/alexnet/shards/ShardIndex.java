package net.alexnet.shards;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import net.alexnet.dataset.DatasetException;

/// The index beside a shard: where each picture stands and what it is, so that nobody has to walk the tar. It is read
/// in place; nothing of it is put on the heap. Little-endian:
///
/// ```
/// magic        8 bytes  "ALXNIDX1"
/// records      int      n
/// names        int      bytes of all names
/// n × record  40 bytes  long   offset of the picture's bytes in the tar
///                       long   first 64 bits of the SHA-256 of the source's bytes
///                       int    size of the picture in bytes
///                       int    label
///                       int    CRC-32C of the picture's bytes
///                       int    key: the number in the members' names, the place in the split's order
///                       int    offset and
///                       int    size of the source's name among the names
/// names                 UTF-8, one after the other
/// ```
final class ShardIndex {
    private static final byte[] MAGIC = "ALXNIDX1".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER_BYTES = 16;
    private static final int RECORD_BYTES = 40;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment file;
    private final int size;

    private ShardIndex(MemorySegment file, int size) {
        this.file = file;
        this.size = size;
    }

    /// Opens an index that has been found to be the one that was written.
    ///
    /// @param shard whose index it is
    /// @param classes how many labels there are
    /// @throws DatasetException if it cannot belong to that shard
    static ShardIndex open(Path path, Shard shard, int classes) throws IOException {
        MemorySegment file;
        try (FileChannel channel = FileChannel.open(path)) {
            file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        }
        if (file.byteSize() < HEADER_BYTES
                || MemorySegment.mismatch(file, 0, MAGIC.length, MemorySegment.ofArray(MAGIC), 0, MAGIC.length) >= 0) {
            throw new DatasetException(path + " is not an index of a shard");
        }
        int size = file.get(INT, MAGIC.length);
        long names = file.get(INT, MAGIC.length + Integer.BYTES);
        if (size != shard.pictures() || names < 0 || file.byteSize() != end(size) + names) {
            throw new DatasetException(path + " does not fit its shard: it speaks of " + size
                    + " pictures in " + file.byteSize() + " bytes, expected " + shard.pictures() + " pictures");
        }
        ShardIndex index = new ShardIndex(file, size);
        for (int i = 0; i < size; i++) {
            if (!index.fits(i, shard.bytes(), classes, names)) {
                throw new DatasetException(path + " does not fit its shard: record " + i + " lies outside of it");
            }
        }
        return index;
    }

    private boolean fits(int i, long shardBytes, int classes, long names) {
        return within(offset(i), bytes(i), shardBytes) && label(i) >= 0 && label(i) < classes
                && within(get(i, 32), get(i, 36), names);
    }

    private static boolean within(long offset, long size, long whole) {
        return offset >= 0 && size >= 0 && offset <= whole - size;
    }

    private static long end(int records) {
        return HEADER_BYTES + (long) records * RECORD_BYTES;
    }

    private int get(int i, int at) {
        return file.get(INT, end(i) + at);
    }

    int size() {
        return size;
    }

    long offset(int i) {
        return file.get(LONG, end(i));
    }

    long sourceHash(int i) {
        return file.get(LONG, end(i) + 8);
    }

    int bytes(int i) {
        return get(i, 16);
    }

    int label(int i) {
        return get(i, 20);
    }

    int crc32c(int i) {
        return get(i, 24);
    }

    int key(int i) {
        return get(i, 28);
    }

    String name(int i) {
        byte[] name = new byte[get(i, 36)];
        MemorySegment.copy(file, ValueLayout.JAVA_BYTE, end(size) + get(i, 32), name, 0, name.length);
        return new String(name, StandardCharsets.UTF_8);
    }

    static int crc32c(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /// Gathers the records of a shard that is being written.
    static final class Builder {
        private final ByteArrayOutputStream records = new ByteArrayOutputStream();
        private final ByteArrayOutputStream names = new ByteArrayOutputStream();
        private int size;

        void add(long offset, int key, Stored.Kept picture, int label, String name) {
            byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
            records.writeBytes(ByteBuffer.allocate(RECORD_BYTES).order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(offset).putLong(picture.sourceHash()).putInt(picture.file().length).putInt(label)
                    .putInt(crc32c(picture.file())).putInt(key).putInt(names.size()).putInt(utf8.length)
                    .array());
            names.writeBytes(utf8);
            size++;
        }

        int size() {
            return size;
        }

        void writeTo(OutputStream out) throws IOException {
            out.write(ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN)
                    .put(MAGIC).putInt(size).putInt(names.size()).array());
            records.writeTo(out);
            names.writeTo(out);
        }
    }
}
