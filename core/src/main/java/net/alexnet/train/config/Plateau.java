package net.alexnet.train.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import net.alexnet.tensor.Check;

/// The paper's heuristic, §5, made exact: "divide the learning rate by 10 when the validation error rate stopped
/// improving with the current learning rate"; it was "reduced three times prior to termination".
///
/// An epoch improves if its error is below the best by more than `minImprovement`; then it is the new best. After
/// `patience` epochs in a row without improvement, the learning rate is multiplied by `factor` and the count starts again.
/// When that happens after the last drop, training ends. Several small gains add up, since the best stays until an epoch
/// improves.
///
/// @param patience epochs without improvement, at least 1
/// @param factor above 0 and below 1; 0.1 in the paper
/// @param minImprovement as a fraction of all images, at least 0 and below 1: 0.001 is 0.1 % top-1 error
/// @param drops how often the learning rate is lowered, at least 0; 3 in the paper
public record Plateau(@JsonProperty(required = true) int patience, @JsonProperty(required = true) double factor,
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
    public double factor(int epoch, ScheduleState state) {
        return StrictMath.pow(factor, state.stepsTaken());
    }

    @Override
    public ScheduleState observe(ScheduleState state, double error) {
        ScheduleState.checkError(error);
        if (state.finished()) {
            return state;
        }
        if (state.best() - error > minImprovement) {
            return new ScheduleState(error, 0, state.stepsTaken(), false);
        }
        int epochsSinceBest = state.epochsSinceBest() + 1;
        if (epochsSinceBest < patience) {
            return new ScheduleState(state.best(), epochsSinceBest, state.stepsTaken(), false);
        }
        return state.stepsTaken() < drops
                ? new ScheduleState(state.best(), 0, state.stepsTaken() + 1, false)
                : new ScheduleState(state.best(), epochsSinceBest, state.stepsTaken(), true);
    }
}
