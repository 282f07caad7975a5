package net.alexnet.train.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import java.util.List;
import net.alexnet.tensor.Check;

/// How the learning rate changes over a run: a factor on [SgdConfig#learningRate()].
///
/// A schedule is a value and keeps nothing. What it has seen is a [State], which the training loop carries from epoch to
/// epoch and a checkpoint stores.
///
/// In a recipe: `schedule: {type: plateau, patience: 3, factor: 0.1, min_improvement: 0.0, drops: 3}`.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({@JsonSubTypes.Type(name = "constant", value = Schedule.Constant.class),
    @JsonSubTypes.Type(name = "polynomial", value = Schedule.Polynomial.class),
    @JsonSubTypes.Type(name = "steps", value = Schedule.Steps.class),
    @JsonSubTypes.Type(name = "plateau", value = Schedule.Plateau.class),
    @JsonSubTypes.Type(name = "warmup", value = Schedule.Warmup.class)})
public sealed interface Schedule {
    /// What the base rate is multiplied by.
    ///
    /// @param epoch the number of epochs before this step, with the fraction of the current one: 0 for the first step
    /// @param epochs of the whole run
    double factor(double epoch, int epochs, State state);

    /// The state after an epoch's validation. Unless overridden, it only keeps the best error.
    ///
    /// @param error the top-1 error as a fraction, 0 to 1
    default State observe(State state, double error) {
        State.checkError(error);
        return error < state.best ? new State(error, state.epochsSinceBest, state.stepsTaken, state.finished) : state;
    }

    /// Whether it follows the validation error.
    default boolean needsValidation() {
        return false;
    }

    /// The base rate, always.
    @JsonSerialize // a record without components is no bean to Jackson otherwise
    record Constant() implements Schedule {
        @Override
        public double factor(double epoch, int epochs, State state) {
            return 1;
        }
    }

    /// The rate falls to 0 over the run: `(1 − epoch/epochs)^power`, after every step. The weights then settle, so the last
    /// checkpoint is about as good as the best, and no validation has to choose one.
    ///
    /// @param power above 0; 1 for a linear decay
    record Polynomial(@JsonProperty(required = true) double power) implements Schedule {
        public Polynomial {
            Check.that(power > 0 && power < Double.POSITIVE_INFINITY, "power", power, "above 0");
        }

        @Override
        public double factor(double epoch, int epochs, State state) {
            return StrictMath.pow(1 - epoch / epochs, power);
        }
    }

    /// The learning rate is multiplied by a factor at the start of each listed epoch, whatever the errors are.
    ///
    /// @param epochs numbers of epochs after which the rate changes, strictly ascending, each at least 1: `[30, 60]`
    ///     trains 30 epochs at the base rate
    /// @param factor above 0 and below 1
    record Steps(@JsonProperty(required = true) List<Integer> epochs, @JsonProperty(required = true) double factor)
            implements
                Schedule {
        public Steps {
            epochs = List.copyOf(epochs);
            int before = 0;
            for (int epoch : epochs) {
                Check.that(epoch > before, "epochs", epochs, "ascending whole numbers from 1, each once");
                before = epoch;
            }
            Check.that(factor > 0 && factor < 1, "factor", factor, "above 0 and below 1");
        }

        @Override
        public double factor(double epoch, int epochs, State state) {
            double passed = this.epochs.stream().filter(start -> start <= epoch).count();
            return StrictMath.pow(factor, passed);
        }
    }

