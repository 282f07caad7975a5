package net.alexnet.data;

import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Hashes;

/// Writes one shard and its index. The shard has the name `….part` until [#finish()], and is removed if it is closed
/// before.
final class ShardWriter implements Closeable {
    private final Path target;
    private final Path part;
    private final String extension;
    private final FileOutputStream out;
    private final MessageDigest digest = Hashes.sha256();
    private final ShardIndex.Builder index = new ShardIndex.Builder();
    private long bytes;

    /// @param target the shard's path
    /// @param extension of the pictures' names
    ShardWriter(Path target, String extension) throws IOException {
        this.target = target;
        this.part = target.resolveSibling(target.getFileName() + ".part");
        this.extension = extension;
        this.out = new FileOutputStream(part.toFile());
    }

    /// Whether an image of so many bytes can be added without the shard exceeding a limit.
    boolean takes(int imageBytes, long limit) {
        return bytes + TarRecord.bytes(imageBytes) + TarRecord.END_BYTES <= limit;
    }

    void add(int key, EncodedSample.Kept image, int label, String name) throws IOException {
        index.add(bytes + TarRecord.IMAGE_OFFSET, key, image, label, name);
        write(TarRecord.of(key, extension, image.file(), label));
    }

    /// Forces the shard and its index to the disk and moves them into place.
    Shard finish() throws IOException {
        write(new byte[TarRecord.END_BYTES]);
        try {
            out.getFD().sync();
            out.close();
        } catch (IOException e) {
            throw unwritable(e);
        }
        String sha256 = Hashes.hex(digest);
        Shard shard = new Shard(String.valueOf(target.getFileName()), index.size(), bytes, sha256, "");
        Path indexFile = target.resolveSibling(shard.indexFile());
        AtomicFiles.write(indexFile, index::writeTo);
        AtomicFiles.move(part, target);
        return new Shard(shard.file(), shard.pictures(), bytes, sha256, Hashes.hex(indexFile));
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
                + ". What is finished is kept; the same command goes on there", e);
    }

    @Override
    public void close() throws IOException {
        out.close();
        Files.deleteIfExists(part);
    }
}
