package net.alexnet.tensor.reference;

import static net.alexnet.tensor.reference.ReferenceBackend.rounded;

/// A fully connected layer, §3.5 of the paper:
///
/// ```
/// y[n,k] = bias[k] + Σ f  weight[k,f] · x[n,f]
/// ```
///
/// @param batch N
/// @param inputs F
/// @param outputs K
record ReferenceDense(int batch, int inputs, int outputs) {
    /// The formula above.
    ///
    /// @param x `(N, F)`
    /// @param weight `(K, F)`
    /// @param bias `(K)`
    /// @return y, `(N, K)`
    float[] forward(float[] x, float[] weight, float[] bias) {
        float[] y = new float[batch * outputs];
        for (int n = 0; n < batch; n++) {
            for (int k = 0; k < outputs; k++) {
                double sum = bias[k];
                for (int f = 0; f < inputs; f++) {
                    sum += (double) weight[k * inputs + f] * x[n * inputs + f];
                }
                y[n * outputs + k] = (float) sum;
            }
        }
        return y;
    }

    /// `dx[n,f] = Σ k  dy[n,k] · weight[k,f]`.
    ///
    /// @return dx, `(N, F)`
    float[] inputGradient(float[] dy, float[] weight) {
        double[] dx = new double[batch * inputs];
        for (int n = 0; n < batch; n++) {
            for (int k = 0; k < outputs; k++) {
                double gradient = dy[n * outputs + k];
                for (int f = 0; f < inputs; f++) {
                    dx[n * inputs + f] += gradient * weight[k * inputs + f];
                }
            }
        }
        return rounded(dx);
    }

    /// `dweight[k,f] = Σ n  dy[n,k] · x[n,f]`.
    ///
    /// @return dweight, `(K, F)`
    float[] weightGradient(float[] x, float[] dy) {
        double[] dweight = new double[outputs * inputs];
        for (int n = 0; n < batch; n++) {
            for (int k = 0; k < outputs; k++) {
                double gradient = dy[n * outputs + k];
                for (int f = 0; f < inputs; f++) {
                    dweight[k * inputs + f] += gradient * x[n * inputs + f];
                }
            }
        }
        return rounded(dweight);
    }

    /// `dbias[k] = Σ n  dy[n,k]`.
    ///
    /// @return dbias, `(K)`
    float[] biasGradient(float[] dy) {
        double[] dbias = new double[outputs];
        for (int n = 0; n < batch; n++) {
            for (int k = 0; k < outputs; k++) {
                dbias[k] += dy[n * outputs + k];
            }
        }
        return rounded(dbias);
    }
}
