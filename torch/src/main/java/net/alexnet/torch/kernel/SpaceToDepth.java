package net.alexnet.torch.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;

/// A convolution of stride s over few channels as one of stride 1 over blocks of s × s pixels with s² times the channels: conv1
/// of the paper, 11 × 11 at stride 4 over 3 channels, becomes 3 × 3 over 48, with zeros in the twelfth row and column. Units
/// that multiply matrices are idle for most of the time with 3 channels.
///
/// @param x the shape of the pictures, `(N, C, H, W)`
/// @param window of the convolution
public record SpaceToDepth(Shape x, Window window) {
    private static final int MOST_CHANNELS = 4;

    /// Whether a convolution gains by it.
    public static boolean pays(Shape x, Window window, int groups) {
        return groups == 1 && x.dim(1) <= MOST_CHANNELS && window.stride() > 1 && window.kernel() > window.stride();
    }

    /// Blocks that a filter has along an axis.
    public int taps() {
        return Math.ceilDiv(window.kernel(), window.stride());
    }

    /// The channels of a block: those of its first pixel, of the pixel right of it, and so on, row by row.
    public int channels() {
        return window.stride() * window.stride() * x.dim(1);
    }

    /// The shape of the blocks, `(N, s²·C, H', W')`.
    public Shape blocks() {
        return Shape.of(x.dim(0), channels(), blocks(x.dim(2)), blocks(x.dim(3)));
    }

    private int blocks(int size) {
        return window.outputs(size) + taps() - 1;
    }

    /// Writes the blocks, rounded to bfloat16, with zeros outside the pictures.
    ///
    /// @param pictures float32 in `(N, H, W, C)` order
    /// @param to in `(N, H', W', s²·C)` order
    void write(MemorySegment pictures, MemorySegment to, Workers workers, Scratch[] scratch) {
        Shape blocks = blocks();
        workers.forEach(blocks.dim(0) * blocks.dim(2),
                (worker, row) -> writeRow(pictures, row / blocks.dim(2), row % blocks.dim(2), to, scratch[worker]));
    }

    private void writeRow(MemorySegment pictures, int picture, int row, MemorySegment to, Scratch mine) {
        int stride = window.stride();
        int across = stride * x.dim(1); // values of a block's row
        int columns = blocks(x.dim(3));
        int length = columns * across;
        float[] line = mine.get(Scratch.Use.PIXELS, length);
        short[] packed = mine.shorts((stride + 1) * length);
        for (int i = 0; i < stride; i++) {
            read(pictures, picture, row * stride + i - window.padding(), line, length);
            BFloat16.pack(line, 0, packed, stride * length, length);
            for (int column = 0; column < columns; column++) {
                System.arraycopy(packed, stride * length + column * across, packed, (column * stride + i) * across,
                        across);
            }
        }
        long at = ((long) picture * blocks(x.dim(2)) + row) * stride * length;
        MemorySegment.copy(packed, 0, to, ValueLayout.JAVA_SHORT, at * Short.BYTES, stride * length);
    }

    /// Reads a row of a picture, with the padding before it and zeros behind it.
    private void read(MemorySegment pictures, int picture, int row, float[] line, int length) {
        Arrays.fill(line, 0, length, 0);
        if (row < 0 || row >= x.dim(2)) {
            return;
        }
        int before = window.padding() * x.dim(1);
        int values = x.dim(3) * x.dim(1);
        long from = ((long) picture * x.dim(2) + row) * values;
        MemorySegment.copy(pictures, ValueLayout.JAVA_FLOAT_UNALIGNED, from * Float.BYTES, line, before,
                Math.min(values, length - before));
    }
}
