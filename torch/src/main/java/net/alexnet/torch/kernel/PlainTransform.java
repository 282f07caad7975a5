package net.alexnet.torch.kernel;

import static net.alexnet.torch.kernel.WinogradTransform.POINTS;

/// The linear maps of [WinogradTransform] in plain loops, with the same roundings: what is one vector of channels there is
/// an array of any number of channels here.
final class PlainTransform {
    private PlainTransform() {}

    /// 7 × 7 inputs to 7 × 7 points.
    ///
    /// @param in inputs in row order
    /// @param between as many arrays, overwritten
    /// @param out points in row order, overwritten
    /// @param channels of each array
    static void data(float[][] in, float[][] between, float[][] out, int channels) {
        for (int y = 0; y < POINTS; y++) {
            dataAlong(in, y * POINTS, 1, between, y * POINTS, 1, channels);
        }
        for (int x = 0; x < POINTS; x++) {
            dataAlong(between, x, POINTS, out, x, POINTS, channels);
        }
    }

    /// `count` × `count` coefficients to 7 × 7 points.
    static void evaluate(int count, float[][] in, float[][] between, float[][] out, int channels) {
        for (int y = 0; y < count; y++) {
            evaluateAlong(count, in, y * count, 1, between, y * POINTS, 1, channels);
        }
        for (int x = 0; x < POINTS; x++) {
            evaluateAlong(count, between, x, POINTS, out, x, POINTS, channels);
        }
    }

    /// 7 × 7 points to `count` × `count` sums.
    static void collect(int count, float[][] in, float[][] between, float[][] out, int channels) {
        for (int x = 0; x < POINTS; x++) {
            collectAlong(count, in, x, POINTS, between, x, POINTS, channels);
        }
        for (int y = 0; y < count; y++) {
            collectAlong(count, between, y * POINTS, 1, out, y * count, 1, channels);
        }
    }

    private static void dataAlong(float[][] in, int from, int step, float[][] out, int to, int stride, int channels) {
        float[] d0 = in[from];
        float[] d1 = in[from + step];
        float[] d2 = in[from + 2 * step];
        float[] d3 = in[from + 3 * step];
        float[] d4 = in[from + 4 * step];
        float[] d5 = in[from + 5 * step];
        float[] d6 = in[from + 6 * step];
        for (int c = 0; c < channels; c++) {
            float w0 = Math.fma(d0[c], -.5f, d1[c]);
            float w1 = Math.fma(d1[c], -.5f, d2[c]);
            float w2 = Math.fma(d2[c], -.5f, d3[c]);
            float w3 = Math.fma(d3[c], -.5f, d4[c]);
            float w4 = Math.fma(d4[c], -.5f, d5[c]);
            float w5 = Math.fma(d5[c], -.5f, d6[c]);
            float even1 = Math.fma(w2, -4, w4);
            float odd1 = Math.fma(w1, -4, w3);
            float even2 = w4 - w2;
            float odd2 = w3 - w1;
            out[to][c] = Math.fma(w2, -5, Math.fma(w0, 4, w4)); // 0
            out[to + stride][c] = even1 + odd1; // 1
            out[to + 2 * stride][c] = even1 - odd1; // −1
            out[to + 3 * stride][c] = Math.fma(odd2, 2, even2); // 2
            out[to + 4 * stride][c] = Math.fma(odd2, -2, even2); // −2
            out[to + 5 * stride][c] = Math.fma(d3[c], -5, Math.fma(d1[c], 4, d5[c])); // 1/2
            out[to + 6 * stride][c] = Math.fma(w3, -5, Math.fma(w1, 4, w5)); // infinity
        }
    }

    /// @param count 3 or 5
    private static void evaluateAlong(
            int count, float[][] in, int from, int step, float[][] out, int to, int stride, int channels) {
        float[] y0 = in[from];
        float[] y1 = in[from + step];
        float[] y2 = in[from + 2 * step];
        if (count == 3) {
            for (int c = 0; c < channels; c++) {
                float even = y0[c] + y2[c];
                float far = Math.fma(y2[c], 4, y0[c]);
                out[to][c] = y0[c];
                out[to + stride][c] = even + y1[c];
                out[to + 2 * stride][c] = even - y1[c];
                out[to + 3 * stride][c] = Math.fma(y1[c], 2, far);
                out[to + 4 * stride][c] = Math.fma(y1[c], -2, far);
                out[to + 5 * stride][c] = Math.fma(Math.fma(y2[c], .5f, y1[c]), .5f, y0[c]);
                out[to + 6 * stride][c] = y2[c];
            }
            return;
        }
        float[] y3 = in[from + 3 * step];
        float[] y4 = in[from + 4 * step];
        for (int c = 0; c < channels; c++) {
            float even = y0[c] + y2[c] + y4[c];
            float odd = y1[c] + y3[c];
            float farEven = Math.fma(Math.fma(y4[c], 4, y2[c]), 4, y0[c]);
            float farOdd = Math.fma(y3[c], 4, y1[c]);
            out[to][c] = y0[c];
            out[to + stride][c] = even + odd;
            out[to + 2 * stride][c] = even - odd;
            out[to + 3 * stride][c] = Math.fma(farOdd, 2, farEven);
            out[to + 4 * stride][c] = Math.fma(farOdd, -2, farEven);
            float half = Math.fma(Math.fma(y4[c], .5f, y3[c]), .5f, y2[c]);
            out[to + 5 * stride][c] = Math.fma(Math.fma(half, .5f, y1[c]), .5f, y0[c]);
            out[to + 6 * stride][c] = y4[c];
        }
    }

    /// @param count 3 or 5
    private static void collectAlong(
            int count, float[][] in, int from, int step, float[][] out, int to, int stride, int channels) {
        float[] m0 = in[from];
        float[] m1 = in[from + step];
        float[] m2 = in[from + 2 * step];
        float[] m3 = in[from + 3 * step];
        float[] m4 = in[from + 4 * step];
        float[] m5 = in[from + 5 * step];
        float[] m6 = in[from + 6 * step];
        for (int c = 0; c < channels; c++) {
            float near = m1[c] + m2[c];
            float nearOdd = m1[c] - m2[c];
            float far = m3[c] + m4[c];
            float farOdd = m3[c] - m4[c];
            float half = m5[c];
            out[to][c] = m0[c] + near + (far + half);
            out[to + stride][c] = Math.fma(farOdd, 2, Math.fma(half, .5f, nearOdd));
            float square = Math.fma(far, 4, Math.fma(half, .25f, near));
            if (count == 3) {
                out[to + 2 * stride][c] = square + m6[c];
            } else {
                out[to + 2 * stride][c] = square;
                out[to + 3 * stride][c] = Math.fma(farOdd, 8, Math.fma(half, .125f, nearOdd));
                out[to + 4 * stride][c] = Math.fma(far, 16, Math.fma(half, .0625f, near)) + m6[c];
            }
        }
    }
}
