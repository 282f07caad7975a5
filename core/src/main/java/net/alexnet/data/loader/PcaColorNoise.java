package net.alexnet.data.loader;

import java.util.random.RandomGenerator;
import net.alexnet.data.image.ColorPca;
import net.alexnet.data.image.ColorShift;
import net.alexnet.tensor.Check;
import net.alexnet.tensor.CounterRng;
import net.alexnet.tensor.CounterRng.Purpose;

/// The second augmentation of the paper's §4.1: "to each training image, we add multiples of the found principal
/// components", drawn again for each use of an image.
///
/// The source also divides the result by `1 + strength` in training (`convdata.py`). The paper does not mention it and
/// evaluation does not do it, so it is not done here.
///
/// @param colorPca of all training pixels
/// @param strength the standard deviation of the factors, at least 0; the paper's 0.1
public record PcaColorNoise(ColorPca colorPca, double strength) {
    public PcaColorNoise {
        Check.that(strength >= 0 && strength <= 10, "the strength of color noise", strength, "0 to 10");
    }

    /// What is added to an image in an epoch.
    public ColorShift shift(long seed, int epoch, int image) {
        RandomGenerator random = CounterRng.generator(seed, Purpose.COLOR, epoch, image);
        double[] factors = new double[colorPca.components().size()];
        for (int k = 0; k < factors.length; k++) {
            factors[k] = random.nextGaussian(0, strength);
        }
        return colorPca.shift(factors);
    }
}
