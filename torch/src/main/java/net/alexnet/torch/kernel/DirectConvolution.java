package net.alexnet.torch.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.IntFunction;

/// A convolution by the definition's sum (§3.5), for those that [WinogradConvolution] does not take: each window becomes a row,
/// which [RowProduct] multiplies with the filters.
///
/// @param products of each group
record DirectConvolution(WinogradGeometry geometry, IntFunction<RowProduct> products, Workers workers) {
    /// Windows that are rows at a time: so many floats at most, but at least one row of the map.
    private static final int FLOATS = 1 << 22;

    /// @param x `(N, H, W, C)`
    /// @param y `(N, outHeight, outWidth, K)`, overwritten
    void run(MemorySegment x, float[] bias, boolean relu, MemorySegment y) {
        int depth = depth();
        int band = Math.clamp(FLOATS / Math.max(1, depth * geometry.outWidth()), 1, geometry.outHeight());
        float[] windows = new float[Math.multiplyExact(band * geometry.outWidth(), depth)];
        for (int image = 0; image < geometry.batch(); image++) {
            for (int top = 0; top < geometry.outHeight(); top += band) {
                int lines = Math.min(band, geometry.outHeight() - top);
                for (int group = 0; group < geometry.groups(); group++) {
                    gather(x, image, top, lines, group, windows);
                    int filters = geometry.filters() / geometry.groups();
                    products.apply(group).run(windows, lines * geometry.outWidth(), new RowProduct.Target(
                            Arrays.copyOfRange(bias, group * filters, (group + 1) * filters), relu, y,
                            ((long) image * geometry.outHeight() + top) * geometry.outWidth(), geometry.filters(),
                            group * filters));
                }
            }
        }
    }

    private int depth() {
        return geometry.kernel() * geometry.kernel() * (geometry.channels() / geometry.groups());
    }

    /// The windows of some rows of outputs, in the order of a filter: kernel row, kernel column, channel.
    private void gather(MemorySegment x, int image, int top, int lines, int group, float[] windows) {
        int count = geometry.channels() / geometry.groups();
        int kernel = geometry.kernel();
        workers.forEach(lines, (_, line) -> {
            for (int column = 0; column < geometry.outWidth(); column++) {
                int to = (line * geometry.outWidth() + column) * depth();
                int left = column * geometry.stride() - geometry.padding();
                for (int i = 0; i < kernel; i++) {
                    int row = (top + line) * geometry.stride() - geometry.padding() + i;
                    for (int j = 0; j < kernel; j++) {
                        pixel(x, image, row, left + j, group * count, count, windows, to + (i * kernel + j) * count);
                    }
                }
            }
        });
    }

    private void pixel(MemorySegment x, int image, int row, int column, int channel, int count, float[] to, int at) {
        if (row < 0 || row >= geometry.height() || column < 0 || column >= geometry.width()) {
            Arrays.fill(to, at, at + count, 0);
        } else {
            long from = (((long) image * geometry.height() + row) * geometry.width() + column) * geometry.channels()
                    + channel;
            MemorySegment.copy(x, JAVA_FLOAT_UNALIGNED, from * Float.BYTES, to, at, count);
        }
    }
}
