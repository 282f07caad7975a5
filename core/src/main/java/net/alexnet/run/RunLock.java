package net.alexnet.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import net.alexnet.files.AtomicFiles;

/// One process at a time trains a run: two would cut each other's log and remove each other's checkpoints. Held on the
/// file `lock` in the run's folder, which the operating system lets go of when the process ends, however it does.
///
/// Reading a run needs no lock. The empty file stays: to remove it would let a third process in beside one that holds it.
public final class RunLock implements AutoCloseable {
    static final String FILE = "lock";

    /// The folders that this process holds. On POSIX systems a process that closes any of its descriptors of a file loses its
    /// lock on it, so a file that is held must not even be opened.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final RunFolder folder;
    private final Path claim;
    private final FileChannel channel;

    private RunLock(RunFolder folder, Path claim, FileChannel channel) {
        this.folder = folder;
        this.claim = claim;
        this.channel = channel;
    }

    /// Takes the lock, and does not wait for it.
    ///
    /// @throws IOException if another has it, this process included, or there cannot be one
    static RunLock of(RunFolder folder) throws IOException {
        Path claim = folder.path().toRealPath();
        if (!HELD.add(claim)) {
            throw busy(folder);
        }
        boolean locked = false;
        try {
            FileChannel channel = open(folder.path().resolve(FILE));
            try {
                if (!isFree(channel)) {
                    throw busy(folder);
                }
                locked = true;
                return new RunLock(folder, claim, channel);
            } finally {
                if (!locked) {
                    channel.close();
                }
            }
        } finally {
            if (!locked) {
                HELD.remove(claim);
            }
        }
    }

    private static FileChannel open(Path file) throws IOException {
        try {
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new IOException("cannot write " + file + ", which keeps two processes from training the same run: "
                    + AtomicFiles.reason(e), e);
        }
    }

    /// Locks it, if nobody has.
    private static boolean isFree(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // held by this very process, under another name of the file
        }
    }

    private static IOException busy(RunFolder folder) {
        return new IOException(
                "the run " + folder.path() + " is being trained at this moment, by another process or twice"
                        + " by this one; wait until that is done, or stop it");
    }

    /// Gives the lock back. A folder in which no run has begun, because its pictures could not be read for example, is removed.
    @Override
    public void close() throws IOException {
        channel.close();
        HELD.remove(claim);
        folder.removeIfBare();
    }
}
