package net.alexnet.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import net.alexnet.inference.FilterTiles;
import org.junit.jupiter.api.Test;

class TowerColorsTest {
    private static final int KERNELS = 24;
    private static final int AREA = 9;

    /// Kernels of 3 × 3 pixels whose channels are a common part and a part of their own.
    ///
    /// @param color how much the first and the second half of the kernels have of their own
    private static FilterTiles kernels(long seed, double... color) {
        Random random = new Random(seed);
        float[] weights = new float[KERNELS * 3 * AREA];
        for (int kernel = 0; kernel < KERNELS; kernel++) {
            for (int pixel = 0; pixel < AREA; pixel++) {
                double common = random.nextGaussian();
                for (int channel = 0; channel < 3; channel++) {
                    weights[(kernel * 3 + channel) * AREA + pixel] = (float) (common
                            + color[2 * kernel / KERNELS] * random.nextGaussian());
                }
            }
        }
        return new FilterTiles(KERNELS, 3, 3, weights);
    }

    private static double share(float red, float green, float blue) {
        return TowerColors.of(new FilterTiles(1, 3, 1, new float[] {red, green, blue}), 1).shares().getFirst()
                .getFirst();
    }

    @Test
    void aGrayKernelHasNoColorAndAColoredOneHas() {
        assertThat(share(.3f, .3f, .3f)).isCloseTo(0, within(1e-9));
        assertThat(share(.5f, 0, 0)).isCloseTo(2 / 3.0, within(1e-9));
        assertThat(share(1, -1, 0)).isCloseTo(1, within(1e-9));
        assertThat(share(0, 0, 0)).isZero();
    }

    @Test
    void separatedTowersDifferAndThePermutationTestSaysSo() {
        TowerColors colors = TowerColors.of(kernels(1, 0.1, 1), 2);

        assertThat(colors.shares()).hasSize(2).allSatisfy(tower -> assertThat(tower).hasSize(KERNELS / 2));
        assertThat(colors.difference().orElseThrow()).isGreaterThan(0.2)
                .isCloseTo(colors.mean(1) - colors.mean(0), within(1e-12));
        assertThat(colors.p().orElseThrow()).isLessThan(.01).isPositive();
        assertThat(TowerColors.of(kernels(1, 1, 0.1), 2).p().orElseThrow()).as("in the other direction")
                .isLessThan(.01);
    }

    @Test
    void ofLikeTowersThePIsUniform() {
        double[] p = IntStream.range(0, 40).mapToDouble(i -> TowerColors.of(kernels(i, .5, .5), 2).p().orElseThrow())
                .sorted().toArray();
        double[] quartiles = {p[10], p[20], p[30]};
        assertThat(quartiles[0]).isBetween(.1, .45);
        assertThat(quartiles[1]).isBetween(.3, .7);
        assertThat(quartiles[2]).isBetween(.55, .9);
    }

    @Test
    void theSameKernelsInBothTowersDoNotDifferAtAll() {
        FilterTiles half = kernels(3, .5, .5);
        float[] weights = half.weights().clone();
        System.arraycopy(weights, 0, weights, weights.length / 2, weights.length / 2);
        TowerColors colors = TowerColors.of(new FilterTiles(KERNELS, 3, 3, weights), 2);
        assertThat(colors.difference().orElseThrow()).isCloseTo(0, within(1e-12));
        assertThat(colors.p()).hasValue(1);
    }

    @Test
    void oneTowerIsComparedWithNothing() {
        TowerColors colors = TowerColors.of(kernels(1, .5, .5), 1);
        assertThat(colors.shares()).hasSize(1);
        assertThat(colors.difference()).isEmpty();
        assertThat(colors.p()).isEmpty();
    }
}
