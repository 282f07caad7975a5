package net.alexnet.tensor.reference;

import static net.alexnet.tensor.reference.ReferenceBackend.rounded;

import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;

/// Convolution (cross-correlation, as is usual in this field) and fully connected layers, §3.5 of the paper:
///
/// ```
/// y[n,k,i,j] = bias[k] + Σ c,r,s  weight[k,c,r,s] · x[n, tower(k) + c, i·stride − padding + r, j·stride − padding + s]
/// ```
///
/// x is zero outside the map, and `tower(k)` is the first channel that filter k reads. Every gradient is a sum over the same
/// products in the same loops: by each factor of a product, it is `dy` times the other factor.
final class ReferenceConvolution {
    private final int batch;
    private final int channels;
    private final int height;
    private final int width;
    private final int filters;
    private final int outHeight;
    private final int outWidth;
    private final int towerChannels;
    private final int towerFilters;
    private final int kernel;
    private final int stride;
    private final int padding;

    /// The geometry.
    ///
    /// @param x `(N, C, H, W)`
    /// @param weight `(K, C/groups, kernel, kernel)`
    ReferenceConvolution(Shape x, Shape weight, Window window, int groups) {
        batch = x.dim(0);
        channels = x.dim(1);
        height = x.dim(2);
        width = x.dim(3);
        filters = weight.dim(0);
        outHeight = window.outputs(height);
        outWidth = window.outputs(width);
        towerChannels = channels / groups;
        towerFilters = filters / groups;
        kernel = window.kernel();
        stride = window.stride();
        padding = window.padding();
    }

    /// The formula above.
    ///
    /// @return y, `(N, K, outHeight, outWidth)`
    float[] forward(float[] x, float[] weight, float[] bias) {
        double[] y = new double[batch * filters * outHeight * outWidth];
        for (int at = 0; at < y.length; at++) {
            y[at] = bias[at / (outHeight * outWidth) % filters];
        }
        products((at, xRow, weightRow, from, to) -> {
            for (int s = from; s < to; s++) {
                y[at] += (double) weight[weightRow + s] * x[xRow + s];
            }
        });
        return rounded(y);
    }

    /// `dx = Σ dy · weight` over the products that x is in.
    ///
    /// @return dx, `(N, C, H, W)`
    float[] inputGradient(float[] dy, float[] weight) {
        double[] dx = new double[batch * channels * height * width];
        products((at, xRow, weightRow, from, to) -> {
            for (int s = from; s < to; s++) {
                dx[xRow + s] += (double) dy[at] * weight[weightRow + s];
            }
        });
        return rounded(dx);
    }

    /// `dweight = Σ dy · x` over the products that the weight is in.
    ///
    /// @return dweight, `(K, C/groups, kernel, kernel)`
    float[] weightGradient(float[] x, float[] dy) {
        double[] dweight = new double[filters * towerChannels * kernel * kernel];
        products((at, xRow, weightRow, from, to) -> {
            for (int s = from; s < to; s++) {
                dweight[weightRow + s] += (double) dy[at] * x[xRow + s];
            }
        });
        return rounded(dweight);
    }

    /// The products of one y with one row of a filter.
    private interface Products {
        /// @param y the index of the output
        /// @param xRow added to s, the index in x
        /// @param weightRow added to s, the index in weight
        /// @param from the first s
        /// @param to the s after the last
        void add(int y, int xRow, int weightRow, int from, int to);
    }

    /// Every row of products, in the order of the formula.
    private void products(Products row) {
        for (int n = 0; n < batch; n++) {
            for (int k = 0; k < filters; k++) {
                for (int i = 0; i < outHeight; i++) {
                    for (int j = 0; j < outWidth; j++) {
                        for (int c = 0; c < towerChannels; c++) {
                            for (int r = first(i); r < end(i, height); r++) {
                                int xRow = xRow(n, k, c, i, r) + j * stride - padding;
                                row.add(yAt(n, k, i, j), xRow, weightRow(k, c, r), first(j), end(j, width));
                            }
                        }
                    }
                }
            }
        }
    }

    /// `dbias[k] = Σ n,i,j  dy[n,k,i,j]`.
    ///
    /// @return dbias, `(K)`
    float[] biasGradient(float[] dy) {
        double[] dbias = new double[filters];
        for (int at = 0; at < dy.length; at++) {
            dbias[at / (outHeight * outWidth) % filters] += dy[at];
        }
        return rounded(dbias);
    }

    /// The first row (or column) of the kernel that is on the map, for the window number `step`.
    private int first(int step) {
        return Math.max(0, padding - step * stride);
    }

    /// The row (or column) after the last one of the kernel that is on the map.
    private int end(int step, int size) {
        return Math.min(kernel, size + padding - step * stride);
    }

    /// Index of the row of x for row r of filter k and its channel c.
    private int xRow(int n, int k, int c, int i, int r) {
        int channel = k / towerFilters * towerChannels + c;
        return ((n * channels + channel) * height + i * stride - padding + r) * width;
    }

    private int weightRow(int k, int c, int r) {
        return ((k * towerChannels + c) * kernel + r) * kernel;
    }

    private int yAt(int n, int k, int i, int j) {
        return ((n * filters + k) * outHeight + i) * outWidth + j;
    }
}
