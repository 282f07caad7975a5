package net.alexnet.train.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/// How the learning rate changes over a run: a factor on [SgdConfig#learningRate()].
///
/// A schedule is a value and keeps nothing. What it has seen is a [ScheduleState], which the training loop carries from
/// epoch to epoch and a checkpoint stores.
///
/// In a recipe: `schedule: {type: plateau, patience: 3, factor: 0.1, min_improvement: 0.0, drops: 3}`.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({@JsonSubTypes.Type(name = "constant", value = Constant.class),
    @JsonSubTypes.Type(name = "steps", value = Steps.class),
    @JsonSubTypes.Type(name = "plateau", value = Plateau.class)})
public sealed interface Schedule permits Constant, Steps, Plateau {
    /// What the base rate is multiplied by during an epoch.
    ///
    /// @param epoch the number of epochs before it, so 0 for the first
    double factor(int epoch, ScheduleState state);

    /// The state after an epoch's validation.
    ///
    /// @param error the top-1 error as a fraction, 0 to 1
    ScheduleState observe(ScheduleState state, double error);
}
