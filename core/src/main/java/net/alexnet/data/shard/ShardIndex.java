package net.alexnet.data.shard;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;
import net.alexnet.data.DatasetException;

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

    // where the fields of a record stand in it
    private static final int OFFSET = 0;
    private static final int SOURCE_HASH = 8;
    private static final int BYTES = 16;
    private static final int LABEL = 20;
    private static final int CHECKSUM = 24;
    private static final int KEY = 28;
    private static final int NAME_OFFSET = 32;
    private static final int NAME_BYTES = 36;

    private final MappedFile file;
    private final int size;

    private ShardIndex(MappedFile file, int size) {
        this.file = file;
        this.size = size;
    }

    /// Opens an index that has been found to be the one that was written.
    ///
    /// @param shard whose index it is
    /// @param classes how many labels there are
    /// @throws DatasetException if it cannot belong to that shard
    static ShardIndex open(Path path, Shard shard, int classes) throws IOException {
        MappedFile file = MappedFile.open(path);
        byte[] header = file.size() < HEADER_BYTES ? new byte[HEADER_BYTES] : file.read(0, HEADER_BYTES);
        if (!Arrays.equals(header, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new DatasetException(path + " is not an index of a shard");
        }
        ByteBuffer counts = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).position(MAGIC.length);
        int size = counts.getInt();
        long names = counts.getInt();
        if (size != shard.pictures() || names < 0 || file.size() != end(size) + names) {
            throw new DatasetException(path + " does not fit its shard: it speaks of " + size
                    + " pictures in " + file.size() + " bytes, expected " + shard.pictures() + " pictures");
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
        ByteBuffer record = record(i);
        int label = record.getInt(LABEL);
        return within(record.getLong(OFFSET), record.getInt(BYTES), shardBytes) && label >= 0 && label < classes
                && within(record.getInt(NAME_OFFSET), record.getInt(NAME_BYTES), names);
    }

    private static boolean within(long offset, long size, long whole) {
        return offset >= 0 && size >= 0 && offset <= whole - size;
    }

    private static long end(int records) {
        return HEADER_BYTES + (long) records * RECORD_BYTES;
    }

    private ByteBuffer record(int i) {
        return ByteBuffer.wrap(read(i, end(i), RECORD_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private byte[] read(int i, long offset, int length) {
        try {
            return file.read(offset, length);
        } catch (IOException e) {
            throw new UncheckedIOException(new IOException(file.path() + ", record " + i + ": " + e.getMessage(), e));
        }
    }

    int size() {
        return size;
    }

    long offset(int i) {
        return record(i).getLong(OFFSET);
    }

    long sourceHash(int i) {
        return record(i).getLong(SOURCE_HASH);
    }

    int bytes(int i) {
        return record(i).getInt(BYTES);
    }

    int label(int i) {
        return record(i).getInt(LABEL);
    }

    int crc32c(int i) {
        return record(i).getInt(CHECKSUM);
    }

    int key(int i) {
        return record(i).getInt(KEY);
    }

    String name(int i) {
        ByteBuffer record = record(i);
        byte[] name = read(i, end(size) + record.getInt(NAME_OFFSET), record.getInt(NAME_BYTES));
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

        void add(long offset, int key, EncodedSample.Kept image, int label, String name) {
            byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
            records.writeBytes(ByteBuffer.allocate(RECORD_BYTES).order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(offset).putLong(image.sourceHash()).putInt(image.file().length).putInt(label)
                    .putInt(crc32c(image.file())).putInt(key).putInt(names.size()).putInt(utf8.length)
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
