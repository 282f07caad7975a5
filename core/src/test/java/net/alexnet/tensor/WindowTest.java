package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class WindowTest {
    private static final Window CONV1 = new Window(11, 4, 0, Rounding.CEIL);

    @Test
    void thePapersFirstLayerGives55AndExtendsByThree() {
        assertThat(CONV1.outputs(224)).isEqualTo(55);
        assertThat(CONV1.overhang(224)).isEqualTo(3);
    }

    @Test
    void firstLayersOfOtherFrameworks() {
        assertThat(Window.of(11, 4, 0).outputs(224)).as("rounded down").isEqualTo(54);
        assertThat(Window.of(11, 4, 0).outputs(227)).as("Caffe").isEqualTo(55);
        assertThat(Window.of(11, 4, 2).outputs(224)).as("torchvision").isEqualTo(55);
        assertThat(Window.of(11, 4, 0).overhang(227)).isZero();
    }

    @Test
    void thePapersMapsHaveTheSameSizesInBothRoundings() {
        for (Rounding rounding : Rounding.values()) {
            Window pool = new Window(3, 2, 0, rounding);
            assertThat(pool.outputs(55)).isEqualTo(27);
            assertThat(pool.outputs(27)).isEqualTo(13);
            assertThat(pool.outputs(13)).isEqualTo(6);
        }
        assertThat(Window.of(5, 1, 2).outputs(27)).isEqualTo(27);
        assertThat(Window.of(3, 1, 1).outputs(13)).isEqualTo(13);
    }

    @Test
    void aWindowLargerThanItsMapDoesNotFit() {
        assertThat(Window.of(11, 4, 0).outputs(5)).isLessThan(1);
        assertThat(Window.of(5, 1, 0).outputs(4)).isZero();
    }

    @Test
    void showsTheCalculation() {
        assertThat(Window.of(11, 4, 0).sum(5)).isEqualTo("1 + floor((5 + 2·0 − 11) / 4) = -1");
        assertThat(CONV1.sum(224)).isEqualTo("1 + ceil((224 + 2·0 − 11) / 4) = 55");
        assertThat(Window.of(5, 1, 2).sum(27)).isEqualTo("1 + floor((27 + 2·2 − 5) / 1) = 27");
    }

    @Test
    void refusesWrongWindows() {
        assertThatIllegalArgumentException().isThrownBy(() -> Window.of(0, 1, 0)).withMessageContaining("kernel 0");
        assertThatIllegalArgumentException().isThrownBy(() -> Window.of(3, 0, 0)).withMessageContaining("stride 0");
        assertThatIllegalArgumentException().isThrownBy(() -> Window.of(3, 1, -1)).withMessageContaining("padding -1");
        assertThatIllegalArgumentException().isThrownBy(() -> Window.of(3, 1, 3)).withMessageContaining("padding 3");
    }

    /// Floor: the last window ends on the padded map and one more would not. Ceil: nothing is left over.
    @Property(tries = 500)
    void theLastWindowIsTheLast(@ForAll @IntRange(min = 1, max = 300) int size,
            @ForAll @IntRange(min = 1, max = 12) int kernel, @ForAll @IntRange(min = 1, max = 7) int stride,
            @ForAll @IntRange(max = 11) int padding) {
        Assume.that(padding < kernel && size + 2 * padding >= kernel);
        int padded = size + 2 * padding;

        Window floor = Window.of(kernel, stride, padding);
        int floorEnd = (floor.outputs(size) - 1) * stride + kernel;
        assertThat(floorEnd).isLessThanOrEqualTo(padded).isGreaterThan(padded - stride);

        Window ceil = new Window(kernel, stride, padding, Rounding.CEIL);
        int ceilEnd = (ceil.outputs(size) - 1) * stride + kernel;
        assertThat(ceilEnd).isGreaterThanOrEqualTo(padded).isLessThan(padded + stride);
        assertThat(ceil.overhang(size)).isEqualTo(ceilEnd - padding - size);
    }
}
