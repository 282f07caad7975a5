package net.alexnet.torch.kernel;

import static net.alexnet.torch.kernel.Lanes.LANES;
import static net.alexnet.torch.kernel.WinogradTransform.POINTS;
import static net.alexnet.torch.kernel.WinogradTransform.PRODUCTS;

/// The maps of [WinogradTransform] along both axes of a square, for one vector of channels.
final class Tile {
    /// Scratch of a call: values between the two axes.
    static final int LENGTH = PRODUCTS * LANES;

    private Tile() {}

    /// 7 × 7 inputs to 7 × 7 points.
    ///
    /// @param row from one row of inputs to the next
    /// @param column from one input to the next
    /// @param stride from one point to the next
    static void data(float[] in, int from, int row, int column, float[] between, float[] out, int to, int stride) {
        for (int y = 0; y < POINTS; y++) {
            WinogradTransform.data(in, from + y * row, column, between, y * POINTS * LANES, LANES);
        }
        for (int x = 0; x < POINTS; x++) {
            WinogradTransform.data(between, x * LANES, POINTS * LANES, out, to + x * stride, POINTS * stride);
        }
    }

    /// `count` × `count` coefficients to 7 × 7 points.
    static void evaluate(
            int count, float[] in, int from, int row, int column, float[] between, float[] out, int to, int stride) {
        for (int y = 0; y < count; y++) {
            WinogradTransform.evaluate(count, in, from + y * row, column, between, y * POINTS * LANES, LANES);
        }
        for (int x = 0; x < POINTS; x++) {
            WinogradTransform.evaluate(count, between, x * LANES, POINTS * LANES, out, to + x * stride,
                    POINTS * stride);
        }
    }

    /// 7 × 7 points to `count` × `count` sums, which lie one after the other.
    static void collect(int count, float[] in, int from, int stride, float[] between, float[] out, int to) {
        for (int x = 0; x < POINTS; x++) {
            WinogradTransform.collect(count, in, from + x * stride, POINTS * stride, between, x * LANES,
                    POINTS * LANES);
        }
        for (int y = 0; y < count; y++) {
            WinogradTransform.collect(count, between, y * POINTS * LANES, LANES, out, to + y * count * LANES, LANES);
        }
    }
}
