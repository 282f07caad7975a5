package net.alexnet.io;

import module java.base;
import org.jspecify.annotations.Nullable;

/// An exclusive lock between processes on this machine, held on a file. The operating system
/// releases it when the process ends, however it ends. The empty file stays: removing it would let
/// a third process in beside one that waits.
public final class LockFile implements AutoCloseable {
    private static final long POLL_MILLIS = 100;

    /// The files that this process has locked. On POSIX systems a process that closes any of its
    /// descriptors of a file loses its lock on it, so a locked file must not even be opened again.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path claim;
    private final FileChannel channel;

    private LockFile(Path claim, FileChannel channel) {
        this.claim = claim;
        this.channel = channel;
    }

    /// Takes the lock if it is free, without waiting.
    ///
    /// @param file created if it is missing; its folder must exist
    /// @return empty if any process holds it, this one included
    /// @throws IOException if the file cannot be created or locked
    public static Optional<LockFile> tryTake(Path file) throws IOException {
        RegularFile.requireOwnOrMissing(file); // a pipe would wait for a reader
        Path claim = file.toAbsolutePath().resolveSibling("").toRealPath().resolve(file.getFileName());
        if (!HELD.add(claim)) {
            return Optional.empty();
        }
        @Nullable
        FileChannel channel = null;
        boolean taken = false;
        try {
            channel = FileChannel.open(claim, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
            taken = channel.tryLock() != null;
            return taken ? Optional.of(new LockFile(claim, channel)) : Optional.empty();
        } catch (OverlappingFileLockException e) {
            return Optional.empty(); // held by this process, under another name of the file
        } finally {
            if (!taken) {
                try {
                    if (channel != null) {
                        channel.close();
                    }
                } finally {
                    // Only after close: closing any channel of a file releases all locks that this process holds on it,
                    // so no other thread may lock it before.
                    HELD.remove(claim);
                }
            }
        }
    }

    /// Takes the lock, and waits until it is free.
    ///
    /// @param waits called once before it waits
    /// @param stop asked every tenth of a second while it waits; true gives up
    /// @throws InterruptedException if the thread is interrupted or `stop` returned true
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

    /// Releases the lock.
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD.remove(claim);
        }
    }
}
