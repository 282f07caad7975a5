package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.OptionalDouble;
import net.alexnet.train.TrainingState.Reading;
import net.alexnet.train.config.Schedule;
import net.alexnet.train.config.Schedule.Plateau;
import org.junit.jupiter.api.Test;

class TrainingStateTest {
    @Test
    void goesFromStepToStepAndFromEpochToEpoch() {
        TrainingState state = TrainingState.start(42)
                .afterStep(Optional.of(new Reading(2, 8, 6)))
                .afterStep(Optional.empty())
                .afterStep(Optional.of(new Reading(1, 4, 3)));
        assertThat(state).isEqualTo(new TrainingState(42, 3, 0, 3, 3, 2, 12, 9, Schedule.State.start(), null));
        assertThat(state.meanLoss()).isEqualTo(1.5);
        assertThat(state.trainingError()).isEqualTo(0.75);

        TrainingState next = state.afterEpoch(new Plateau(1, 0.1, 0, 3), OptionalDouble.of(0.25), 0.7);
        assertThat(next)
                .isEqualTo(new TrainingState(42, 3, 1, 0, 0, 0, 0, 0, new Schedule.State(0.25, 0, 0, false), 0.25));
        assertThat(next.error()).hasValue(0.25);
    }

    @Test
    void endsWhenTheTrainingErrorIsLowEnough() {
        TrainingState state = TrainingState.start(1).afterStep(Optional.of(new Reading(1, 8, 2)));
        Schedule constant = new Schedule.Constant();
        assertThat(state.afterEpoch(constant, OptionalDouble.of(0.5), 0.25).finished(9)).isTrue();
        assertThat(state.afterEpoch(constant, OptionalDouble.empty(), 0.25).finished(9)).isTrue();
        assertThat(state.afterEpoch(constant, OptionalDouble.of(0.5), 0.24).finished(9)).isFalse();
        TrainingState perfect = TrainingState.start(1).afterStep(Optional.of(new Reading(1, 8, 0)));
        assertThat(perfect.afterEpoch(constant, OptionalDouble.empty(), 0).finished(9)).as("0 is never").isFalse();
        TrainingState unread = TrainingState.start(1).afterStep(Optional.empty());
        assertThat(unread.afterEpoch(constant, OptionalDouble.empty(), 0.25).finished(9)).isFalse();
    }

    @Test
    void refusesWhatNoRunCanBe() {
        Schedule.State schedule = Schedule.State.start();
        assertThatThrownBy(() -> new TrainingState(1, -1, 0, 0, 0, 0, 0, 0, schedule, null))
                .hasMessageContaining("step -1");
        assertThatThrownBy(() -> new TrainingState(1, Long.MAX_VALUE, 0, 0, 0, 0, 0, 0, schedule, null))
                .as("no name of a checkpoint has 19 digits").hasMessageContaining("step 9223372036854775807");
        assertThatThrownBy(() -> new TrainingState(1, 0, 0, 0, Double.NaN, 1, 0, 0, schedule, null))
                .hasMessageContaining("loss sum NaN");
        assertThatThrownBy(() -> new TrainingState(1, 0, 0, 0, 0, 0, 0, 0, schedule, 1.5))
                .hasMessageContaining("found 1.5");
    }
}
