package net.alexnet.io;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// A file that is written beside its place, under a hidden name that nobody else has, and moved there when it is whole. Closed
/// before that, it leaves nothing; a process that is killed leaves it.
public final class AtomicFileWriter implements AutoCloseable {
    private final Path target;
    private final Path path;
    private final FileOutputStream out;

    /// Begins a file.
    ///
    /// @param target where it goes; what stands there stays until then
    public AtomicFileWriter(Path target) throws IOException {
        this.target = target;
        this.path = AtomicFiles.beside(target);
        try {
            Files.createFile(path); // refuses a name that is taken
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(target.toAbsolutePath().resolveSibling("").toString());
        }
        try {
            // Not a FileChannel: that closes itself when its thread is interrupted, which is when a run wants to save.
            this.out = new FileOutputStream(path.toFile());
        } catch (IOException e) {
            Files.deleteIfExists(path);
            throw e;
        }
    }

    /// Into the file, without a buffer. It need not be closed.
    public FileOutputStream stream() {
        return out;
    }

    /// Forces everything to the disk and moves the file into place.
    public void publish() throws IOException {
        out.getFD().sync();
        out.close();
        AtomicFiles.move(path, target);
    }

    @Override
    public void close() throws IOException {
        try {
            out.close();
        } finally {
            Files.deleteIfExists(path);
        }
    }
}
