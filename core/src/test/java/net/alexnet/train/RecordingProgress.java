package net.alexnet.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import net.alexnet.train.checkpoint.TrainingState;
import net.alexnet.train.config.Recipe;

/// Keeps everything that it is told.
public class RecordingProgress implements RunListener {
    public final List<StepRecord> steps = new ArrayList<>();
    public final List<EpochRecord> epochs = new CopyOnWriteArrayList<>(); // read by workers
    public final List<String> warnings = new ArrayList<>();
    public final List<Path> saved = new ArrayList<>();
    public final List<String> prepared = new ArrayList<>();
    public final List<TrainingState> started = new ArrayList<>();
    public final List<Boolean> features = new ArrayList<>(); // whether they were used again
    public long validated;

    @Override
    public void features(Path file, boolean reused) {
        features.add(reused);
    }

    @Override
    public void preparing(String what, int done, int total) {
        if (done == total) {
            prepared.add(what + " " + total);
        }
    }

    @Override
    public void started(Recipe recipe, TrainingState state) {
        started.add(state);
    }

    @Override
    public void step(StepRecord step) {
        steps.add(step);
    }

    @Override
    public void validating(long done, long total) {
        validated = done;
    }

    @Override
    public void epoch(EpochRecord epoch) {
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
