package net.alexnet.tensor.reference;

/// What happens to each value by itself: the two non-linearities of §3.1 and the two halves of dropout, §4.2.
///
/// Both non-linearities have a derivative that their output tells: `relu' = 1 where y > 0`, `tanh' = 1 − y²`.
final class ReferenceNeurons {
    private ReferenceNeurons() {}

    /// `y = max(0, x)`; NaN stays NaN.
    static float[] relu(float[] x) {
        float[] y = new float[x.length];
        for (int at = 0; at < x.length; at++) {
            y[at] = Math.max(0, x[at]);
        }
        return y;
    }

    /// `dx = dy where y > 0, else 0`.
    static float[] reluGradient(float[] y, float[] dy) {
        float[] dx = new float[y.length];
        for (int at = 0; at < y.length; at++) {
            dx[at] = y[at] > 0 ? dy[at] : 0;
        }
        return dx;
    }

    /// `y = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)`.
    static float[] tanh(float[] x) {
        float[] y = new float[x.length];
        for (int at = 0; at < x.length; at++) {
            y[at] = (float) Math.tanh(x[at]);
        }
        return y;
    }

    /// `dx = dy · (1 − y²)`.
    static float[] tanhGradient(float[] y, float[] dy) {
        float[] dx = new float[y.length];
        for (int at = 0; at < y.length; at++) {
            dx[at] = (float) (dy[at] * (1 - (double) y[at] * y[at]));
        }
        return dx;
    }

    /// `y = a · b`: with a mask of zeros and ones for b, dropout in training; its gradient is the same product.
    static float[] multiply(float[] a, float[] b) {
        float[] y = new float[a.length];
        for (int at = 0; at < a.length; at++) {
            y[at] = a[at] * b[at];
        }
        return y;
    }

    /// `y = factor · x`: with the share of units that were kept for the factor, dropout after training.
    static float[] scale(float[] x, float factor) {
        float[] y = new float[x.length];
        for (int at = 0; at < x.length; at++) {
            y[at] = factor * x[at];
        }
        return y;
    }
}
