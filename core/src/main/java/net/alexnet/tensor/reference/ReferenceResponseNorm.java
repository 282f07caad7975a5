package net.alexnet.tensor.reference;

import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Shape;

/// Local response normalisation, §3.3 of the paper:
///
/// ```
/// d[i] = k + scale · Σ x[j]²        j over the neighbourhood of i, clipped at the borders
/// y[i] = x[i] · d[i]^−beta
/// ```
///
/// A value stands in its own numerator and in the denominator of every value whose neighbour it is. A neighbourhood of
/// odd size is mutual, so those are again its own neighbours, and one way of summing serves both passes:
///
/// ```
/// dx[i] = dy[i] · d[i]^−beta − 2 · scale · beta · x[i] · Σ dy[j] · y[j] / d[j]
/// ```
final class ReferenceResponseNorm {
    private final int batch;
    private final int channels;
    private final int height;
    private final int width;
    private final LocalResponseNorm norm;

    /// The geometry.
    ///
    /// @param x `(N, C, H, W)`, the shape of everything here
    ReferenceResponseNorm(Shape x, LocalResponseNorm norm) {
        batch = x.dim(0);
        channels = x.dim(1);
        height = x.dim(2);
        width = x.dim(3);
        this.norm = norm;
    }

    /// y by the formula above.
    ///
    /// @return y, of the shape of x
    float[] forward(float[] x) {
        double[] denominator = denominator(x);
        float[] y = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = (float) (x[i] * Math.pow(denominator[i], -norm.beta()));
        }
        return y;
    }

    /// dx by the formula above.
    ///
    /// @return dx, of the shape of x
    float[] gradient(float[] x, float[] y, float[] dy) {
        double[] denominator = denominator(x);
        double[] share = new double[x.length];
        for (int j = 0; j < x.length; j++) {
            share[j] = (double) dy[j] * y[j] / denominator[j];
        }
        double[] shares = neighbourhoodSums(share);
        float[] dx = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            dx[i] = (float) (dy[i] * Math.pow(denominator[i], -norm.beta())
                    - 2 * norm.scale() * norm.beta() * x[i] * shares[i]);
        }
        return dx;
    }

    private double[] denominator(float[] x) {
        double[] energy = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            energy[i] = (double) x[i] * x[i];
        }
        double[] denominator = neighbourhoodSums(energy);
        for (int i = 0; i < x.length; i++) {
            denominator[i] = norm.k() + norm.scale() * denominator[i];
        }
        return denominator;
    }

    /// For every place of the maps, the sum over its neighbourhood.
    private double[] neighbourhoodSums(double[] values) {
        return switch (norm.region()) {
            case ACROSS_CHANNELS -> sumsAcrossChannels(values);
            case WITHIN_CHANNEL -> sumsWithinChannel(values);
        };
    }

    /// The same pixel in the `size` nearest channels of the same tower.
    private double[] sumsAcrossChannels(double[] values) {
        int towerChannels = channels / norm.groups();
        int reach = norm.size() / 2;
        int pixels = height * width;
        double[] sums = new double[values.length];
        for (int n = 0; n < batch; n++) {
            for (int c = 0; c < channels; c++) {
                int tower = c / towerChannels * towerChannels;
                int first = Math.max(tower, c - reach);
                int last = Math.min(tower + towerChannels - 1, c + reach);
                for (int neighbour = first; neighbour <= last; neighbour++) {
                    int to = (n * channels + c) * pixels;
                    int from = (n * channels + neighbour) * pixels;
                    for (int pixel = 0; pixel < pixels; pixel++) {
                        sums[to + pixel] += values[from + pixel];
                    }
                }
            }
        }
        return sums;
    }

    /// The `size × size` nearest pixels of the same channel.
    private double[] sumsWithinChannel(double[] values) {
        int reach = norm.size() / 2;
        double[] sums = new double[values.length];
        for (int map = 0; map < batch * channels; map++) {
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    double sum = 0;
                    for (int r = Math.max(0, i - reach); r <= Math.min(height - 1, i + reach); r++) {
                        for (int s = Math.max(0, j - reach); s <= Math.min(width - 1, j + reach); s++) {
                            sum += values[(map * height + r) * width + s];
                        }
                    }
                    sums[(map * height + i) * width + j] = sum;
                }
            }
        }
        return sums;
    }
}
