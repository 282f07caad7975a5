package net.alexnet.tensor;

import static net.alexnet.tensor.LocalResponseNorm.Region.ACROSS_CHANNELS;
import static net.alexnet.tensor.LocalResponseNorm.Region.WITHIN_CHANNEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LocalResponseNormTest {
    @Test
    void thePapersAlphaActsAsAFifthOfItself() {
        assertThat(new LocalResponseNorm(ACROSS_CHANNELS, 5, 2, 1e-4, .75, 2).scale()).isCloseTo(2e-5, within(1e-18));
    }

    @Test
    void withinAMapAlphaIsDividedByTheSquare() {
        assertThat(new LocalResponseNorm(WITHIN_CHANNEL, 5, 2, 1e-3, .75, 1).scale()).isCloseTo(4e-5, within(1e-18));
    }

    @Test
    void refusesWrongConstants() {
        assertThatIllegalArgumentException().isThrownBy(() -> new LocalResponseNorm(ACROSS_CHANNELS, 4, 2, 1, .75, 1))
                .withMessageContaining("size 4");
        assertThatIllegalArgumentException().isThrownBy(() -> new LocalResponseNorm(ACROSS_CHANNELS, 5, 0, 1, .75, 1))
                .withMessageContaining("k 0.0");
        assertThatIllegalArgumentException().isThrownBy(() -> new LocalResponseNorm(ACROSS_CHANNELS, 5, 2, -1, .75, 1))
                .withMessageContaining("alpha -1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LocalResponseNorm(ACROSS_CHANNELS, 5, 2, Double.NaN, .75, 1))
                .withMessageContaining("alpha NaN");
        assertThatIllegalArgumentException().isThrownBy(() -> new LocalResponseNorm(ACROSS_CHANNELS, 5, 2, 1, .75, 0))
                .withMessageContaining("groups 0");
    }
}
