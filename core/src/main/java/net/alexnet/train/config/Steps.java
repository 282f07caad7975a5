package net.alexnet.train.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/// The rate is multiplied by a factor at the start of each listed epoch, whatever the errors are.
///
/// @param epochs the numbers of epochs after which the rate changes, strictly ascending, each at least 1: `[30, 60]`
///     trains 30 epochs at the base rate
/// @param factor above 0 and below 1
public record Steps(@JsonProperty(required = true) List<Integer> epochs, @JsonProperty(required = true) double factor)
        implements
            Schedule {
    public Steps {
        epochs = List.copyOf(epochs);
        int before = 0;
        for (int epoch : epochs) {
            if (epoch <= before) {
                throw new IllegalArgumentException(
                        "epochs must be ascending whole numbers from 1, each once; found " + epochs);
            }
            before = epoch;
        }
        if (!(factor > 0 && factor < 1)) {
            throw new IllegalArgumentException("factor must be above 0 and below 1, found " + factor);
        }
    }

    @Override
    public double factor(int epoch, ScheduleState state) {
        double passed = epochs.stream().filter(start -> start <= epoch).count();
        return StrictMath.pow(factor, passed);
    }

    @Override
    public ScheduleState observe(ScheduleState state, double error) {
        return state.tracking(error);
    }
}
