package net.alexnet.data.shard;

/// Who is told how a preparation goes; always on the thread that asked for it.
public interface PreparationListener {
    /// What is being done.
    enum Stage {
        /// Pictures are read, scaled and stored.
        SCALING,
        /// The mean and the principal colors are taken from what was stored.
        MEASURING,
        /// Pictures that seem to be equal are compared; not reported where there are none.
        COMPARING,
        /// Shards are compared with their checksums.
        VERIFYING
    }

    /// Called at the start of a stage, where `done` tells what an earlier run has done, and then as it goes on.
    ///
    /// @param done pictures so far
    /// @param total pictures in all
    void report(Stage stage, long done, long total);

    /// Something is likely to be wrong; the text says what, and where it is listed.
    void warning(String text);
}
