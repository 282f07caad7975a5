package net.alexnet.train;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/// A file that grows by whole pieces: one that cannot be written wholly is taken back.
final class AppendFile implements Closeable {
    private final Path path;
    private final RandomAccessFile file;

    AppendFile(Path path) throws IOException {
        this.path = path;
        // Not a FileChannel: that closes itself when its thread is interrupted.
        this.file = new RandomAccessFile(path.toFile(), "rw");
    }

    /// Drops everything from this byte on, and goes on from there.
    void cut(long length) throws IOException {
        file.setLength(length);
        file.seek(length);
    }

    void append(byte[] piece) throws IOException {
        long start = file.getFilePointer();
        try {
            file.write(piece);
        } catch (IOException e) {
            cut(start);
            throw new IOException("cannot write to " + path + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
