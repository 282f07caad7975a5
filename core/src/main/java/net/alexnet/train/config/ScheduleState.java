package net.alexnet.train.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/// What a [Schedule] has seen of a run.
///
/// @param best the top-1 error, as a fraction, that later epochs are measured against; infinite before the first
///     validation
/// @param waited epochs in a row without improvement on it
/// @param drops how often the rate has been lowered
/// @param finished whether the schedule ends the training
public record ScheduleState(@JsonProperty(required = true) double best, @JsonProperty(required = true) int waited,
        @JsonProperty(required = true) int drops, @JsonProperty(required = true) boolean finished) {
    public ScheduleState {
        if (!(best >= 0) || waited < 0 || drops < 0) {
            throw new IllegalArgumentException(
                    "a schedule's state needs best, waited and drops of at least 0; found best "
                            + best + ", waited " + waited + ", drops " + drops);
        }
    }

    /// The state before the first epoch.
    public static ScheduleState start() {
        return new ScheduleState(Double.POSITIVE_INFINITY, 0, 0, false);
    }

    /// The state of a schedule that only takes notice of the best error.
    ScheduleState tracking(double error) {
        checkError(error);
        return error < best ? new ScheduleState(error, waited, drops, finished) : this;
    }

    static void checkError(double error) {
        if (!(error >= 0 && error <= 1)) {
            throw new IllegalArgumentException("a validation error is a fraction from 0 to 1, found " + error);
        }
    }
}
