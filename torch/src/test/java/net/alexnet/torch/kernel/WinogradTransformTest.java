package net.alexnet.torch.kernel;

import static net.alexnet.torch.kernel.Lanes.LANES;
import static net.alexnet.torch.kernel.WinogradTransform.POINTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WinogradTransformTest {
    /// `y = Vᵀ ((1/f ∘ V w) ∘ (Bᵀ x))` in both axes is a convolution, in every lane for itself.
    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void theThreeMapsTogetherAreAConvolution(int taps) {
        int side = POINTS + 1 - taps;
        SplittableRandom random = new SplittableRandom(taps);
        float[] x = normal(random, POINTS * POINTS);
        float[] w = normal(random, taps * taps);
        float[] between = new float[WinogradTransform.TILE];
        float[] inputs = new float[WinogradTransform.TILE];
        float[] weights = new float[WinogradTransform.TILE];
        float[] y = new float[WinogradTransform.TILE];
        WinogradTransform.data(x, 0, POINTS * LANES, LANES, between, inputs, 0, LANES);
        WinogradTransform.evaluate(taps, w, 0, taps * LANES, LANES, between, weights, 0, LANES);
        for (int i = 0; i < WinogradTransform.TILE; i++) {
            inputs[i] *= weights[i] * WinogradGeometry.scale(i / LANES);
        }
        WinogradTransform.collect(side, inputs, 0, LANES, between, y, 0);
        for (int lane = 0; lane < LANES; lane++) {
            for (int i = 0; i < side; i++) {
                for (int j = 0; j < side; j++) {
                    double sum = 0;
                    for (int u = 0; u < taps; u++) {
                        for (int v = 0; v < taps; v++) {
                            sum += (double) x[((i + u) * POINTS + j + v) * LANES + lane]
                                    * w[(u * taps + v) * LANES + lane];
                        }
                    }
                    assertThat((double) y[(i * side + j) * LANES + lane]).isCloseTo(sum, within(2e-4));
                }
            }
        }
    }

    private static float[] normal(SplittableRandom random, int places) {
        float[] values = new float[places * LANES];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
