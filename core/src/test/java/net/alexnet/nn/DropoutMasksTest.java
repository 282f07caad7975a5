package net.alexnet.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.alexnet.tensor.CounterRng;
import net.alexnet.tensor.CounterRng.Purpose;
import net.alexnet.tensor.Shape;
import org.junit.jupiter.api.Test;

class DropoutMasksTest {
    private static final Shape SHAPE = Shape.of(128, 400);
    private static final DropoutMasks MASKS = new DropoutMasks(2012, 3);

    /// Computed by the same law in Python, `tools/golden.py`.
    @Test
    void theValuesNeverChange() {
        float[] mask = new DropoutMasks(42, 7).draw(18, Shape.of(2, 16), 0.5, 1);
        assertThat(IntStream.range(0, 32).mapToObj(i -> mask[i] == 0 ? "0" : "1").collect(Collectors.joining()))
                .isEqualTo("11100101010111111010111001011101");
    }

    @Test
    void dropsAtItsRateAndKeepsAtItsFactor() {
        for (double rate : new double[] {0.1, 0.5, 0.9}) {
            float[] mask = MASKS.draw(18, SHAPE, rate, 2.5f);
            assertThat(mask).hasSize(128 * 400).containsOnly(0, 2.5f);
            assertThat(dropped(mask)).isCloseTo(rate, within(0.01)); // its deviation is at most .0022
        }
        assertThat(MASKS.draw(18, SHAPE, 0, 1)).containsOnly(1);
    }

    /// A unit is dropped where its uniform number is below the rate.
    @Test
    void dropsByUniformNumbers() {
        long start = CounterRng.bits(2012, Purpose.DROPOUT, 3, 18);
        for (double rate : new double[] {0, 0.1, 0.25, 0.5, 1 / 3.0, 1}) {
            float[] mask = MASKS.draw(18, SHAPE, rate, 1);
            for (int i = 0; i < mask.length; i++) {
                assertThat(mask[i]).isEqualTo(CounterRng.uniform(start, i) < rate ? 0 : 1);
            }
        }
    }

    @Test
    void isTheSameForTheSameStepAndLayer() {
        assertThat(new DropoutMasks(2012, 3).draw(18, SHAPE, 0.5, 1)).isEqualTo(MASKS.draw(18, SHAPE, 0.5, 1));
    }

    @Test
    void isIndependentBetweenSeedsStepsAndLayers() {
        float[] mask = MASKS.draw(18, SHAPE, 0.5, 1);
        assertIndependent(mask, MASKS.draw(21, SHAPE, 0.5, 1));
        assertIndependent(mask, new DropoutMasks(2012, 4).draw(18, SHAPE, 0.5, 1));
        assertIndependent(mask, new DropoutMasks(2013, 3).draw(18, SHAPE, 0.5, 1));
        // Step and layer are not simply added up.
        assertIndependent(new DropoutMasks(2012, 18).draw(3, SHAPE, 0.5, 1), mask);
        assertIndependent(new DropoutMasks(2012, 4).draw(17, SHAPE, 0.5, 1), mask);
    }

    @Test
    void isIndependentBetweenThePicturesOfABatch() {
        float[] mask = MASKS.draw(18, SHAPE, 0.5, 1);
        int agreeing = 0;
        for (int i = 400; i < mask.length; i++) {
            agreeing += mask[i] == mask[i - 400] ? 1 : 0;
        }
        assertThat((double) agreeing / (mask.length - 400)).isCloseTo(0.5, within(0.01));
    }

    /// Two fair masks agree in half of their units; the deviation is .0022.
    private static void assertIndependent(float[] a, float[] b) {
        long agreeing = IntStream.range(0, a.length).filter(i -> a[i] == b[i]).count();
        assertThat((double) agreeing / a.length).isCloseTo(0.5, within(0.01));
    }

    private static double dropped(float[] mask) {
        return (double) IntStream.range(0, mask.length).filter(i -> mask[i] == 0).count() / mask.length;
    }
}
