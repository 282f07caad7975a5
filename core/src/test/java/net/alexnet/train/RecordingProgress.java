package net.alexnet.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Keeps everything that it is told.
public class RecordingProgress implements RunListener {
    public final List<Step> steps = new ArrayList<>();
    public final List<Epoch> epochs = new CopyOnWriteArrayList<>(); // read by workers
    public final List<String> warnings = new ArrayList<>();
    public final List<Path> saved = new ArrayList<>();
    public final List<String> prepared = new ArrayList<>();
    public final List<Long> started = new ArrayList<>(); // the steps made before
    public final List<Boolean> features = new ArrayList<>(); // whether they were used again
    public long validated;

    @Override
    public void progress(String task, long done, long total) {
        if (task.startsWith("reading") && done == total) {
            prepared.add(task + " " + total);
        }
        if (task.equals("validating")) {
            validated = done;
        }
    }

    @Override
    public void message(String text) {
        if (text.startsWith("stored features")) {
            features.add(text.contains("used again"));
        }
    }

    @Override
    public void started(Path run, long step) {
        started.add(step);
    }

    @Override
    public void step(Step step) {
        steps.add(step);
    }

    @Override
    public void epoch(Epoch epoch) {
        epochs.add(epoch);
    }

    @Override
    public void warning(String text) {
        warnings.add(text);
    }

    @Override
    public void saved(Path checkpoint) {
        saved.add(checkpoint);
    }
}
