package net.alexnet.train.config;

import com.fasterxml.jackson.databind.annotation.JsonSerialize;

/// The base rate, always.
@JsonSerialize // a record without components is no bean to Jackson otherwise
public record Constant() implements Schedule {
    @Override
    public double factor(int epoch, ScheduleState state) {
        return 1;
    }

    @Override
    public ScheduleState observe(ScheduleState state, double error) {
        return state.tracking(error);
    }
}
