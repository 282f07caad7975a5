package net.alexnet.server.service;

import java.util.concurrent.Semaphore;

/// A loaded model with its queue. It is closed after its last request, once another has taken its place.
final class ServedModel {
    private final LoadedModel model;
    private final Batcher batcher;
    private final Semaphore turn;
    private int users;
    private boolean retired;

    /// @param turn which a batch of any model waits for, as each uses all threads
    ServedModel(String name, LoadedModel model, ServiceSettings settings, Semaphore turn, Batcher.Listener listener) {
        this.model = model;
        this.turn = turn;
        this.batcher = new Batcher(name, settings, (kind, images) -> {
            turn.acquireUninterruptibly();
            try {
                return model.compute(kind, images);
            } finally {
                turn.release();
            }
        }, listener);
    }

    /// Computes a black picture on a thread of its own. The first pass is much slower than later ones, because the JVM
    /// compiles the kernels in it; a request that comes meanwhile waits for its turn.
    void warmUp() {
        if (acquire()) {
            Thread.ofPlatform().daemon().name("warm-up").start(() -> {
                turn.acquireUninterruptibly();
                try {
                    model.computeBlack();
                } catch (RuntimeException | OutOfMemoryError e) {
                    // the first request meets the same, and its answer says so
                } finally {
                    turn.release();
                    release();
                }
            });
        }
    }

    LoadedModel model() {
        return model;
    }

    Batcher batcher() {
        return batcher;
    }

    /// Holds the model open.
    ///
    /// @return whether it is; if not, another has its place
    synchronized boolean acquire() {
        if (retired) {
            return false;
        }
        users++;
        return true;
    }

    void release() {
        synchronized (this) {
            users--;
            if (!retired || users > 0) {
                return;
            }
        }
        close();
    }

    /// Closes the model as soon as nobody uses it.
    void retire() {
        synchronized (this) {
            if (retired) {
                return;
            }
            retired = true;
            if (users > 0) {
                return;
            }
        }
        close();
    }

    private void close() {
        batcher.close();
        if (batcher.hasEnded()) { // else it computes on the model's memory
            model.close();
        }
    }
}
