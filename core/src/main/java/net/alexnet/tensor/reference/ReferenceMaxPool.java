package net.alexnet.tensor.reference;

import static net.alexnet.tensor.reference.ReferenceBackend.rounded;

import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;

/// Overlapping max-pooling, §3.4 of the paper:
///
/// ```
/// y[n,c,i,j] = max r,s  x[n,c, i·stride − padding + r, j·stride − padding + s]      over the pixels of the map
/// ```
///
/// Only the maximum gets the gradient; a value that is the maximum of several windows gets the sum.
final class ReferenceMaxPool {
    /// Indices are stored as floats, which are exact up to here.
    private static final int MOST_PIXELS = 1 << 24;

    private final int maps;
    private final int height;
    private final int width;
    private final int outHeight;
    private final int outWidth;
    private final Window window;

    /// The geometry.
    ///
    /// @param x `(N, C, H, W)`
    ReferenceMaxPool(Shape x, Window window) {
        maps = x.dim(0) * x.dim(1);
        height = x.dim(2);
        width = x.dim(3);
        outHeight = window.outputs(height);
        outWidth = window.outputs(width);
        this.window = window;
        if ((long) height * width > MOST_PIXELS) {
            throw new IllegalArgumentException("maxPool: a map of at most " + MOST_PIXELS + " pixels, found x " + x);
        }
    }

    /// Finds the maxima: of equal values the first in row order, and NaN before any number.
    ///
    /// @return the pixel of its map where each maximum of y is, `(N, C, outHeight, outWidth)`
    float[] argmax(float[] x) {
        float[] argmax = new float[maps * outHeight * outWidth];
        for (int map = 0; map < maps; map++) {
            for (int i = 0; i < outHeight; i++) {
                for (int j = 0; j < outWidth; j++) {
                    int top = i * window.stride() - window.padding();
                    int left = j * window.stride() - window.padding();
                    int best = Math.max(0, top) * width + Math.max(0, left);
                    for (int r = Math.max(0, top); r < Math.min(height, top + window.kernel()); r++) {
                        for (int s = Math.max(0, left); s < Math.min(width, left + window.kernel()); s++) {
                            if (beats(x[xAt(map, r * width + s)], x[xAt(map, best)])) {
                                best = r * width + s;
                            }
                        }
                    }
                    argmax[(map * outHeight + i) * outWidth + j] = best;
                }
            }
        }
        return argmax;
    }

    /// `y = x[argmax]`.
    float[] forward(float[] x, float[] argmax) {
        float[] y = new float[argmax.length];
        for (int at = 0; at < argmax.length; at++) {
            y[at] = x[xAt(at / (outHeight * outWidth), (int) argmax[at])];
        }
        return y;
    }

    /// `dx[argmax] = Σ dy` over the windows whose maximum it is.
    ///
    /// @return dx, `(N, C, H, W)`
    float[] gradient(float[] dy, float[] argmax) {
        double[] dx = new double[maps * height * width];
        for (int at = 0; at < argmax.length; at++) {
            dx[xAt(at / (outHeight * outWidth), (int) argmax[at])] += dy[at];
        }
        return rounded(dx);
    }

    private static boolean beats(float value, float best) {
        return value > best || (Float.isNaN(value) && !Float.isNaN(best));
    }

    private int xAt(int map, int pixel) {
        return map * height * width + pixel;
    }
}
