package net.alexnet.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SgdConfigTest {
    @Test
    void biasesLearnTwiceAsFastAndDoNotDecayInThePaper() {
        SgdConfig paper = SgdConfig.paper();

        assertThat(paper.learningRate(false)).isEqualTo(0.01);
        assertThat(paper.learningRate(true)).isEqualTo(0.02);
        assertThat(paper.decay(false)).isEqualTo(0.0005);
        assertThat(paper.decay(true)).isZero();
        assertThat(new SgdConfig(0.01, 0.9, 0.0005, 1, true).decay(true)).isEqualTo(0.0005);
    }

    @Test
    void refusesValuesOutOfRangeByTheirName() {
        assertThatThrownBy(() -> new SgdConfig(0, 0.9, 0, 1, false)).hasMessageContainingAll("learning_rate", "above 0",
                "0.0");
        assertThatThrownBy(() -> new SgdConfig(Double.NaN, 0.9, 0, 1, false)).hasMessageContaining("learning_rate");
        assertThatThrownBy(() -> new SgdConfig(1, 1, 0, 1, false))
                .hasMessage("momentum must be at least 0 and below 1, found 1.0");
        assertThatThrownBy(() -> new SgdConfig(1, 0, -1, 1, false)).hasMessageContaining("weight_decay");
        assertThatThrownBy(() -> new SgdConfig(1, 0, 0, -1, false)).hasMessageContaining("bias_learning_rate_factor");
    }
}
