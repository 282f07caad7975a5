package net.alexnet.tensor.reference;

/// The 1000-way softmax and the loss on it, §3.5 of the paper:
///
/// ```
/// p[n,k] = exp(x[n,k]) / Σ j  exp(x[n,j])
/// loss   = 1/N · Σ n  −log p[n, label[n]]
/// dx[n,k] = 1/N · (p[n,k] − [k = label[n]])
/// ```
///
/// The largest logit of a row is subtracted from all of its logits first: that changes no probability, and no exponential
/// overflows.
///
/// @param batch N
/// @param classes K
record ReferenceSoftmax(int batch, int classes) {
    /// The probabilities.
    ///
    /// @param logits `(N, K)`
    /// @return p, `(N, K)`
    float[] forward(float[] logits) {
        float[] p = new float[logits.length];
        for (int n = 0; n < batch; n++) {
            double logSum = logSum(logits, n);
            for (int k = 0; k < classes; k++) {
                p[n * classes + k] = (float) StrictMath.exp(logits[n * classes + k] - logSum);
            }
        }
        return p;
    }

    /// The mean loss.
    ///
    /// @param labels one per row
    float loss(float[] logits, int[] labels) {
        double sum = 0;
        for (int n = 0; n < batch; n++) {
            sum += logSum(logits, n) - logits[n * classes + labels[n]];
        }
        return (float) (sum / batch);
    }

    /// The mean loss's gradient by the logits.
    ///
    /// @return dx, `(N, K)`
    float[] gradient(float[] logits, int[] labels) {
        float[] dx = new float[logits.length];
        for (int n = 0; n < batch; n++) {
            double logSum = logSum(logits, n);
            for (int k = 0; k < classes; k++) {
                double p = StrictMath.exp(logits[n * classes + k] - logSum);
                dx[n * classes + k] = (float) ((p - (k == labels[n] ? 1 : 0)) / batch);
            }
        }
        return dx;
    }

    /// `log Σ j exp(x[n,j])`.
    private double logSum(float[] logits, int n) {
        double greatest = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < classes; k++) {
            greatest = Math.max(greatest, logits[n * classes + k]);
        }
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            sum += StrictMath.exp(logits[n * classes + k] - greatest);
        }
        return greatest + StrictMath.log(sum);
    }
}
