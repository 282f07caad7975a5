package net.alexnet.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.LockFile;

/// Keeps other processes from training the same run: they would truncate each other's log and delete each other's
/// checkpoints. Reading a run needs no lock.
public final class RunLock implements AutoCloseable {
    static final String FILE = "lock";

    private final RunFolder folder;
    private final LockFile lock;

    /// Takes the lock without waiting.
    ///
    /// @throws IOException if it is taken, by this process or another, or cannot be created
    RunLock(RunFolder folder) throws IOException {
        Path file = folder.path().resolve(FILE);
        Optional<LockFile> taken;
        try {
            taken = LockFile.tryTake(file);
        } catch (IOException e) {
            throw new IOException("cannot write " + file + ", which keeps other processes from training this run: "
                    + AtomicFiles.reason(e), e);
        }
        this.folder = folder;
        this.lock = taken.orElseThrow(() -> new IOException("run " + folder.path()
                + " is locked: this process or another one is training it. Wait until it ends, or stop it"));
    }

    /// Releases the lock. Removes the folder if no run has begun in it, for example because its images cannot be read.
    @Override
    public void close() throws IOException {
        lock.close();
        folder.removeIfBare();
    }
}
