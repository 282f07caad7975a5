package net.alexnet.data;

/// Is told how a long job goes. No method has to be overridden. Calls come one at a time, but from
/// different threads; they should return soon, because the job waits.
public interface ProgressListener {
    /// Ignores everything.
    ProgressListener NONE = new ProgressListener() {};

    /// Hears how far a job is.
    @FunctionalInterface
    interface Progress {
        /// See [ProgressListener#progress].
        void at(String task, long done, long total);
    }

    /// A listener that hears of progress only.
    static ProgressListener of(Progress progress) {
        return new ProgressListener() {
            @Override
            public void progress(String task, long done, long total) {
                progress.at(task, done, total);
            }
        };
    }

    /// A part of the job goes on.
    ///
    /// @param task what is being done, such as `validating`
    /// @param done from 0 to `total`
    /// @param total steps of the task
    default void progress(String task, long done, long total) {}

    /// Something that a user may want to know, such as the device or a folder that was written.
    default void message(String text) {}

    /// Something is likely to be wrong; the text says what, and what to do.
    default void warning(String text) {}
}
