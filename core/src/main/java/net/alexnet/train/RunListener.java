package net.alexnet.train;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import net.alexnet.data.ProgressListener;

/// Is told how a training run goes. No method has to be overridden.
public interface RunListener extends ProgressListener {
    /// Ignores everything.
    RunListener NONE = new RunListener() {};

    /// Everything is ready and the first step follows.
    ///
    /// @param run the run's folder
    /// @param step how many steps the run has made before, 0 for a new one
    default void started(Path run, long step) {}

    /// Some steps were made; every how many is the recipe's `log_every_steps`.
    default void step(Step step) {}

    /// An epoch is over, and its validation where the run has one.
    default void epoch(Epoch epoch) {}

    /// The run can be resumed from this checkpoint.
    default void saved(Path checkpoint) {}

    /// A training step.
    ///
    /// @param step of the run, from 1
    /// @param steps the run will make if nothing ends it early
    /// @param epoch from 1
    /// @param epochs of the run
    /// @param loss the mean cross-entropy of this step's batch, before its update
    /// @param learningRate of the weights
    /// @param imagesPerSecond since the step reported before, without validation
    /// @param dataWait the fraction of that time in which the step waited for pictures
    /// @param secondsLeft until the last step at this speed
    record Step(long step, long steps, int epoch, int epochs, double loss, double learningRate, double imagesPerSecond,
            double dataWait, double secondsLeft) {}

    /// How a layer with weights is. Both means are over its weights without the biases.
    ///
    /// @param layer its name
    /// @param weight the mean absolute value of a weight
    /// @param update the mean absolute value of the last step's update of a weight; 0 for a frozen layer
    /// @param dead the share of the layer's units whose ReLU was 0 for a whole batch near the end of the epoch; empty for a
    ///     layer without a ReLU, for batches of less than 8 images, and if the run was resumed after that batch
    record LayerHealth(String layer, double weight, double update, OptionalDouble dead) {}

    /// A finished epoch.
    ///
    /// @param epoch from 1
    /// @param epochs of the run
    /// @param loss the mean of the epoch's losses
    /// @param trainingError the top-1 error on the epoch's training batches, each before the update that learned from it, a
    ///     fraction; so augmentation and dropout are in it. It is empty if no loss of the epoch was read
    /// @param layers how the layers with weights are at the end of the epoch
    /// @param validationLoss the mean cross-entropy over the validation pictures; this and the errors are empty in a run
    ///     without such pictures
    /// @param top1Error the fraction of validation pictures whose class was not the most probable one
    /// @param top5Error the fraction whose class was not among the five most probable ones
    /// @param learningRate of the weights in this epoch
    /// @param seconds the epoch took, validation included
    record Epoch(int epoch, int epochs, double loss, OptionalDouble trainingError, List<LayerHealth> layers,
            OptionalDouble validationLoss, OptionalDouble top1Error,
            OptionalDouble top5Error, double learningRate, double seconds) {}
}
