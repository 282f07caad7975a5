package net.alexnet.train;

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
/// @param schedule what the learning rate's schedule has seen
/// @param validationError the top-1 error, as a fraction, of the last evaluation; null before the first
public record TrainingState(long seed, long step, int epoch, int batchInEpoch, double lossSum, int losses,
        Schedule.State schedule, @Nullable Double validationError) {
    /// The most steps of a run: the names of checkpoints have at most 18 digits.
    private static final long MAX_STEP = 999_999_999_999_999_999L;

    public TrainingState {
        if (step < 0 || step > MAX_STEP || epoch < 0 || batchInEpoch < 0 || losses < 0 || !Double.isFinite(lossSum)) {
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
        return new TrainingState(seed, 0, 0, 0, 0, 0, Schedule.State.start(), null);
    }

    /// The state after a step.
    ///
    /// @param loss of that step, if it was read
    public TrainingState afterStep(OptionalDouble loss) {
        return new TrainingState(seed, step + 1, epoch, batchInEpoch + 1, lossSum + loss.orElse(0),
                losses + (loss.isPresent() ? 1 : 0), schedule, validationError);
    }

    /// The state at the start of the next epoch.
    ///
    /// @param rule receives the error
    /// @param error the validation's top-1 error, as a fraction; empty in a run without validation
    public TrainingState afterEpoch(Schedule rule, OptionalDouble error) {
        return error.isEmpty()
                ? new TrainingState(seed, step, epoch + 1, 0, 0, 0, schedule, null)
                : new TrainingState(seed, step, epoch + 1, 0, 0, 0, rule.observe(schedule, error.getAsDouble()),
                        error.getAsDouble());
    }

    /// Whether a run of this many epochs is finished, by their number or by its schedule.
    public boolean finished(int epochs) {
        return epoch >= epochs || schedule.finished();
    }

    /// The mean of the losses read in this epoch; not a number if there were none.
    public double meanLoss() {
        return lossSum / losses;
    }

    /// [#validationError()], empty before the first evaluation.
    public OptionalDouble error() {
        return validationError == null ? OptionalDouble.empty() : OptionalDouble.of(validationError);
    }
}
