package net.alexnet.server;

import java.util.concurrent.atomic.AtomicLong;

/// The memory that all bodies in flight have together.
final class BodyMemory {
    private final long most;
    private final AtomicLong used = new AtomicLong();

    BodyMemory(long most) {
        this.most = most;
    }

    long used() {
        return used.get();
    }

    /// What one request has of it, until it is answered.
    final class Share implements AutoCloseable {
        private long taken;
        private boolean closed;

        /// @throws HttpFailure of status 503 if there is not as much left
        synchronized void take(long bytes) throws HttpFailure {
            if (closed || used.addAndGet(bytes) > most) {
                if (!closed) {
                    used.addAndGet(-bytes);
                }
                throw HttpFailure.busy(
                        "the bodies of other requests fill the " + most + " bytes that all have together",
                        1);
            }
            taken += bytes;
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                used.addAndGet(-taken);
            }
        }
    }
}
