package net.alexnet;

import java.nio.file.Path;
import net.alexnet.train.checkpoint.TrainingState;
import net.alexnet.train.config.Recipe;

/// Hands what the training loop reports to a program's listener.
final class RunEvents extends ProgressEvents {
    private final TrainingListener listener;
    private final Path run;

    /// @param run the run's folder
    RunEvents(TrainingListener listener, Path run) {
        super(listener);
        this.listener = listener;
        this.run = run;
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
