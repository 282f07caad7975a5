package net.alexnet.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/// A lock that one at a time has, on this machine: on a file, which the operating system lets go of when the process ends,
/// however it does. The empty file stays: to remove it would let a third in beside one that waits.
public final class LockFile implements AutoCloseable {
    private static final long POLL_MILLIS = 100;

    /// The files that this process holds. On POSIX systems a process that closes any of its descriptors of a file loses its
    /// lock on it, so a file that is held must not even be opened.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path claim;
    private final FileChannel channel;

    private LockFile(Path claim, FileChannel channel) {
        this.claim = claim;
        this.channel = channel;
    }

    /// Takes the lock, and does not wait for it.
    ///
    /// @param file made if it is not there, but not its folder
    /// @return empty if another has it, this process included
    /// @throws IOException if there cannot be one
    public static Optional<LockFile> tryTake(Path file) throws IOException {
        Path claim = file.toAbsolutePath().resolveSibling("").toRealPath().resolve(file.getFileName());
        if (!HELD.add(claim)) {
            return Optional.empty();
        }
        LockFile lock;
        try {
            lock = new LockFile(claim, FileChannel.open(claim, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            HELD.remove(claim);
            throw e;
        }
        boolean taken = false;
        try {
            taken = lock.tryLock();
            return taken ? Optional.of(lock) : Optional.empty();
        } finally {
            if (!taken) {
                lock.close();
            }
        }
    }

    private boolean tryLock() throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // held by this very process, under another name of the file
        }
    }

    /// Takes the lock, once nobody else has it.
    ///
    /// @param waits called once if it has to wait
    /// @param stop asked often while it waits
    /// @throws InterruptedException also if `stop` says so
    public static LockFile take(Path file, Runnable waits, BooleanSupplier stop)
            throws IOException, InterruptedException {
        Optional<LockFile> lock = tryTake(file);
        if (lock.isEmpty()) {
            waits.run();
        }
        while (lock.isEmpty()) {
            if (stop.getAsBoolean()) {
                throw new InterruptedException();
            }
            Thread.sleep(POLL_MILLIS);
            lock = tryTake(file);
        }
        return lock.get();
    }

    /// Gives the lock back.
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD.remove(claim);
        }
    }
}
