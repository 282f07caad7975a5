package net.alexnet;

import java.nio.file.Path;
import net.alexnet.train.RunListener;

/// Hands what is reported while pictures are read, features computed and networks evaluated to a program's listener.
class ProgressEvents implements RunListener {
    private final ProgressListener listener;

    ProgressEvents(ProgressListener listener) {
        this.listener = listener;
    }

    @Override
    public void preparing(String what, int done, int total) {
        listener.progress("reading " + what + " pictures", done, total);
    }

    @Override
    public void computing(String what, int done, int total) {
        listener.progress("computing features of " + what + " pictures", done, total);
    }

    @Override
    public void report(Stage stage, long done, long total) {
        listener.progress(stage.task(), done, total);
    }

    @Override
    public void validating(long done, long total) {
        listener.progress("validating", done, total);
    }

    @Override
    public void features(Path file, boolean reused) {
        note((reused ? "stored features, used again: " : "stored features: ") + file);
    }

    @Override
    public void note(String text) {
        listener.message(text);
    }

    @Override
    public void warning(String text) {
        listener.warning(text);
    }
}
