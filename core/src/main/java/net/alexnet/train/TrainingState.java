package net.alexnet.train;

import java.util.Optional;
import java.util.OptionalDouble;
import net.alexnet.train.config.Schedule;
import org.jspecify.annotations.Nullable;

/// The position of a training run. With the weights and momentum buffers it is the whole state: every random number is a
/// function of the seed and the position (see [net.alexnet.tensor.CounterRng]).
///
/// @param seed of all random numbers
/// @param step batches trained since the start of the run, 0 to 10¹⁸ - 1
/// @param epoch whole epochs done, at least 0
/// @param batchInEpoch batches of the current epoch done, at least 0
/// @param lossSum the sum of the losses read in this epoch, so that a resumed run has the same mean
/// @param losses how many losses were read
/// @param images how many images the batches of those losses had
/// @param mistakes how many of them were classified wrongly, before the update that learned from them
/// @param schedule what the learning rate's schedule has seen
/// @param validationError the top-1 error, as a fraction, of the last evaluation; null before the first
public record TrainingState(long seed, long step, int epoch, int batchInEpoch, double lossSum, int losses,
        long images, long mistakes, Schedule.State schedule, @Nullable Double validationError) {
    /// The most steps of a run: the names of checkpoints have at most 18 digits.
    private static final long MAX_STEP = 999_999_999_999_999_999L;

    public TrainingState {
        if (step < 0 || step > MAX_STEP || epoch < 0 || batchInEpoch < 0 || losses < 0 || images < mistakes
                || mistakes < 0 || !Double.isFinite(lossSum)) {
            throw new IllegalArgumentException("a training state needs a step of 0 to " + MAX_STEP
                    + ", epoch and batch of at least 0 and a finite"
                    + " loss; found step " + step + ", epoch " + epoch + ", batch " + batchInEpoch + ", loss sum "
                    + lossSum);
        }
        if (validationError != null && !(validationError >= 0 && validationError <= 1)) {
            throw new IllegalArgumentException(
                    "a validation error is a fraction from 0 to 1, found " + validationError);
        }
    }

    /// The start of a run.
    public static TrainingState start(long seed) {
        return new TrainingState(seed, 0, 0, 0, 0, 0, 0, 0, Schedule.State.start(), null);
    }

    /// The state after a step.
    ///
    /// @param reading of that step, if there was one
    public TrainingState afterStep(Optional<Reading> reading) {
        Reading read = reading.orElse(Reading.NONE);
        return new TrainingState(seed, step + 1, epoch, batchInEpoch + 1, lossSum + read.loss,
                losses + (reading.isPresent() ? 1 : 0), images + read.images, mistakes + read.mistakes, schedule,
                validationError);
    }

    /// What was read of a step: its loss and its mistakes, before its update.
    ///
    /// @param loss the mean of the batch
    /// @param images of the batch
    /// @param mistakes how many of them had another class as the most probable one
    public record Reading(double loss, int images, int mistakes) {
        private static final Reading NONE = new Reading(0, 0, 0);
    }

    /// The state at the start of the next epoch.
    ///
    /// @param rule receives the error
    /// @param error the validation's top-1 error, as a fraction; empty in a run without validation
    /// @param stopAt the run ends if its training error is not above this; 0 for never
    public TrainingState afterEpoch(Schedule rule, OptionalDouble error, double stopAt) {
        Schedule.State seen = error.isEmpty() ? schedule : rule.observe(schedule, error.getAsDouble());
        return new TrainingState(seed, step, epoch + 1, 0, 0, 0, 0, 0,
                stopAt > 0 && trainingError() <= stopAt ? seen.end() : seen,
                error.isEmpty() ? null : error.getAsDouble());
    }

    /// Whether a run of this many epochs is finished, by their number or by its schedule.
    public boolean finished(int epochs) {
        return epoch >= epochs || schedule.finished();
    }

    /// The mean of the losses read in this epoch; not a number if there were none.
    public double meanLoss() {
        return lossSum / losses;
    }

    /// The share of mistakes among the images read in this epoch, as the paper's source counts its training error; not a
    /// number if there were none.
    public double trainingError() {
        return (double) mistakes / images;
    }

    /// [#validationError()], empty before the first evaluation.
    public OptionalDouble error() {
        return validationError == null ? OptionalDouble.empty() : OptionalDouble.of(validationError);
    }
}
