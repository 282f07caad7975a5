package net.alexnet.tensor.reference;

import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.LocalResponseNorm.Region;
import net.alexnet.tensor.Shape;

/// Local response normalization, §3.3 of the paper:
///
/// ```
/// d[i] = k + scale · Σ x[j]²        j over the neighborhood of i, clipped at the borders
/// y[i] = x[i] · d[i]^−beta
/// ```
///
/// A value is in its own numerator and in the denominators of all values whose neighbor it is. These are its own neighbors,
/// because a neighborhood of odd size is symmetric, so the backward pass sums over the same neighborhoods:
///
/// ```
/// dx[i] = dy[i] · d[i]^−beta − 2 · scale · beta · x[i] · Σ dy[j] · y[j] / d[j]
/// ```
///
/// @param shape `(N, C, H, W)`, of all arrays here
record ReferenceResponseNorm(Shape shape, LocalResponseNorm norm) {
    /// Returns y.
    float[] forward(float[] x) {
        double[] denominator = denominator(x);
        float[] y = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = (float) (x[i] * StrictMath.pow(denominator[i], -norm.beta()));
        }
        return y;
    }

    /// Returns dx.
    float[] gradient(float[] x, float[] y, float[] dy) {
        double[] denominator = denominator(x);
        double[] share = new double[x.length];
        for (int j = 0; j < x.length; j++) {
            share[j] = (double) dy[j] * y[j] / denominator[j];
        }
        double[] shares = neighborhoodSums(share);
        float[] dx = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            dx[i] = (float) (dy[i] * StrictMath.pow(denominator[i], -norm.beta())
                    - 2 * norm.scale() * norm.beta() * x[i] * shares[i]);
        }
        return dx;
    }

    private double[] denominator(float[] x) {
        double[] energy = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            energy[i] = (double) x[i] * x[i];
        }
        double[] denominator = neighborhoodSums(energy);
        for (int i = 0; i < x.length; i++) {
            denominator[i] = norm.k() + norm.scale() * denominator[i];
        }
        return denominator;
    }

    /// For every value, the sum over its neighborhood: the same pixel in the nearest channels of the same tower, or the
    /// nearest pixels of the same channel.
    private double[] neighborhoodSums(double[] values) {
        int across = norm.region() == Region.ACROSS_CHANNELS ? norm.size() / 2 : 0;
        int within = norm.size() / 2 - across;
        int channels = shape.dim(1);
        int height = shape.dim(2);
        int width = shape.dim(3);
        int towerChannels = channels / norm.groups();
        double[] sums = new double[values.length];
        for (int at = 0; at < values.length; at++) {
            int map = at / (height * width);
            int i = at / width % height;
            int j = at % width;
            int c = map % channels;
            int tower = c / towerChannels * towerChannels;
            int last = Math.min(tower + towerChannels - 1, c + across);
            for (int neighbor = Math.max(tower, c - across); neighbor <= last; neighbor++) {
                for (int r = Math.max(0, i - within); r <= Math.min(height - 1, i + within); r++) {
                    for (int s = Math.max(0, j - within); s <= Math.min(width - 1, j + within); s++) {
                        sums[at] += values[((map - c + neighbor) * height + r) * width + s];
                    }
                }
            }
        }
        return sums;
    }
}
