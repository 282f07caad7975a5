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
    /// Windows that are rows at a time: so many floats at most with those between blocks, but at least one row of a map.
    private static final int FLOATS = 1 << 20;

    /// @param x `(N, H, W, C)`
    /// @param y `(N, outHeight, outWidth, K)`, overwritten
    void run(MemorySegment x, float[] bias, boolean relu, MemorySegment y) {
        int depth = geometry.filterLength();
        int all = Math.multiplyExact(geometry.batch(), geometry.outHeight()); // the rows of all pictures, one after the other
        long padded = (long) Math.ceilDiv(depth, RowProduct.BLOCK) * RowProduct.BLOCK * geometry.outWidth();
        int band = Math.clamp(FLOATS / padded, 1, all);
        float[] windows = new float[Math.multiplyExact(band * geometry.outWidth(), depth)];
        int filters = geometry.filters() / geometry.groups();
        for (int first = 0; first < all; first += band) {
            int lines = Math.min(band, all - first);
            for (int group = 0; group < geometry.groups(); group++) {
                gather(x, first, lines, group, windows);
                products.apply(group).run(windows, lines * geometry.outWidth(), new RowProduct.Target(
                        Arrays.copyOfRange(bias, group * filters, (group + 1) * filters), relu, y,
                        (long) first * geometry.outWidth(), geometry.filters(), group * filters));
            }
        }
    }

    /// The windows of some rows of outputs, in the order of a filter: kernel row, kernel column, channel.
    private void gather(MemorySegment x, int first, int lines, int group, float[] windows) {
        workers.forEach(lines, (_, line) -> {
            int image = (first + line) / geometry.outHeight();
            int top = (first + line) % geometry.outHeight() * geometry.stride() - geometry.padding();
            for (int column = 0; column < geometry.outWidth(); column++) {
                int left = column * geometry.stride() - geometry.padding();
                int to = (line * geometry.outWidth() + column) * geometry.filterLength();
                for (int row = top; row < top + geometry.kernel(); row++) {
                    to = windowRow(x, image, row, left, group, windows, to);
                }
            }
        });
    }

    /// One row of a window, with zeros outside the map.
    ///
    /// @return the index behind it
    private int windowRow(MemorySegment x, int image, int row, int left, int group, float[] to, int at) {
        int count = geometry.channels() / geometry.groups();
        int end = at + geometry.kernel() * count;
        int from = Math.clamp(-left, 0, geometry.kernel());
        int until = Math.clamp(geometry.width() - left, from, geometry.kernel());
        if (row < 0 || row >= geometry.height() || from == until) {
            Arrays.fill(to, at, end, 0);
            return end;
        }
        Arrays.fill(to, at, at + from * count, 0);
        long pixel = ((long) image * geometry.height() + row) * geometry.width() + left;
        if (geometry.groups() == 1) { // pixels lie one after the other
            copy(x, (pixel + from) * count, to, at + from * count, (until - from) * count);
        } else {
            for (int i = from; i < until; i++) {
                copy(x, (pixel + i) * geometry.channels() + (long) group * count, to, at + i * count, count);
            }
        }
        Arrays.fill(to, at + until * count, end, 0);
        return end;
    }

    private static void copy(MemorySegment x, long from, float[] to, int at, int count) {
        MemorySegment.copy(x, JAVA_FLOAT_UNALIGNED, from * Float.BYTES, to, at, count);
    }
}
