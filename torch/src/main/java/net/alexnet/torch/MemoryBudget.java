package net.alexnet.torch;

import java.util.concurrent.Semaphore;

/// Memory that threads share: a thread that asks for more than is left waits until others have given theirs back.
final class MemoryBudget {
    private static final int UNIT = 1024;

    private final int units;
    private final Semaphore free;

    /// @param bytes at most 2 TiB
    MemoryBudget(long bytes) {
        this.units = Math.toIntExact(bytes / UNIT);
        this.free = new Semaphore(units, true); // in turn: many small pictures must not keep a large one waiting
    }

    /// Takes a share; closing it gives it back.
    ///
    /// @throws IllegalArgumentException if it is more than there is
    Share take(long bytes) {
        if (bytes < 0 || bytes > (long) units * UNIT) {
            throw new IllegalArgumentException(
                    "a share must be 0 to %,d bytes, found %,d".formatted((long) units * UNIT, bytes));
        }
        int taken = (int) Math.ceilDiv(bytes, (long) UNIT);
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
