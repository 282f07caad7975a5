package net.alexnet.train;

import java.nio.file.Path;
import net.alexnet.inference.TopKErrors;
import net.alexnet.train.checkpoint.TrainingState;
import net.alexnet.train.config.Recipe;

/// Who is told how a run goes. Core prints nothing; the program decides what a user sees.
public interface RunListener {
    /// Before the first step, so many pictures of a set have been read and scaled.
    ///
    /// @param what which set: "training" or "validation"
    void preparing(String what, int done, int total);

    /// Before the first step, so many pictures of a set have been through the frozen layers.
    ///
    /// @param what which set: "training", "validation" or "all"
    default void computing(String what, int done, int total) {}

    /// What frozen layers make of a set's pictures stands in this file.
    ///
    /// @param reused whether it did before the run began
    default void features(Path file, boolean reused) {}

    /// The run begins or goes on, with everything ready.
    void started(Recipe recipe, TrainingState state);

    /// A step was logged.
    void step(StepRecord step);

    /// The validation of an epoch has looked at so many pictures.
    void validating(long done, long total);

    /// An epoch is over.
    void epoch(EpochRecord epoch);

    /// Something is likely to be wrong; the text says what, why, and what to do.
    void warning(String text);

    /// The state was saved.
    void saved(Path checkpoint);

    /// A logged step.
    ///
    /// @param step of the run, the first is 1
    /// @param steps that the run will take if nothing ends it early
    /// @param epoch from 1
    /// @param epochs of the run
    /// @param loss of this step's batch, before its update
    /// @param rate of the weights
    /// @param imagesPerSecond since the step logged before, validation not counted
    /// @param waitShare the fraction of that time in which the loop waited for data
    /// @param decoderCores how many cores the feed's workers kept busy in that time
    /// @param decodeMillis the time of one worker for one picture: read, decoded, cut, made floats
    /// @param queueDepth how many batches stood ready on average when the loop asked for one
    /// @param secondsLeft until the last step at this speed
    record StepRecord(
            long step,
            long steps,
            int epoch,
            int epochs,
            double loss,
            double rate,
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
    /// @param step the last one of the epoch
    /// @param loss the mean of the losses read in the epoch
    /// @param validation of the network as it is at the epoch's end
    /// @param rate of the weights in this epoch
    /// @param seconds that the epoch took, validation included
    record EpochRecord(
            int epoch, int epochs, long step, double loss, TopKErrors.Report validation, double rate, double seconds) {}
}
