package net.alexnet.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import net.alexnet.train.config.Schedule.Constant;
import net.alexnet.train.config.Schedule.Plateau;
import net.alexnet.train.config.Schedule.Steps;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void plateauDropsThreeTimesAndThenEnds() {
        Plateau paper = new Plateau(2, 0.1, 0.01, 3);
        double[] errors = {
            1.00, // any first error is the best so far
            0.60, // better
            0.595, // not by more than .01: waited 1
            0.592, // waited 2: first drop
            0.585, // small gains add up against the best of .60: better
            0.576, // not by more than .01: waited 1
            0.57, // better
            0.58, 0.57, // second drop
            0.57, 0.57, // third drop
            0.40, // better
            0.41, 0.40, // a stall after the last drop: finished
            0.10 // nothing counts any more
        };

        Schedule.State state = Schedule.State.start();
        List<Integer> drops = new ArrayList<>();
        List<Integer> waited = new ArrayList<>();
        List<Boolean> finished = new ArrayList<>();
        for (double error : errors) {
            state = paper.observe(state, error);
            drops.add(state.stepsTaken());
            waited.add(state.epochsSinceBest());
            finished.add(state.finished());
        }

        assertThat(drops).containsExactly(0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3);
        assertThat(waited).containsExactly(0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 2, 2);
        assertThat(finished.indexOf(true)).isEqualTo(13);
        assertThat(state).isEqualTo(new Schedule.State(0.40, 2, 3, true));
        assertThat(paper.factor(99, 90, state)).isCloseTo(0.001, within(1e-15));
    }

    @Test
    void anImprovementOfJustTheMinimumIsNone() {
        Plateau plateau = new Plateau(3, 0.1, 0.25, 3);

        assertThat(plateau.observe(new Schedule.State(0.75, 0, 0, false), 0.5))
                .isEqualTo(new Schedule.State(0.75, 1, 0, false));
    }

    @Test
    void plateauWithoutDropsIsEarlyStopping() {
        Plateau early = new Plateau(1, 0.1, 0, 0);

        Schedule.State state = early.observe(early.observe(Schedule.State.start(), 0.5), 0.5);

        assertThat(state.finished()).isTrue();
        assertThat(early.factor(2, 90, state)).isEqualTo(1);
    }

    @Test
    void stepsMultiplyAtTheStartOfTheirEpochs() {
        Steps steps = new Steps(List.of(2, 3, 5), 0.5);

        List<Double> factors = new ArrayList<>();
        for (int epoch = 0; epoch < 7; epoch++) {
            factors.add(steps.factor(epoch, 90, Schedule.State.start()));
        }

        assertThat(factors).containsExactly(1.0, 1.0, 0.5, 0.25, 0.25, 0.125, 0.125);
    }

    @Test
    void fixedSchedulesOnlyTrackTheBest() {
        for (Schedule schedule : List.of(new Constant(), new Steps(List.of(1), 0.1))) {
            Schedule.State state = Schedule.State.start();
            for (double error : new double[] {0.5, 0.7, 0.4, 0.9, 0.9, 0.9}) {
                state = schedule.observe(state, error);
            }
            assertThat(state).isEqualTo(new Schedule.State(0.4, 0, 0, false));
        }
        assertThat(new Schedule.Polynomial(2).factor(22.5, 90, Schedule.State.start())).isEqualTo(0.5625);
        assertThat(new Schedule.Polynomial(1).factor(90, 90, Schedule.State.start())).isZero();
        assertThat(new Constant().factor(80, 90, Schedule.State.start())).isEqualTo(1);
    }

    @Test
    void warmupRisesByStepsAndThenFollows() {
        Schedule.Warmup warmup = new Schedule.Warmup(2, .25, new Schedule.Polynomial(1));
        Schedule.State state = Schedule.State.start();
        assertThat(warmup.factor(0, 8, state)).isEqualTo(.25);
        assertThat(warmup.factor(.5, 8, state)).isCloseTo((.25 + .75 / 4) * (1 - .5 / 8), within(1e-15));
        assertThat(warmup.factor(2, 8, state)).isEqualTo(.75);
        assertThat(warmup.factor(8, 8, state)).isZero();
        assertThat(warmup.needsValidation()).isFalse();
        Schedule.Warmup beforePlateau = new Schedule.Warmup(1, 1, new Plateau(1, .1, 0, 0));
        assertThat(beforePlateau.needsValidation()).isTrue();
        Schedule.State after = beforePlateau.observe(beforePlateau.observe(state, .5), .6);
        assertThat(after.finished()).isTrue();
        assertThatThrownBy(() -> new Schedule.Warmup(0, .5, new Constant())).hasMessageContaining("epochs");
        assertThatThrownBy(() -> new Schedule.Warmup(1, 0, new Constant())).hasMessageContaining("from");
        assertThatThrownBy(() -> new Schedule.Warmup(1, .5, warmup)).hasMessageContaining("then");
    }

    @Test
    void refusesValuesOutOfRangeByTheirName() {
        assertThatThrownBy(() -> new Plateau(0, 0.1, 0, 3)).hasMessage("patience must be at least 1, found 0");
        assertThatThrownBy(() -> new Plateau(1, 1.0, 0, 3))
                .hasMessage("factor must be above 0 and below 1, found 1.0");
        assertThatThrownBy(() -> new Plateau(1, 0.1, Double.NaN, 3))
                .hasMessage("min_improvement must be at least 0 and below 1, found NaN");
        assertThatThrownBy(() -> new Plateau(1, 0.1, 0, -1)).hasMessage("drops must be at least 0, found -1");
        assertThatThrownBy(() -> new Steps(List.of(3, 3), 0.1)).hasMessageContaining("found [3, 3]");
        assertThatThrownBy(() -> new Steps(List.of(0), 0.1)).hasMessageContaining("found [0]");
        assertThatThrownBy(() -> new Steps(List.of(1), 10)).hasMessageContaining("factor must be above 0 and below 1");
        for (Schedule schedule : List.of(new Constant(), new Plateau(1, 0.1, 0, 3))) {
            for (double error : new double[] {Double.NaN, -0.1, 37.5}) {
                assertThatThrownBy(() -> schedule.observe(Schedule.State.start(), error))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("a validation error is a fraction from 0 to 1, found " + error);
            }
        }
    }
}
