package net.alexnet.spark;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JavaVersionTest {
    @ParameterizedTest
    @ValueSource(strings = {"25", "25.0.2", "25.0.2+10-LTS"})
    void refusesWhatCorruptsData(String version) {
        assertThatIllegalStateException().isThrownBy(() -> JavaVersion.require(Runtime.Version.parse(version)))
                .withMessageContainingAll(version, "25.0.3", "SPARK-55852");
    }

    @ParameterizedTest
    @ValueSource(strings = {"25.0.3", "25.0.3+9-LTS", "25.0.4", "26"})
    void takesTheOthers(String version) {
        assertThatCode(() -> JavaVersion.require(Runtime.Version.parse(version))).doesNotThrowAnyException();
    }
}
