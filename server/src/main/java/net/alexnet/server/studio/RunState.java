package net.alexnet.server.studio;

import module java.base;

/// How far a run is.
enum RunState {
    /// A training works on it.
    RUNNING("running"),
    /// It has made all its epochs.
    FINISHED("finished"),
    /// No training works on it, and it is not finished.
    STOPPED("stopped");

    private final String word;

    RunState(String word) {
        this.word = word;
    }

    /// For people.
    String word() {
        return word;
    }
}
