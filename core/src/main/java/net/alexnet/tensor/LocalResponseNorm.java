package net.alexnet.tensor;

/// Local response normalisation, §3.3 of the paper: each value is divided by a power of its neighbourhood's energy,
///
/// ```
/// b[i] = a[i] / (k + alpha/size · Σ a[j]²)^beta        j over the neighbourhood of i, clipped at the borders
/// ```
///
/// The division of alpha by the neighbourhood's size is not in the paper's formula; the source does it
/// (`layer.py`: `scale /= size`, or `size²` within a map), so the paper's alpha of 1e-4 acts as 2e-5 over five channels.
///
/// @param region what the neighbourhood is
/// @param size its extent, odd: channels for [Region#ACROSS_CHANNELS], the side of a square of pixels for
///     [Region#WITHIN_CHANNEL]
/// @param k the constant in the denominator, above 0
/// @param alpha the weight of the mean energy, at least 0
/// @param beta the power
/// @param groups towers: an across-channel neighbourhood never crosses the border between two
public record LocalResponseNorm(Region region, int size, double k, double alpha, double beta, int groups) {
    /// Where a value's neighbours are.
    public enum Region {
        /// The same pixel in the nearest channels of the same tower (`cmrnorm` in the source).
        ACROSS_CHANNELS,
        /// The nearest pixels in the same channel (`rnorm` in the source).
        WITHIN_CHANNEL
    }

    public LocalResponseNorm {
        if (size < 1 || size % 2 == 0 || !(k > 0) || !(alpha >= 0) || groups < 1) {
            throw new IllegalArgumentException("response normalisation needs an odd size, k > 0, alpha >= 0 and"
                    + " groups >= 1; found size " + size + ", k " + k + ", alpha " + alpha + ", groups " + groups);
        }
    }

    /// Whether this is the paper's form: across channels, over five of them, to the power of 0.75. Engines have a faster kernel
    /// for it.
    public boolean isPaperForm() {
        return region == Region.ACROSS_CHANNELS && size == 5 && beta == 0.75;
    }

    /// The factor before the sum of squares: alpha over the number of values in a full neighbourhood.
    public double scale() {
        return switch (region) {
            case ACROSS_CHANNELS -> alpha / size;
            case WITHIN_CHANNEL -> alpha / ((double) size * size);
        };
    }
}
