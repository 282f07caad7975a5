package net.alexnet.train.config;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonProperty;

/// What a [Schedule] has seen of a run.
///
/// @param best the top-1 error, as a fraction, that an epoch must improve on; infinite before the first validation
/// @param epochsSinceBest epochs in a row that did not
/// @param stepsTaken how often the learning rate was lowered
/// @param finished whether the schedule ends the training
public record ScheduleState(@JsonProperty(required = true) double best,
        @JsonProperty(required = true) @JsonAlias("waited") int epochsSinceBest,
        @JsonProperty(required = true) @JsonAlias("drops") int stepsTaken,
        @JsonProperty(required = true) boolean finished) {
    public ScheduleState {
        if (!(best >= 0) || epochsSinceBest < 0 || stepsTaken < 0) {
            throw new IllegalArgumentException(
                    "the numbers of a schedule's state must be at least 0, found best " + best
                            + ", epochs since best " + epochsSinceBest + ", steps taken " + stepsTaken);
        }
    }

    /// The state before the first epoch.
    public static ScheduleState start() {
        return new ScheduleState(Double.POSITIVE_INFINITY, 0, 0, false);
    }

    /// The state after an error, for a schedule that only keeps the best one.
    ScheduleState tracking(double error) {
        checkError(error);
        return error < best ? new ScheduleState(error, epochsSinceBest, stepsTaken, finished) : this;
    }

    static void checkError(double error) {
        if (!(error >= 0 && error <= 1)) {
            throw new IllegalArgumentException("a validation error is a fraction from 0 to 1, found " + error);
        }
    }
}
