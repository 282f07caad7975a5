package net.alexnet.train;

import module java.base;
import net.alexnet.io.RegularFile;

/// Appends pieces to a file. A piece that cannot be written completely is removed again.
final class AppendFile implements Closeable {
    private final Path path;
    private final RandomAccessFile file;

    /// @throws IOException if there is something else than a regular file; a link is not followed out of the folder
    AppendFile(Path path) throws IOException {
        RegularFile.requireOwnOrMissing(path);
        this.path = path;
        // not a FileChannel, which closes itself when its thread is interrupted
        this.file = new RandomAccessFile(path.toFile(), "rw");
    }

    /// Truncates the file to this length, and continues there.
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
