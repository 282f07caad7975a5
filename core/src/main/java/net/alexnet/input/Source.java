package net.alexnet.input;

import java.io.IOException;

/// Where a run's examples come from, step after step without end.
public interface Source {
    /// The examples of the next step; those before may be overwritten from now on.
    ///
    /// @throws IOException if they cannot be read any more
    Examples next() throws IOException, InterruptedException;

    /// What was done so far to make them.
    FeedUse use();
}
