package net.alexnet.interop.download;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/// Closes a stream whose reader waits too long, or whose user wants to stop: `HttpClient`'s own time limits end where the
/// body begins, and a thread that reads cannot look elsewhere.
final class Watchdog implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(50);

    private final InputStream watched;
    private final long patience;
    private final BooleanSupplier stop;
    private final Thread thread;
    private volatile long last = System.nanoTime();
    private volatile boolean stalled;

    Watchdog(InputStream watched, Duration patience, BooleanSupplier stop) {
        this.watched = watched;
        this.patience = patience.toNanos();
        this.stop = stop;
        this.thread = Thread.ofVirtual().name("download watchdog").start(this::watch);
    }

    private void watch() {
        try {
            while (!stop.getAsBoolean()) {
                if (System.nanoTime() - last > patience) {
                    stalled = true;
                    break;
                }
                Thread.sleep(LOOK);
            }
            watched.close();
        } catch (InterruptedException | IOException e) {
            // Nobody reads any more, or the connection is gone already.
        }
    }

    /// Something has arrived.
    void fed() {
        last = System.nanoTime();
    }

    /// Whether the stream was closed because nothing arrived.
    boolean stalled() {
        return stalled;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
