package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/// The ruler of the contract measures, and does not let everything pass.
class ClosenessTest {
    @Test
    void isTheLargestDifferenceOverTheLargestMagnitude() {
        assertThat(Closeness.relativeError(new double[] {1, -4}, new float[] {1.5f, -4})).isEqualTo(.125);
    }

    @Test
    void zerosMustBeExact() {
        assertThat(Closeness.relativeError(new double[2], new float[2])).isZero();
        assertThat(Closeness.relativeError(new double[2], new float[] {0, 1e-30f})).isInfinite();
    }

    @Test
    void refusesFarNanAndOtherLengths() {
        double[] expected = {1, 2};
        Closeness.assertClose("y", expected, new float[] {1, 2.0001f});
        assertThatThrownBy(() -> Closeness.assertClose("y", expected, new float[] {1, 2.0003f}))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> Closeness.assertClose("y", expected, new float[] {1, Float.NaN}))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> Closeness.assertClose("y", expected, new float[] {1}))
                .isInstanceOf(AssertionError.class);
    }
}
