package net.alexnet.torch;

import java.util.concurrent.Semaphore;

/// Memory that threads share: whoever asks for more than is left waits until others have given back theirs. One that
/// asks for more than there is gets all of it, and is alone.
final class MemoryBudget {
    private static final int UNIT = 1024;

    private final int units;
    private final Semaphore free;

    /// @param bytes at most 2 TiB
    MemoryBudget(long bytes) {
        this.units = Math.toIntExact(bytes / UNIT);
        this.free = new Semaphore(units, true); // in turn: many small pictures must not keep a large one waiting
    }

    /// Takes a share, to be closed by whoever took it.
    Share take(long bytes) {
        int taken = (int) Math.min(units, bytes / UNIT + 1);
        free.acquireUninterruptibly(taken);
        return () -> free.release(taken);
    }

    /// A part of the memory.
    @FunctionalInterface
    interface Share extends AutoCloseable {
        @Override
        void close();
    }
}
