package net.alexnet.cli;

import module java.base;
import net.alexnet.io.AtomicFileWriter;

/// Ctrl-C and SIGTERM, on which the JVM shuts down. If the command has asked for it, the JVM is held until the command has
/// saved its state; otherwise there is nothing to save, and the program ends at once. In every case the JVM exits with 128
/// plus the number of the signal: 130 or 143.
final class ShutdownSignal implements AutoCloseable {
    /// A step of a large network on a small machine takes this long at most. After that the last checkpoint has to do.
    static final Duration PATIENCE = Duration.ofMinutes(3);

    private final PrintWriter err;
    private final Duration patience;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::hold, "shutdown-signal");
    private volatile boolean requested;
    private volatile boolean deferred;

    /// Catches signals until [#close()].
    ///
    /// @param err is told that a signal was heard
    /// @param patience the longest wait for the command
    ShutdownSignal(PrintWriter err, Duration patience) {
        this.err = err;
        this.patience = patience;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void hold() {
        requested = true;
        try {
            if (deferred) {
                err.println("stopping as soon as the work under way allows it…");
                if (!ended.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    err.println("stopped without saving: the work under way took more than " + patience.toSeconds()
                            + " s");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            AtomicFileWriter.deleteDrafts(); // after the command has saved what it could
        }
    }

    /// Whether the command should save and end. From the first call on, a signal waits for the command.
    boolean stopRequested() {
        deferExit();
        return requested;
    }

    /// From here on a signal waits for the command, which will ask.
    void deferExit() {
        deferred = true;
    }

    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the shutdown is under way: the hook has done its work
        }
    }
}
