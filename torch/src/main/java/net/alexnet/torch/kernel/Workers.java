package net.alexnet.torch.kernel;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The threads that kernels run on: the caller's and as many more as were asked for. They end when they were idle for a
/// while, so there is nothing to close.
public final class Workers {
    private static final int IDLE_SECONDS = 10;

    private final int count;
    private final ThreadPoolExecutor helpers;

    /// @param count threads that compute at once, the caller's included, at least 1
    public Workers(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("kernels need at least 1 thread, found " + count);
        }
        this.count = count;
        this.helpers = new ThreadPoolExecutor(Math.max(1, count - 1), Math.max(1, count - 1), IDLE_SECONDS,
                TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    Thread thread = new Thread(work, "kernel");
                    thread.setDaemon(true);
                    return thread;
                });
        helpers.allowCoreThreadTimeOut(true);
    }

    /// How many threads compute at once.
    public int count() {
        return count;
    }

    /// One piece of work.
    interface Task {
        /// Does it.
        ///
        /// @param worker which of the threads runs it, from 0: each may have its own scratch memory
        /// @param index which piece
        void run(int worker, int index);
    }

    /// Runs every piece once; whichever thread is free takes the next one. Returns when all are done.
    void forEach(int pieces, Task task) {
        AtomicInteger next = new AtomicInteger();
        perWorker(Math.min(count, pieces), worker -> {
            for (int piece = next.getAndIncrement(); piece < pieces; piece = next.getAndIncrement()) {
                task.run(worker, piece);
            }
        });
    }

    /// What one thread does.
    interface Share {
        void run(int worker);
    }

    /// Runs once for each of the first `threads` workers, the caller being number 0, and returns when all are done.
    void perWorker(int threads, Share share) {
        CountDownLatch done = new CountDownLatch(Math.max(0, threads - 1));
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        int started = 1;
        try {
            for (; started < threads; started++) {
                int which = started;
                helpers.execute(() -> {
                    try {
                        share.run(which);
                    } catch (RuntimeException | Error e) {
                        failure.compareAndSet(null, e);
                    } finally {
                        done.countDown();
                    }
                });
            }
            share.run(0);
        } finally {
            for (; started < threads; started++) { // no thread could be had for these
                done.countDown();
            }
            await(done); // also after a failure: the others still use the operands
        }
        switch (failure.get()) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> {}
        }
    }

    /// An interruption is kept for whoever waits next: the operands are in use until the last thread is done.
    private static void await(CountDownLatch done) {
        boolean interrupted = false;
        while (true) {
            try {
                done.await();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
