package net.alexnet.cli;

/// How `--progress` shows a long job.
enum ProgressMode {
    /// Bars where a person is watching, nothing where not.
    AUTO,
    /// Lines of text, for logs.
    PLAIN,
    /// Nothing but warnings.
    NONE
}
