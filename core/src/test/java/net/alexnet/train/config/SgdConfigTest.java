package net.alexnet.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SgdConfigTest {
    @Test
    void biasesLearnTwiceAsFastAndDoNotDecayInThePaper() {
        SgdConfig paper = SgdConfig.paper();

        assertThat(paper.rate(false)).isEqualTo(0.01);
        assertThat(paper.rate(true)).isEqualTo(0.02);
        assertThat(paper.decay(false)).isEqualTo(0.0005);
        assertThat(paper.decay(true)).isZero();
        assertThat(new SgdConfig(0.01, 0.9, 0.0005, 1, true).decay(true)).isEqualTo(0.0005);
    }

    @Test
    void refusesValuesOutOfRangeByTheirName() {
        assertThatThrownBy(() -> new SgdConfig(0, 0.9, 0, 1, false)).hasMessage("rate must be above 0, found 0.0");
        assertThatThrownBy(() -> new SgdConfig(Double.NaN, 0.9, 0, 1, false)).hasMessageContaining("rate");
        assertThatThrownBy(() -> new SgdConfig(1, 1, 0, 1, false))
                .hasMessage("momentum must be at least 0 and below 1, found 1.0");
        assertThatThrownBy(() -> new SgdConfig(1, 0, -1, 1, false)).hasMessageContaining("weight_decay");
        assertThatThrownBy(() -> new SgdConfig(1, 0, 0, -1, false)).hasMessageContaining("bias_rate_factor");
    }
}
