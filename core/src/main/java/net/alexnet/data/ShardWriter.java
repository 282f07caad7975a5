package net.alexnet.data;

import module java.base;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Hashes;
import net.alexnet.io.PrivateFolder;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/// Writes one shard and its index. The shard has the name `….part` until [#finish()], and is removed if it is closed
/// before.
///
/// A record is an image and its label as two members of a tar file, in WebDataset's form: `000000123.jpg` and
/// `000000123.cls`, the label as decimal digits. The headers are ustar without owner or time, so that equal images make
/// equal bytes.
final class ShardWriter implements Closeable {
    /// Where the image's bytes begin in a record.
    static final int IMAGE_OFFSET = 512;

    /// Two blocks of zeros end a tar file.
    static final int END_BYTES = 2 * 512;

    private static final int BLOCK = 512;
    private static final int MODE = 0644;

    private final Path target;
    private final Path part;
    private final String extension;
    private final FileOutputStream out;
    private final MessageDigest digest = Hashes.sha256();
    private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
    private final ByteArrayOutputStream names = new ByteArrayOutputStream();
    private int size;
    private long bytes;

    /// @param target the shard's path
    /// @param extension of the images' names
    ShardWriter(Path target, String extension) throws IOException {
        this.target = target;
        this.part = target.resolveSibling(target.getFileName() + ".part");
        this.extension = extension;
        Files.deleteIfExists(part); // left by a killed process; a link is not followed out of the folder
        PrivateFolder.createFile(part);
        this.out = new FileOutputStream(part.toFile());
    }

    /// The size of a record: two headers, the image's bytes filled up to whole blocks, and a block for the label.
    static long recordBytes(long imageBytes) {
        return BLOCK + Math.ceilDiv(imageBytes, BLOCK) * BLOCK + 2 * BLOCK;
    }

    /// The part of both members' names before the dot.
    static String key(int number) {
        return String.format(Locale.ROOT, "%09d", number);
    }

    /// Whether an image of so many bytes can be added without the shard exceeding a limit.
    boolean takes(int imageBytes, long limit) {
        return bytes + recordBytes(imageBytes) + END_BYTES <= limit;
    }

    /// Adds an image.
    ///
    /// @param sourceHash see [StoredShard.Entry]
    void add(int key, byte[] image, long sourceHash, int label, String name) throws IOException {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        entries.writeBytes(new StoredShard.Entry(bytes + IMAGE_OFFSET, sourceHash, image.length, label,
                StoredShard.crc32c(image), key, names.size(), utf8.length).written());
        names.writeBytes(utf8);
        size++;
        byte[] record = new byte[Math.toIntExact(recordBytes(image.length))];
        putMember(record, 0, key(key) + "." + extension, image);
        putMember(record, record.length - 2 * BLOCK, key(key) + ".cls",
                String.valueOf(label).getBytes(StandardCharsets.US_ASCII));
        write(record);
    }

    private static void putMember(byte[] record, int at, String name, byte[] content) {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        entry.setMode(MODE);
        entry.setModTime(0);
        entry.setIds(0, 0);
        entry.setNames("", "");
        byte[] header = new byte[BLOCK];
        entry.writeEntryHeader(header);
        System.arraycopy(header, 0, record, at, BLOCK);
        System.arraycopy(content, 0, record, at + BLOCK, content.length);
    }

    /// Forces the shard and its index to the disk and moves them into place.
    Shard finish() throws IOException {
        write(new byte[END_BYTES]);
        try {
            out.getFD().sync();
            out.close();
        } catch (IOException e) {
            throw unwritable(e);
        }
        String file = String.valueOf(target.getFileName());
        Path index = target.resolveSibling(Shard.indexFile(file));
        AtomicFiles.write(index, stream -> {
            stream.write(ByteBuffer.allocate(StoredShard.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN)
                    .put(StoredShard.MAGIC).putInt(size).putInt(names.size()).array());
            entries.writeTo(stream);
            names.writeTo(stream);
        });
        AtomicFiles.move(part, target);
        return new Shard(file, size, bytes, Hashes.hex(digest), Hashes.hex(index));
    }

    private void write(byte[] piece) throws IOException {
        try {
            out.write(piece);
        } catch (IOException e) {
            throw unwritable(e);
        }
        digest.update(piece);
        bytes += piece.length;
    }

    private IOException unwritable(IOException e) {
        return new IOException("cannot write " + part + ": " + AtomicFiles.reason(e)
                + ". Finished shards are kept; the same command continues after them", e);
    }

    @Override
    public void close() throws IOException {
        out.close();
        Files.deleteIfExists(part);
    }
}
