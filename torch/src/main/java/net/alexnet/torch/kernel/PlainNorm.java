package net.alexnet.torch.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;

/// The forward passes of [FastResponseNorm] and [FastMaxPool] in plain loops, with the same roundings.
final class PlainNorm {
    /// See [FastResponseNorm], which has these numbers from here: this class works without vectors.
    static final int QUARTER = 0x4F580000;
    static final float C1 = 0.25000003f;
    static final float C2 = 0.15624069f;
    static final float C3 = 0.11716598f;
    static final float C4 = 0.096846014f;
    static final float C5 = 0.083262764f;

    private static final int PIXELS = 64;

    private PlainNorm() {}

    /// @param x `(N, H, W, C)` in memory
    /// @param y of the same size, overwritten
    static void normalize(MemorySegment x, Shape shape, LocalResponseNorm norm, MemorySegment y, Workers workers) {
        int channels = shape.dim(1);
        int pixels = Math.toIntExact(shape.elements() / channels);
        int tower = channels / norm.groups();
        float scale = (float) norm.scale();
        float k = (float) norm.k();
        workers.forEach(Math.ceilDiv(pixels, PIXELS), (_, piece) -> {
            float[] values = new float[channels];
            float[] squares = new float[tower + 4];
            for (int pixel = piece * PIXELS; pixel < Math.min(pixels, (piece + 1) * PIXELS); pixel++) {
                long at = (long) pixel * channels * Float.BYTES;
                MemorySegment.copy(x, JAVA_FLOAT_UNALIGNED, at, values, 0, channels);
                for (int group = 0; group < norm.groups(); group++) {
                    normalize(values, group * tower, tower, squares, scale, k);
                }
                MemorySegment.copy(values, 0, y, JAVA_FLOAT_UNALIGNED, at, channels);
            }
        });
    }

    private static void normalize(float[] values, int from, int tower, float[] squares, float scale, float k) {
        for (int c = 0; c < tower; c++) {
            squares[c + 2] = values[from + c] * values[from + c];
        }
        for (int c = 0; c < tower; c++) {
            float sum = squares[c] + squares[c + 1] + (squares[c + 2] + squares[c + 3]) + squares[c + 4];
            float d = sum * scale + k;
            float value = d == Float.POSITIVE_INFINITY ? Float.MAX_VALUE : d;
            float guess = Float.intBitsToFloat(QUARTER - (Float.floatToRawIntBits(value) >>> 2));
            float square = guess * guess;
            float r = 1 - square * square * value;
            float q = Math.fma(Math.fma(Math.fma(Math.fma(Math.fma(C5, r, C4), r, C3), r, C2), r, C1), r, 1) * guess;
            values[from + c] *= q * q * q;
        }
    }

    /// @param x `(N, H, W, C)` in memory
    /// @param y `(N, H', W', C)` in memory, overwritten
    static void maxPool(MemorySegment x, Shape shape, Window window, MemorySegment y, Workers workers) {
        int channels = shape.dim(1);
        int height = shape.dim(2);
        int width = shape.dim(3);
        int rows = window.outputs(height);
        int columns = window.outputs(width);
        workers.forEach(shape.dim(0) * rows, (_, piece) -> {
            int top = piece % rows * window.stride() - window.padding();
            long image = (long) (piece / rows) * height;
            float[] maxima = new float[channels];
            float[] values = new float[channels];
            for (int column = 0; column < columns; column++) {
                int left = column * window.stride() - window.padding();
                Arrays.fill(maxima, Float.NEGATIVE_INFINITY);
                for (int i = Math.max(0, top); i < Math.min(height, top + window.kernel()); i++) {
                    for (int j = Math.max(0, left); j < Math.min(width, left + window.kernel()); j++) {
                        long at = ((image + i) * width + j) * channels * Float.BYTES;
                        MemorySegment.copy(x, JAVA_FLOAT_UNALIGNED, at, values, 0, channels);
                        maximize(values, maxima);
                    }
                }
                MemorySegment.copy(maxima, 0, y, JAVA_FLOAT_UNALIGNED,
                        ((long) piece * columns + column) * channels * Float.BYTES, channels);
            }
        });
    }

    private static void maximize(float[] values, float[] maxima) {
        for (int c = 0; c < maxima.length; c++) {
            maxima[c] = Math.max(maxima[c], values[c]);
        }
    }
}
