package net.alexnet.server;

import java.util.concurrent.atomic.AtomicLong;

/// The memory that the bodies and the answers of all requests in flight have together.
public final class BodyMemory {
    private final long most;
    private final AtomicLong used = new AtomicLong();

    /// @param most bytes, of all requests together
    public BodyMemory(long most) {
        this.most = most;
    }

    /// What one request has of it, until it is answered.
    public final class Share implements AutoCloseable {
        private long taken;
        private boolean closed;

        /// Takes more of it.
        ///
        /// @throws HttpFailure of status 503 if there is not as much left
        public synchronized void take(long bytes) throws HttpFailure {
            if (closed || used.addAndGet(bytes) > most) {
                if (!closed) {
                    used.addAndGet(-bytes);
                }
                throw HttpFailure.busy(
                        "the other requests fill the " + most + " bytes that all have together",
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
