package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WarmUpTest {
    /// Slow steps: three. Fast ones: until the time is up. Those of a toy: an end all the same.
    @ParameterizedTest
    @CsvSource({"10, 3", "2, 3", "1, 4", "0.125, 32", "0.0001, 300", "0, 300"})
    void lastsForSecondsButNotForever(double seconds, int steps) {
        int[] done = {0};
        assertThat(WarmUp.run(4, () -> {
            done[0]++;
            return seconds;
        })).isEqualTo(steps);
        assertThat(done[0]).isEqualTo(steps);
    }
}
