package net.alexnet.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import net.alexnet.io.AtomicFileWriter;

/// Ctrl-C and SIGTERM: the JVM begins to shut down. Once a command asks for it, the JVM is held until that command has saved
/// its state and said so; before, there is nothing to save, and the program ends at once.
final class ShutdownSignal implements AutoCloseable {
    /// A step of a large network on a small machine takes this long at most; then the last checkpoint has to do.
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final PrintWriter err;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::hold, "interruption");
    private volatile boolean asked;
    private volatile boolean heard;

    /// Begins to catch signals; until [#close()].
    ///
    /// @param err is told that the program has heard
    ShutdownSignal(PrintWriter err) {
        this.err = err;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void hold() {
        asked = true;
        if (heard) {
            err.println("stopping as soon as what is under way allows it…");
        }
        try {
            if (heard && !ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                AtomicFileWriter.deleteDrafts();
                Runtime.getRuntime().halt(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            AtomicFileWriter.deleteDrafts(); // after the command has saved what it could
        }
    }

    /// Whether the command is to save and end.
    boolean asked() {
        hear();
        return asked;
    }

    /// From here on a signal waits for the command, which will ask.
    void hear() {
        heard = true;
    }

    /// From here on there is nothing to save until [#asked] is called again: the program ends at once, as before.
    void ignore() {
        heard = false;
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
