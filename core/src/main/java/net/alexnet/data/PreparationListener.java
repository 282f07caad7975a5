package net.alexnet.data;

/// Is told how a preparation goes, always on the thread that called it.
public interface PreparationListener {
    /// What is being done.
    enum Stage {
        /// Pictures are read, resized and stored.
        SCALING("resizing pictures"),
        /// The mean and the principal colors are computed from the stored pictures.
        MEASURING("measuring colors"),
        /// Shards are compared with their checksums.
        VERIFYING("verifying");

        private final String task;

        Stage(String task) {
            this.task = task;
        }

        /// What is being done, in a few words.
        public String task() {
            return task;
        }
    }

    /// Called at the start of a stage, where `done` counts the images of earlier runs, and then after each image.
    ///
    /// @param done pictures so far
    /// @param total pictures in all
    void report(Stage stage, long done, long total);

    /// Something is likely to be wrong; the text says what, and where it is listed.
    void warning(String text);
}
