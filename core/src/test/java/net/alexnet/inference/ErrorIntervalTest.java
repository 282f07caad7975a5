package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorIntervalTest {
    /// R: `prop.test(wrong, pictures, correct = FALSE)$conf.int`. The first two are examples 1 and 2 of R. G. Newcombe,
    /// "Two-sided confidence intervals for the single proportion" (1998), to four decimals.
    @ParameterizedTest
    @CsvSource({"81, 263, 0.2553, 0.3662", "15, 148, 0.0624, 0.1605", "0, 20, 0, 0.1611", "1, 29, 0.0061, 0.1718",
        "29, 29, 0.8830, 1", "1, 2, 0.0945, 0.9055"})
    void isWilsons(long wrong, long pictures, double low, double high) {
        ErrorInterval interval = ErrorInterval.of(wrong, pictures);
        assertThat(interval.low()).isCloseTo(low, within(6e-5));
        assertThat(interval.high()).isCloseTo(high, within(6e-5));
    }

    @Test
    void holdsTheRateAndIsNarrowerForMorePictures() {
        for (int wrong = 0; wrong <= 50; wrong++) {
            ErrorInterval few = ErrorInterval.of(wrong, 50);
            ErrorInterval many = ErrorInterval.of(100L * wrong, 5000);
            assertThat(wrong / 50.0).isBetween(few.low(), few.high()).isBetween(many.low(), many.high());
            assertThat(many.high() - many.low()).isLessThan(few.high() - few.low());
            assertThat(few.low()).isBetween(0.0, 1.0);
            assertThat(few.high()).isBetween(0.0, 1.0);
        }
    }

    @Test
    void refusesWhatIsNoCount() {
        assertThatIllegalArgumentException().isThrownBy(() -> ErrorInterval.of(3, 2)).withMessageContaining("3");
        assertThatIllegalArgumentException().isThrownBy(() -> ErrorInterval.of(0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> ErrorInterval.of(-1, 2));
    }
}
