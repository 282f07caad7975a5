package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryTest {
    @Test
    void theMedianIsTheMiddleOneInAnyOrder() {
        assertThat(Summary.of(List.of(9.0, 1.0, 2.0))).isEqualTo(new Summary(2, 1, 9));
    }

    @Test
    void ofAnEvenNumberItIsTheMeanOfTheMiddleTwo() {
        assertThat(Summary.of(List.of(4.0, 1.0, 2.0, 9.0))).isEqualTo(new Summary(3, 1, 9));
    }

    @Test
    void aSingleReadingIsAllThree() {
        assertThat(Summary.of(List.of(5.0)).times(1000)).isEqualTo(new Summary(5000, 5000, 5000));
    }
}
