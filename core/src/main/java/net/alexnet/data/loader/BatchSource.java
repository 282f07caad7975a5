package net.alexnet.data.loader;

import java.io.IOException;

/// Where a run's examples come from, micro-batch after micro-batch and step after step without end.
@FunctionalInterface
public interface BatchSource {
    /// The examples of the next micro-batch; those before may be overwritten from now on.
    ///
    /// @throws IOException if they cannot be read any more
    Batch next() throws IOException, InterruptedException;

    /// Waits until the examples of the next micro-batch are there, or cannot be; does not take them.
    ///
    /// @throws IOException as [#next()] would
    default void ready() throws IOException, InterruptedException {
        // where nothing is read ahead, there is nothing to wait for
    }

    /// Nanoseconds for which [#next()] and [#ready()] have waited so far.
    default long waitNanos() {
        return 0;
    }
}
