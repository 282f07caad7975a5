package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ComputeEnvironmentTest {
    @Test
    void namesTheDifferences() {
        ComputeEnvironment one = new ComputeEnvironment("libtorch 2.7.1", "cpu", 1, "AVX2");
        assertThat(one.changes(new ComputeEnvironment("libtorch 2.7.1", "cpu", 1, "AVX2"))).isEmpty();
        assertThat(one.changes(new ComputeEnvironment("libtorch 2.7.1", "cpu", 2, "AVX2")))
                .containsExactly("threads: 1 then, 2 now");
        assertThat(one.changes(new ComputeEnvironment("reference", "cuda:0", 1, "Java"))).containsExactly(
                "engine: libtorch 2.7.1 then, reference now", "device: cpu then, cuda:0 now",
                "instructions: AVX2 then, Java now");
    }

    @Test
    void zeroThreadsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ComputeEnvironment("a", "cpu", 0, "b"))
                .withMessageContaining("found 0");
    }
}
