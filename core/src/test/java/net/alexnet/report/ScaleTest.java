package net.alexnet.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.DoubleStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ScaleTest {
    @Property
    void keepsTheOrderOfValuesWithinTheEnds(
            @ForAll @Size(min = 2, max = 20) List<@DoubleRange(min = -9, max = 9) Double> powers) {
        double[] sorted = powers.stream().mapToDouble(one -> Math.pow(10, one)).sorted().toArray();
        for (Scale scale : List.of(Scale.logarithmic(DoubleStream.of(sorted)), Scale.fromZero(DoubleStream.of(sorted)),
                Scale.around(DoubleStream.of(sorted)))) {
            double before = -1e-6;
            for (double value : sorted) {
                assertThat(scale.at(value)).as("%s of %s", value, scale).isGreaterThanOrEqualTo(before)
                        .isLessThanOrEqualTo(1 + 1e-6);
                before = scale.at(value);
            }
        }
    }

    @Property
    void ticksAreFewAscendingAndWithinTheEnds(@ForAll @DoubleRange(min = -9, max = 9) double power,
            @ForAll @DoubleRange(min = -9, max = 9) double otherPower) {
        double one = Math.pow(10, power);
        double other = Math.pow(10, otherPower);
        for (Scale scale : List.of(Scale.logarithmic(DoubleStream.of(one, other)),
                Scale.fromZero(DoubleStream.of(one, other)), Scale.around(DoubleStream.of(one, other)))) {
            List<Double> ticks = scale.ticks();
            assertThat(ticks).as("%s", scale).hasSizeBetween(2, 8).isSorted().doesNotHaveDuplicates();
            assertThat(ticks)
                    .allSatisfy(tick -> assertThat(scale.at(tick)).isBetween(-1e-6, 1 + 1e-6));
        }
    }

    @Test
    void equalRatiosHaveEqualDistancesOnALogarithmicAxis() {
        Scale scale = Scale.logarithmic(DoubleStream.of(0.001, 10));
        assertThat(scale.at(0.1)).isCloseTo(0.5, within(1e-12));
        assertThat(scale.at(1) - scale.at(0.1)).isCloseTo(scale.at(0.01) - scale.at(0.001), within(1e-12));
        assertThat(scale.ticks()).containsExactly(0.001, 0.01, 0.1, 1.0, 10.0);
    }

    @Test
    void aLogarithmicAxisHasNoPlaceForZeroAndWhatIsNoNumber() {
        Scale scale = Scale.logarithmic(DoubleStream.of(0, -1, Double.NaN, Double.POSITIVE_INFINITY, 2));
        assertThat(scale.has(0)).isFalse();
        assertThat(scale.has(Double.NaN)).isFalse();
        assertThat(scale.has(2)).isTrue();
        assertThat(scale.low()).isLessThanOrEqualTo(2);
    }

    @Test
    void axesOfNoValuesAndOfASingleOne() {
        assertThat(Scale.logarithmic(DoubleStream.empty()).low()).isPositive();
        assertThat(Scale.around(DoubleStream.of(5)).at(5)).isEqualTo(0.5);
        assertThat(Scale.fromZero(DoubleStream.of(0)).high()).isPositive();
        assertThat(Scale.around(DoubleStream.empty()).ticks()).isNotEmpty();
    }

    @Test
    void refusesEndsThatAreNone() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Scale(1, 1, false));
        assertThatIllegalArgumentException().isThrownBy(() -> new Scale(0, 1, true));
    }

    @Test
    void labelsAreShort() {
        assertThat(List.of(0.0, 0.3, 0.00015, 1000.0, 25_000.0, 0.00002, 3e8)).extracting(Scale::label)
                .containsExactly("0", "0.3", "0.00015", "1,000", "25,000", "2e-5", "3e8");
    }
}
