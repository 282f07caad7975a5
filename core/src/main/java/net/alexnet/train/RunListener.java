package net.alexnet.train;

import java.nio.file.Path;
import net.alexnet.data.PreparationListener;
import net.alexnet.inference.TopKErrors;
import net.alexnet.train.checkpoint.TrainingState;
import net.alexnet.train.config.Recipe;

/// Is told how a training run goes. Every method does nothing unless it is overridden.
///
/// All calls come from the thread that runs the training, between steps: a slow listener slows the training down.
public interface RunListener extends PreparationListener {
    /// Does nothing.
    RunListener NONE = new RunListener() {};

    /// Images are read and resized before the first step.
    ///
    /// @param what which set: "training" or "validation"
    /// @param done how many images are done, of `total`
    default void preparing(String what, int done, int total) {}

    /// The frozen layers compute features before the first step.
    ///
    /// @param what which set: "training", "validation" or "all"
    /// @param done how many images are done, of `total`
    default void computing(String what, int done, int total) {}

    /// The features of a set are in a file of the feature cache.
    ///
    /// @param reused whether the file was there before the run began
    default void features(Path file, boolean reused) {}

    /// Everything is ready, and the first step follows.
    ///
    /// @param state step 0 for a new run, a later step for a resumed one
    default void started(Recipe recipe, TrainingState state) {}

    /// A step was logged.
    default void step(StepRecord step) {}

    /// The validation after an epoch goes on.
    ///
    /// @param done how many images are done, of `total`
    default void validating(long done, long total) {}

    /// An epoch ended, and its validation too.
    default void epoch(EpochRecord epoch) {}

    /// Something is likely to be wrong.
    ///
    /// @param text says what, why, and what to do
    @Override
    default void warning(String text) {}

    @Override
    default void report(Stage stage, long done, long total) {}

    /// Something that a user may want to know.
    default void note(String text) {}

    /// A checkpoint was saved.
    default void saved(Path checkpoint) {}

    /// A logged step.
    ///
    /// @param step of the run, the first is 1
    /// @param steps the run takes if nothing ends it early
    /// @param epoch from 1
    /// @param epochs of the run
    /// @param loss of this step's batch, before its update
    /// @param learningRate of the weights
    /// @param imagesPerSecond since the previous logged step, without validation
    /// @param waitShare the fraction of that time in which the loop waited for data
    /// @param decoderCores the average number of cores that the data loader kept busy
    /// @param decodeMillis milliseconds a worker took for one image: reading, decoding, cropping, converting to floats
    /// @param queueDepth the average number of batches that were ready when the loop asked for one
    /// @param secondsLeft until the last step at this speed
    record StepRecord(
            long step,
            long steps,
            int epoch,
            int epochs,
            double loss,
            double learningRate,
            double imagesPerSecond,
            double waitShare,
            double decoderCores,
            double decodeMillis,
            double queueDepth,
            double secondsLeft) {}

    /// A finished epoch.
    ///
    /// @param epoch from 1
    /// @param epochs of the run
    /// @param step the last step of the epoch
    /// @param loss the mean of the losses read in the epoch
    /// @param validation errors and loss at the end of the epoch
    /// @param learningRate of the weights in this epoch
    /// @param seconds the epoch took, including validation
    record EpochRecord(
            int epoch, int epochs, long step, double loss, TopKErrors.Report validation, double learningRate,
            double seconds) {}
}
