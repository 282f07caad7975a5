package net.alexnet.torch.kernel;

import module java.base;

/// The threads that kernels run on: the caller's and others, which end after some idle time. There is nothing to close.
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

    /// Runs once for each of the first `threads` workers, the caller being number 0. Returns when all are done, also after a
    /// failure or an interruption, because they use the operands until then.
    void perWorker(int threads, Share share) {
        List<CompletableFuture<Void>> others = new ArrayList<>();
        try {
            for (int worker = 1; worker < threads; worker++) {
                int which = worker;
                others.add(CompletableFuture.runAsync(() -> share.run(which), helpers));
            }
            share.run(0);
        } finally {
            others.forEach(other -> other.exceptionally(_ -> null).join());
        }
        try {
            others.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw e;
            }
        }
    }
}
