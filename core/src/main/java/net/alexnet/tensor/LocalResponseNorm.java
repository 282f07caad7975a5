package net.alexnet.tensor;

/// Local response normalization, §3.3 of the paper: each value is divided by a power of the sum of squares around it,
///
/// ```
/// b[i] = a[i] / (k + alpha/size · Σ a[j]²)^beta        j over the neighborhood of i, clipped at the borders
/// ```
///
/// The paper's formula does not divide alpha by the neighborhood's size, but the source does (`layer.py`: `scale /= size`, or
/// `size²` within a map), so the paper's alpha of 1e-4 has the effect of 2e-5 over five channels.
///
/// @param region which values are neighbors
/// @param size its extent, odd: channels for [Region#ACROSS_CHANNELS], the side of a square of pixels for
///     [Region#WITHIN_CHANNEL]
/// @param k the constant in the denominator, above 0
/// @param alpha the weight of the mean of squares, at least 0
/// @param beta the power
/// @param groups towers; a neighborhood across channels never extends into another tower
public record LocalResponseNorm(Region region, int size, double k, double alpha, double beta, int groups) {
    /// Where a value's neighbors are.
    public enum Region {
        /// The same pixel in the nearest channels of the same tower (`cmrnorm` in the source).
        ACROSS_CHANNELS,
        /// The nearest pixels in the same channel (`rnorm` in the source).
        WITHIN_CHANNEL
    }

    public LocalResponseNorm {
        if (size < 1 || size % 2 == 0 || !(k > 0) || !(alpha >= 0) || groups < 1) {
            throw new IllegalArgumentException("response normalization needs an odd size, k > 0, alpha >= 0 and"
                    + " groups >= 1; found size " + size + ", k " + k + ", alpha " + alpha + ", groups " + groups);
        }
    }

    /// Whether this is the paper's form, for which engines have a faster kernel: over five channels, to the power of 0.75.
    public boolean isPaperForm() {
        return region == Region.ACROSS_CHANNELS && size == 5 && beta == 0.75;
    }

    /// The factor before the sum of squares: alpha over the number of values in a whole neighborhood.
    public double scale() {
        return switch (region) {
            case ACROSS_CHANNELS -> alpha / size;
            case WITHIN_CHANNEL -> alpha / ((double) size * size);
        };
    }
}
