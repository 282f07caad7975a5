package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.alexnet.tensor.Backend.Statistics;
import org.junit.jupiter.api.Test;

/// What one sees of a tensor without taking all of it out.
interface StatisticsContract extends Contract {
    @Test
    default void statisticsByHand() {
        Statistics found = backend().statistics(tensor(Shape.of(2, 2), 1, 3, 5, 7));
        assertThat(found.mean()).isCloseTo(4, within(1e-6));
        assertThat(found.std()).isCloseTo(Math.sqrt(5), within(1e-6));
        assertThat(found.nonFinite()).isZero();
    }

    @Test
    default void statisticsCountAndIgnoreNonFiniteValues() {
        Statistics found = backend().statistics(tensor(Shape.of(1, 1, 2, 3), Float.NaN, 2,
                Float.POSITIVE_INFINITY, 4, Float.NEGATIVE_INFINITY, 6));
        assertThat(found.nonFinite()).isEqualTo(3);
        assertThat(found.mean()).isCloseTo(4, within(1e-6));
        assertThat(found.std()).isCloseTo(Math.sqrt(8d / 3), within(1e-6));
    }

    @Test
    default void statisticsOfNonFiniteValuesAreNan() {
        Statistics found = backend().statistics(tensor(Shape.of(2), Float.NaN, Float.NaN));
        assertThat(found).isEqualTo(new Statistics(Double.NaN, Double.NaN, 2));
    }

    @Test
    default void statisticsOfOneValue() {
        assertThat(backend().statistics(tensor(Shape.of(), 3))).isEqualTo(new Statistics(3, 0, 0));
    }

    @Test
    default void statisticsAreExactWithALargeMean() {
        Shape shape = Shape.of(100, 100);
        float[] values = Samples.normal(shape, 1);
        for (int at = 0; at < values.length; at++) {
            values[at] = Math.round(values[at] * 8) / 8f + 4096; // eighths, so that adding 4096 rounds nothing
        }
        Statistics expected = reference().statistics(reference().upload(shape, values));
        Statistics found = backend().statistics(tensor(shape, values));
        assertThat(found.mean()).isCloseTo(expected.mean(), within(1e-3));
        assertThat(found.std()).isCloseTo(expected.std(), within(1e-3));
    }

    @Test
    default void unitMaximaOfVectors() {
        assertThat(backend().unitMaxima(tensor(Shape.of(3, 2), 1, -5, 3, -4, 2, -6))).containsExactly(3, -4);
    }

    @Test
    default void unitMaximaOfMaps() {
        Tensor x = tensor(Shape.of(2, 3, 1, 2),
                1, 2, -3, -4, 0, 0,
                9, 0, -2, -8, 0, 0);
        assertThat(backend().unitMaxima(x)).containsExactly(9, -2, 0);
    }

    @Test
    default void aDeadUnitHasAMaximumOfZero() {
        Tensor x = tensor(Shape.of(1, 2, 2, 1), -1, -2, -3, 4);
        assertThat(backend().unitMaxima(backend().relu(x))).containsExactly(0, 4);
    }
}
