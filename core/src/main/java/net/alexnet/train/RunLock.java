package net.alexnet.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.LockFile;

/// One process at a time trains a run: two would cut each other's log and remove each other's checkpoints. Held on the
/// file `lock` in the run's folder, see [LockFile]. Reading a run needs no lock.
public final class RunLock implements AutoCloseable {
    static final String FILE = "lock";

    private final RunFolder folder;
    private final LockFile lock;

    private RunLock(RunFolder folder, LockFile lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /// Takes the lock, and does not wait for it.
    ///
    /// @throws IOException if another has it, this process included, or there cannot be one
    static RunLock of(RunFolder folder) throws IOException {
        return new RunLock(folder, take(folder.path().resolve(FILE)).orElseThrow(() -> new IOException(
                "the run " + folder.path() + " is being trained at this moment, by another process or twice"
                        + " by this one; wait until that is done, or stop it")));
    }

    private static Optional<LockFile> take(Path file) throws IOException {
        try {
            return LockFile.tryTake(file);
        } catch (IOException e) {
            throw new IOException("cannot write " + file + ", which keeps two processes from training the same run: "
                    + AtomicFiles.reason(e), e);
        }
    }

    /// Gives the lock back. A folder in which no run has begun, because its pictures could not be read for example, is removed.
    @Override
    public void close() throws IOException {
        lock.close();
        folder.removeIfBare();
    }
}
