package net.alexnet.torch.kernel;

import static net.alexnet.torch.kernel.WinogradTransform.POINTS;
import static net.alexnet.torch.kernel.WinogradTransform.PRODUCTS;

import java.util.Optional;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;

/// The numbers of one convolution, as [WinogradConvolution] sees it.
///
/// A convolution of stride s is one of stride 1 over blocks of s × s pixels with s² times the channels: a kernel of 11 at
/// stride 4 becomes one of 3, with zeros in its twelfth row and column. Such a block is called a place; with stride 1 it
/// is a pixel.
///
/// @param batch images
/// @param height of the input
/// @param width of the input
/// @param channels of the input
/// @param groups towers
/// @param filters output channels
/// @param outHeight of the output
/// @param outWidth of the output
/// @param kernel the window's side in pixels
/// @param stride from window to window in pixels
/// @param padding zeros before the first pixel
record WinogradGeometry(
        int batch,
        int height,
        int width,
        int channels,
        int groups,
        int filters,
        int outHeight,
        int outWidth,
        int kernel,
        int stride,
        int padding) {
    /// With fewer channels in or out of a group, the transforms cost more than they save.
    private static final int FEWEST_CHANNELS = 16;

    /// The factor of multiplications that a convolution must save at least.
    private static final double LEAST_GAIN = 1.5;

    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

    /// What [#pays] counts in: the longest vectors. The choice must not depend on the machine, because a convolution by its
    /// definition has other last digits.
    private static final int UNIT = 16;

    /// 1/f of each point, see [WinogradTransform]; the last is infinity's.
    private static final double[] INVERSE = {-1 / 2., -1 / 3., 1 / 9., 1 / 36., -1 / 60., 32 / 45., 1};

    static WinogradGeometry of(Shape x, Shape weight, Window window, int groups) {
        return new WinogradGeometry(x.dim(0), x.dim(2), x.dim(3), x.dim(1), groups, weight.dim(0),
                window.outputs(x.dim(2)), window.outputs(x.dim(3)), window.kernel(), window.stride(),
                window.padding());
    }

    /// The convolution of dy that gives the gradient by the input, for a stride of 1.
    Optional<WinogradGeometry> adjoint() {
        return Optional.of(new WinogradGeometry(batch, outHeight, outWidth, filters, groups, channels, height, width,
                kernel, stride, kernel - 1 - padding)).filter(turned -> stride == 1 && turned.pays());
    }

    /// Whether [WinogradConvolution] is faster than the definition's sum, and arrays can hold what it needs.
    boolean pays() {
        if (taps() != 3 && taps() != 5) {
            return false; // there is no transform
        }
        boolean fits = isCountable() && (stride == 1 || groups == 1)
                && groupChannels() >= FEWEST_CHANNELS && filters / groups >= FEWEST_CHANNELS
                && (stride == 1 || groupChannels() % UNIT == 0);
        double direct = (double) outHeight * outWidth * kernel * kernel * channels / groups * filters;
        double tiled = (double) tiles() * POINTS * POINTS * rounded(groupChannels(), UNIT) * roundedFilters() * groups;
        return fits && direct > LEAST_GAIN * tiled;
    }

    private static int rounded(int count, int unit) {
        return Math.ceilDiv(count, unit) * unit;
    }

    /// A group's filters in whole panels of three or four vectors.
    private int roundedFilters() {
        return Math.min(rounded(groupFilters(), 3 * UNIT), rounded(groupFilters(), 4 * UNIT));
    }

    /// Whether arrays can hold, at all points, the weights (43 million pairs of channels in and out) and the largest block of
    /// tiles of [WinogradConvolution]. The blocks of [WinogradWeightGradient] are not larger than the weights.
    private boolean isCountable() {
        long inputs = (long) groups * rounded(groupChannels(), UNIT);
        long outputs = (long) groups * roundedFilters();
        long weights = inputs * roundedFilters();
        long tiles = (long) Math.max(WinogradConvolution.SHARED, tileColumns()) + Gemm.ROWS;
        long block = tiles * Math.max(inputs, outputs);
        return PRODUCTS * (Math.max(weights, block) + WinogradConvolution.APART) <= LONGEST_ARRAY;
    }

    /// The factor of a transformed weight besides the powers: 1/f for the points of both axes.
    static float scale(int product) {
        return (float) (INVERSE[product / POINTS] * INVERSE[product % POINTS]);
    }

    /// The kernel's side in places.
    int taps() {
        return Math.ceilDiv(kernel, stride);
    }

    /// The side of a tile's output.
    int side() {
        return POINTS + 1 - taps();
    }

    int tileRows() {
        return Math.ceilDiv(outHeight, side());
    }

    int tileColumns() {
        return Math.ceilDiv(outWidth, side());
    }

    /// Tiles of an image.
    int tiles() {
        return tileRows() * tileColumns();
    }

    /// Channels of a place in one group.
    int groupChannels() {
        return channels / groups * stride * stride;
    }

    int paddedGroupChannels() {
        return Lanes.padded(groupChannels());
    }

    /// Channels of a place in all groups, each rounded up to whole vectors.
    int paddedChannels() {
        return groups * paddedGroupChannels();
    }

    int groupFilters() {
        return filters / groups;
    }

    int paddedGroupFilters() {
        return Lanes.panelled(groupFilters());
    }

    /// Output channels of all groups, each rounded up to whole panels.
    int paddedFilters() {
        return groups * paddedGroupFilters();
    }

    /// Values of the weight, or of the sums of its gradient, at all points: `[product][group][channel][filter]`.
    int weightsLength() {
        return PRODUCTS * paddedChannels() * paddedGroupFilters();
    }

    /// Vectors in a panel of output channels.
    int panel() {
        return Lanes.panel(groupFilters());
    }

    /// Panels of one group.
    int panels() {
        return paddedGroupFilters() / (panel() * Lanes.LANES);
    }

    /// The rows of the input that a row of tiles reads.
    Strip input() {
        return new Strip(height, width, channels, groups, stride, padding, tileColumns() * side() + taps() - 1);
    }

    /// Values of one filter in the weight.
    int filterLength() {
        return kernel * kernel * (channels / groups);
    }

    /// A tap of the kernel in places, and where the filter has the value that belongs to one channel of such a place.
    interface Tap {
        void accept(int tap, int index);
    }

    /// The taps of one channel of a place.
    void forEachTap(int channel, Tap action) {
        int depth = channels / groups;
        for (int y = channel / (stride * depth); y < kernel; y += stride) {
            for (int x = channel / depth % stride; x < kernel; x += stride) {
                action.accept(y / stride * taps() + x / stride, (y * kernel + x) * depth + channel % depth);
            }
        }
    }
}