    /// The paper's heuristic, §5, made exact: "divide the learning rate by 10 when the validation error rate stopped
    /// improving with the current learning rate"; it was "reduced three times prior to termination".
    ///
    /// An epoch improves if its error is below the best by more than `minImprovement`; then it is the new best. After
    /// `patience` epochs in a row without improvement, the learning rate is multiplied by `factor` and the count starts
    /// again. When that happens after the last drop, training ends. Several small gains add up, since the best stays
    /// until an epoch improves.
    ///
    /// @param patience epochs without improvement, at least 1
    /// @param factor above 0 and below 1; 0.1 in the paper
    /// @param minImprovement as a fraction of all images, at least 0 and below 1: 0.001 is 0.1 % top-1 error
    /// @param drops how often the learning rate is lowered, at least 0; 3 in the paper
    record Plateau(@JsonProperty(required = true) int patience, @JsonProperty(required = true) double factor,
            @JsonProperty(required = true) double minImprovement, @JsonProperty(required = true) int drops)
            implements
                Schedule {
        public Plateau {
            Check.that(patience >= 1, "patience", patience, "at least 1");
            Check.that(factor > 0 && factor < 1, "factor", factor, "above 0 and below 1");
            Check.that(minImprovement >= 0 && minImprovement < 1, "min_improvement", minImprovement,
                    "at least 0 and below 1");
            Check.that(drops >= 0, "drops", drops, "at least 0");
        }

        @Override
        public double factor(double epoch, int epochs, State state) {
            return StrictMath.pow(factor, state.stepsTaken);
        }

        @Override
        public boolean needsValidation() {
            return true;
        }

        @Override
        public State observe(State state, double error) {
            State.checkError(error);
            if (state.finished) {
                return state;
            }
            if (state.best - error > minImprovement) {
                return new State(error, 0, state.stepsTaken, false);
            }
            int epochsSinceBest = state.epochsSinceBest + 1;
            if (epochsSinceBest < patience) {
                return new State(state.best, epochsSinceBest, state.stepsTaken, false);
            }
            return state.stepsTaken < drops
                    ? new State(state.best, 0, state.stepsTaken + 1, false)
                    : new State(state.best, epochsSinceBest, state.stepsTaken, true);
        }
    }

    /// The rate rises from step to step to the base rate, and then follows another schedule: for large batches, whose rate
    /// would be too high for fresh weights (Goyal et al. 2017, 1706.02677, §2.2). For a batch of k times the size, they take k
    /// times the rate as the base rate, and begin at 1/k of it.
    ///
    /// @param epochs of the rise, above 0; 5 in that paper
    /// @param from the factor of the first step, above 0 and at most 1
    /// @param then which counts epochs from the start of the run, those of the rise included
    record Warmup(@JsonProperty(required = true) double epochs, @JsonProperty(required = true) double from,
            @JsonProperty(required = true) Schedule then) implements Schedule {
        public Warmup {
            Check.that(epochs > 0 && epochs < Double.POSITIVE_INFINITY, "epochs", epochs, "above 0");
            Check.that(from > 0 && from <= 1, "from", from, "above 0 and at most 1");
            if (then instanceof Warmup) {
                throw new IllegalArgumentException("then: a warmup cannot follow a warmup");
            }
        }

        @Override
        public double factor(double epoch, int run, State state) {
            double after = then.factor(epoch, run, state);
            return epoch >= epochs ? after : after * (from + (1 - from) * epoch / epochs);
        }

        @Override
        public State observe(State state, double error) {
            return then.observe(state, error);
        }

        @Override
        public boolean needsValidation() {
            return then.needsValidation();
        }
    }

    /// What a schedule has seen of a run.
    ///
    /// @param best the top-1 error, as a fraction, that an epoch must improve on; infinite before the first validation
    /// @param epochsSinceBest epochs in a row that did not
    /// @param stepsTaken how often the learning rate was lowered
    /// @param finished whether the schedule ends the training
    record State(@JsonProperty(required = true) double best,
            @JsonProperty(required = true) int epochsSinceBest,
            @JsonProperty(required = true) int stepsTaken,
            @JsonProperty(required = true) boolean finished) {
        public State {
            if (!(best >= 0) || epochsSinceBest < 0 || stepsTaken < 0) {
                throw new IllegalArgumentException(
                        "the numbers of a schedule's state must be at least 0, found best " + best
                                + ", epochs since best " + epochsSinceBest + ", steps taken " + stepsTaken);
            }
        }

        /// The state before the first epoch.
        public static State start() {
            return new State(Double.POSITIVE_INFINITY, 0, 0, false);
        }

        /// The same state at the end of the training.
        public State end() {
            return new State(best, epochsSinceBest, stepsTaken, true);
        }

        private static void checkError(double error) {
            if (!(error >= 0 && error <= 1)) {
                throw new IllegalArgumentException("a validation error is a fraction from 0 to 1, found " + error);
            }
        }
    }
}
