package net.alexnet;

import java.nio.file.Path;
import net.alexnet.train.RunListener;
import net.alexnet.train.checkpoint.TrainingState;
import net.alexnet.train.config.Recipe;

/// Hands what the training loop reports to a program's listener.
///
/// @param listener of the program
/// @param run the run's folder
record RunEvents(TrainingListener listener, Path run) implements RunListener {
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
        listener.progress(switch (stage) {
            case SCALING -> "resizing pictures";
            case MEASURING -> "measuring colors";
            case COMPARING -> "comparing equal pictures";
            case VERIFYING -> "verifying";
        }, done, total);
    }

    @Override
    public void features(Path file, boolean reused) {
        note((reused ? "cached features: " : "features: ") + file);
    }

    @Override
    public void note(String text) {
        listener.message(text);
    }

    @Override
    public void warning(String text) {
        listener.warning(text);
    }

    @Override
    public void started(Recipe recipe, TrainingState state) {
        listener.started(run, state.step());
    }

    @Override
    public void step(StepRecord step) {
        listener.step(new TrainingListener.Step(step.step(), step.steps(), step.epoch(), step.epochs(), step.loss(),
                step.learningRate(), step.imagesPerSecond(), step.waitShare(), step.secondsLeft()));
    }

    @Override
    public void validating(long done, long total) {
        listener.progress("validating", done, total);
    }

    @Override
    public void epoch(EpochRecord epoch) {
        listener.epoch(new TrainingListener.Epoch(epoch.epoch(), epoch.epochs(), epoch.loss(),
                epoch.validation().loss(),
                epoch.validation().top1Error(), epoch.validation().top5Error(), epoch.learningRate(), epoch.seconds()));
    }

    @Override
    public void saved(Path checkpoint) {
        listener.saved(checkpoint);
    }
}
