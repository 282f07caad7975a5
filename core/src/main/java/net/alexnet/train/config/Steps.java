package net.alexnet.train.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import net.alexnet.tensor.Check;

/// The learning rate is multiplied by a factor at the start of each listed epoch, whatever the errors are.
///
/// @param epochs numbers of epochs after which the rate changes, strictly ascending, each at least 1: `[30, 60]` trains
///     30 epochs at the base rate
/// @param factor above 0 and below 1
public record Steps(@JsonProperty(required = true) List<Integer> epochs, @JsonProperty(required = true) double factor)
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
    public double factor(int epoch, ScheduleState state) {
        double passed = epochs.stream().filter(start -> start <= epoch).count();
        return StrictMath.pow(factor, passed);
    }

    @Override
    public ScheduleState observe(ScheduleState state, double error) {
        return state.tracking(error);
    }
}
