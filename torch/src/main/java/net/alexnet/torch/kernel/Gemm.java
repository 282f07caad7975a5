package net.alexnet.torch.kernel;

import static net.alexnet.torch.kernel.Lanes.LANES;
import static net.alexnet.torch.kernel.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;

/// Matrix products `c = a · b` of small matrices, the innermost part of [WinogradConvolution].
///
/// A block of c stays in registers during the loop over the depth: 24 of 32 with AVX-512 (6 rows of 4 vectors), 12 of 16
/// with AVX2 (6 of 2). That takes one local variable for each register, so the loops are written out, and so are the
/// loads and stores: by then C2 no longer inlines methods of ours, and vectors would become objects. The plain form is in
/// [net.alexnet.tensor.reference].
///
/// b is divided into panels of a few vectors' width, `[panel][k][width]`, so that it is read sequentially. Indices in the
/// inner loops are sums of the loop's counter times a constant: only then does the compiler move the bounds checks out of
/// the loop, which is four times as slow with them.
final class Gemm {
    /// The number of rows that are computed together. The memory of a and c must hold a multiple of it.
    static final int ROWS = 6;

    private Gemm() {}

    /// `c[m][n] = Σ_k a[m][k] · b[k][n]`. It also reads and writes the rows beyond `rows`, up to the
    /// next multiple of [#ROWS].
    ///
    /// @param a `rows` of `depth` values, `lda` apart
    /// @param b `panels` of `[depth][panel · LANES]`
    /// @param panel vectors in a panel: 2, 3 or 4
    /// @param c as many rows of `panels · panel · LANES` values, `ldc` apart
    static void multiply(float[] a, int fromA, int lda, float[] b, int fromB, int panel, int panels, float[] c,
            int fromC, int ldc, int rows, int depth) {
        for (int p = 0; p < panels; p++) {
            int ofB = fromB + p * depth * panel * LANES;
            for (int row = 0; row < rows; row += ROWS) {
                int ofA = fromA + row * lda;
                int ofC = fromC + row * ldc + p * panel * LANES;
                switch (panel) {
                    case 2 -> rows6x2(a, ofA, lda, b, ofB, c, ofC, ldc, depth);
                    case 3 -> rows6x3(a, ofA, lda, b, ofB, c, ofC, ldc, depth);
                    default -> rows6x4(a, ofA, lda, b, ofB, c, ofC, ldc, depth);
                }
            }
        }
    }

    /// `c[m][n] += Σ_k a[k][m] · b[k][n]`: the sum of outer products, for gradients by weights.
    ///
    /// @param a panels of one vector's width, `[rows / LANES][depth][LANES]`
    /// @param rows a multiple of LANES
    /// @param b `panels` of `[depth][panel · LANES]`
    /// @param panel vectors in a panel of b: 2, 3 or 4
    /// @param c `rows` of `panels · panel · LANES` values
    static void addOuterProducts(float[] a, int fromA, int rows, float[] b, int fromB, int panel, int panels, float[] c,
            int fromC, int depth) {
        int ldc = panels * panel * LANES;
        for (int p = 0; p < panels; p++) {
            int ofB = fromB + p * depth * panel * LANES;
            for (int row = 0; row < rows; row += 4) {
                int ofA = fromA + (row / LANES) * depth * LANES + row % LANES;
                int ofC = fromC + row * ldc + p * panel * LANES;
                switch (panel) {
                    case 2 -> outer4x2(a, ofA, b, ofB, c, ofC, ldc, depth);
                    case 3 -> outer4x3(a, ofA, b, ofB, c, ofC, ldc, depth);
                    default -> outer4x4(a, ofA, b, ofB, c, ofC, ldc, depth);
                }
            }
        }
    }

    private static FloatVector load(float[] values, int at) {
        return FloatVector.fromArray(SPECIES, values, at);
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }

    private static void rows6x4(
            float[] a, int fromA, int lda, float[] b, int fromB, float[] c, int at, int ldc, int depth) {
        FloatVector zero = FloatVector.zero(SPECIES); // a static constant would keep the sums in memory
        int row1 = fromA + lda;
        int row2 = fromA + 2 * lda;
        int row3 = fromA + 3 * lda;
        int row4 = fromA + 4 * lda;
        int row5 = fromA + 5 * lda;
        FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        FloatVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        FloatVector c20 = zero, c21 = zero, c22 = zero, c23 = zero;
        FloatVector c30 = zero, c31 = zero, c32 = zero, c33 = zero;
        FloatVector c40 = zero, c41 = zero, c42 = zero, c43 = zero;
        FloatVector c50 = zero, c51 = zero, c52 = zero, c53 = zero;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = load(b, fromB + k * 4 * LANES);
            FloatVector b1 = load(b, fromB + k * 4 * LANES + LANES);
            FloatVector b2 = load(b, fromB + k * 4 * LANES + 2 * LANES);
            FloatVector b3 = load(b, fromB + k * 4 * LANES + 3 * LANES);
            FloatVector a0 = broadcast(a[fromA + k]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            c03 = a0.fma(b3, c03);
            FloatVector a1 = broadcast(a[row1 + k]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            c13 = a1.fma(b3, c13);
            FloatVector a2 = broadcast(a[row2 + k]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            c23 = a2.fma(b3, c23);
            FloatVector a3 = broadcast(a[row3 + k]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
            c33 = a3.fma(b3, c33);
            FloatVector a4 = broadcast(a[row4 + k]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            c42 = a4.fma(b2, c42);
            c43 = a4.fma(b3, c43);
            FloatVector a5 = broadcast(a[row5 + k]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            c52 = a5.fma(b2, c52);
            c53 = a5.fma(b3, c53);
        }
        c00.intoArray(c, at);
        c01.intoArray(c, at + LANES);
        c02.intoArray(c, at + 2 * LANES);
        c03.intoArray(c, at + 3 * LANES);
        c10.intoArray(c, at + ldc);
        c11.intoArray(c, at + ldc + LANES);
        c12.intoArray(c, at + ldc + 2 * LANES);
        c13.intoArray(c, at + ldc + 3 * LANES);
        c20.intoArray(c, at + 2 * ldc);
        c21.intoArray(c, at + 2 * ldc + LANES);
        c22.intoArray(c, at + 2 * ldc + 2 * LANES);
        c23.intoArray(c, at + 2 * ldc + 3 * LANES);
        c30.intoArray(c, at + 3 * ldc);
        c31.intoArray(c, at + 3 * ldc + LANES);
        c32.intoArray(c, at + 3 * ldc + 2 * LANES);
        c33.intoArray(c, at + 3 * ldc + 3 * LANES);
        c40.intoArray(c, at + 4 * ldc);
        c41.intoArray(c, at + 4 * ldc + LANES);
        c42.intoArray(c, at + 4 * ldc + 2 * LANES);
        c43.intoArray(c, at + 4 * ldc + 3 * LANES);
        c50.intoArray(c, at + 5 * ldc);
        c51.intoArray(c, at + 5 * ldc + LANES);
        c52.intoArray(c, at + 5 * ldc + 2 * LANES);
        c53.intoArray(c, at + 5 * ldc + 3 * LANES);
    }

    private static void rows6x3(
            float[] a, int fromA, int lda, float[] b, int fromB, float[] c, int at, int ldc, int depth) {
        FloatVector zero = FloatVector.zero(SPECIES); // a static constant would keep the sums in memory
        int row1 = fromA + lda;
        int row2 = fromA + 2 * lda;
        int row3 = fromA + 3 * lda;
        int row4 = fromA + 4 * lda;
        int row5 = fromA + 5 * lda;
        FloatVector c00 = zero, c01 = zero, c02 = zero;
        FloatVector c10 = zero, c11 = zero, c12 = zero;
        FloatVector c20 = zero, c21 = zero, c22 = zero;
        FloatVector c30 = zero, c31 = zero, c32 = zero;
        FloatVector c40 = zero, c41 = zero, c42 = zero;
        FloatVector c50 = zero, c51 = zero, c52 = zero;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = load(b, fromB + k * 3 * LANES);
            FloatVector b1 = load(b, fromB + k * 3 * LANES + LANES);
            FloatVector b2 = load(b, fromB + k * 3 * LANES + 2 * LANES);
            FloatVector a0 = broadcast(a[fromA + k]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            FloatVector a1 = broadcast(a[row1 + k]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            FloatVector a2 = broadcast(a[row2 + k]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            FloatVector a3 = broadcast(a[row3 + k]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
            FloatVector a4 = broadcast(a[row4 + k]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            c42 = a4.fma(b2, c42);
            FloatVector a5 = broadcast(a[row5 + k]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            c52 = a5.fma(b2, c52);
        }
        c00.intoArray(c, at);
        c01.intoArray(c, at + LANES);
        c02.intoArray(c, at + 2 * LANES);
        c10.intoArray(c, at + ldc);
        c11.intoArray(c, at + ldc + LANES);
        c12.intoArray(c, at + ldc + 2 * LANES);
        c20.intoArray(c, at + 2 * ldc);
        c21.intoArray(c, at + 2 * ldc + LANES);
        c22.intoArray(c, at + 2 * ldc + 2 * LANES);
        c30.intoArray(c, at + 3 * ldc);
        c31.intoArray(c, at + 3 * ldc + LANES);
        c32.intoArray(c, at + 3 * ldc + 2 * LANES);
        c40.intoArray(c, at + 4 * ldc);
        c41.intoArray(c, at + 4 * ldc + LANES);
        c42.intoArray(c, at + 4 * ldc + 2 * LANES);
        c50.intoArray(c, at + 5 * ldc);
        c51.intoArray(c, at + 5 * ldc + LANES);
        c52.intoArray(c, at + 5 * ldc + 2 * LANES);
    }

    private static void rows6x2(
            float[] a, int fromA, int lda, float[] b, int fromB, float[] c, int at, int ldc, int depth) {
        FloatVector zero = FloatVector.zero(SPECIES); // a static constant would keep the sums in memory
        int row1 = fromA + lda;
        int row2 = fromA + 2 * lda;
        int row3 = fromA + 3 * lda;
        int row4 = fromA + 4 * lda;
        int row5 = fromA + 5 * lda;
        FloatVector c00 = zero, c01 = zero;
        FloatVector c10 = zero, c11 = zero;
        FloatVector c20 = zero, c21 = zero;
        FloatVector c30 = zero, c31 = zero;
        FloatVector c40 = zero, c41 = zero;
        FloatVector c50 = zero, c51 = zero;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = load(b, fromB + k * 2 * LANES);
            FloatVector b1 = load(b, fromB + k * 2 * LANES + LANES);
            FloatVector a0 = broadcast(a[fromA + k]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = broadcast(a[row1 + k]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = broadcast(a[row2 + k]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = broadcast(a[row3 + k]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 = broadcast(a[row4 + k]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            FloatVector a5 = broadcast(a[row5 + k]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
        }
        c00.intoArray(c, at);
        c01.intoArray(c, at + LANES);
        c10.intoArray(c, at + ldc);
        c11.intoArray(c, at + ldc + LANES);
        c20.intoArray(c, at + 2 * ldc);
        c21.intoArray(c, at + 2 * ldc + LANES);
        c30.intoArray(c, at + 3 * ldc);
        c31.intoArray(c, at + 3 * ldc + LANES);
        c40.intoArray(c, at + 4 * ldc);
        c41.intoArray(c, at + 4 * ldc + LANES);
        c50.intoArray(c, at + 5 * ldc);
        c51.intoArray(c, at + 5 * ldc + LANES);
    }

    private static void outer4x4(
            float[] a, int fromA, float[] b, int fromB, float[] c, int at, int ldc, int depth) {
        FloatVector c00 = load(c, at), c01 = load(c, at + LANES), c02 = load(c, at + 2 * LANES),
                c03 = load(c, at + 3 * LANES);
        FloatVector c10 = load(c, at + ldc), c11 = load(c, at + ldc + LANES), c12 = load(c, at + ldc + 2 * LANES),
                c13 = load(c, at + ldc + 3 * LANES);
        FloatVector c20 = load(c, at + 2 * ldc), c21 = load(c, at + 2 * ldc + LANES),
                c22 = load(c, at + 2 * ldc + 2 * LANES), c23 = load(c, at + 2 * ldc + 3 * LANES);
        FloatVector c30 = load(c, at + 3 * ldc), c31 = load(c, at + 3 * ldc + LANES),
                c32 = load(c, at + 3 * ldc + 2 * LANES), c33 = load(c, at + 3 * ldc + 3 * LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = load(b, fromB + k * 4 * LANES);
            FloatVector b1 = load(b, fromB + k * 4 * LANES + LANES);
            FloatVector b2 = load(b, fromB + k * 4 * LANES + 2 * LANES);
            FloatVector b3 = load(b, fromB + k * 4 * LANES + 3 * LANES);
            FloatVector a0 = broadcast(a[fromA + k * LANES]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            c03 = a0.fma(b3, c03);
            FloatVector a1 = broadcast(a[fromA + k * LANES + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            c13 = a1.fma(b3, c13);
            FloatVector a2 = broadcast(a[fromA + k * LANES + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            c23 = a2.fma(b3, c23);
            FloatVector a3 = broadcast(a[fromA + k * LANES + 3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
            c33 = a3.fma(b3, c33);
        }
        c00.intoArray(c, at);
        c01.intoArray(c, at + LANES);
        c02.intoArray(c, at + 2 * LANES);
        c03.intoArray(c, at + 3 * LANES);
        c10.intoArray(c, at + ldc);
        c11.intoArray(c, at + ldc + LANES);
        c12.intoArray(c, at + ldc + 2 * LANES);
        c13.intoArray(c, at + ldc + 3 * LANES);
        c20.intoArray(c, at + 2 * ldc);
        c21.intoArray(c, at + 2 * ldc + LANES);
        c22.intoArray(c, at + 2 * ldc + 2 * LANES);
        c23.intoArray(c, at + 2 * ldc + 3 * LANES);
        c30.intoArray(c, at + 3 * ldc);
        c31.intoArray(c, at + 3 * ldc + LANES);
        c32.intoArray(c, at + 3 * ldc + 2 * LANES);
        c33.intoArray(c, at + 3 * ldc + 3 * LANES);
    }

    private static void outer4x3(
            float[] a, int fromA, float[] b, int fromB, float[] c, int at, int ldc, int depth) {
        FloatVector c00 = load(c, at), c01 = load(c, at + LANES), c02 = load(c, at + 2 * LANES);
        FloatVector c10 = load(c, at + ldc), c11 = load(c, at + ldc + LANES), c12 = load(c, at + ldc + 2 * LANES);
        FloatVector c20 = load(c, at + 2 * ldc), c21 = load(c, at + 2 * ldc + LANES),
                c22 = load(c, at + 2 * ldc + 2 * LANES);
        FloatVector c30 = load(c, at + 3 * ldc), c31 = load(c, at + 3 * ldc + LANES),
                c32 = load(c, at + 3 * ldc + 2 * LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = load(b, fromB + k * 3 * LANES);
            FloatVector b1 = load(b, fromB + k * 3 * LANES + LANES);
            FloatVector b2 = load(b, fromB + k * 3 * LANES + 2 * LANES);
            FloatVector a0 = broadcast(a[fromA + k * LANES]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            FloatVector a1 = broadcast(a[fromA + k * LANES + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            FloatVector a2 = broadcast(a[fromA + k * LANES + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            FloatVector a3 = broadcast(a[fromA + k * LANES + 3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
        }
        c00.intoArray(c, at);
        c01.intoArray(c, at + LANES);
        c02.intoArray(c, at + 2 * LANES);
        c10.intoArray(c, at + ldc);
        c11.intoArray(c, at + ldc + LANES);
        c12.intoArray(c, at + ldc + 2 * LANES);
        c20.intoArray(c, at + 2 * ldc);
        c21.intoArray(c, at + 2 * ldc + LANES);
        c22.intoArray(c, at + 2 * ldc + 2 * LANES);
        c30.intoArray(c, at + 3 * ldc);
        c31.intoArray(c, at + 3 * ldc + LANES);
        c32.intoArray(c, at + 3 * ldc + 2 * LANES);
    }

    private static void outer4x2(
            float[] a, int fromA, float[] b, int fromB, float[] c, int at, int ldc, int depth) {
        FloatVector c00 = load(c, at), c01 = load(c, at + LANES);
        FloatVector c10 = load(c, at + ldc), c11 = load(c, at + ldc + LANES);
        FloatVector c20 = load(c, at + 2 * ldc), c21 = load(c, at + 2 * ldc + LANES);
        FloatVector c30 = load(c, at + 3 * ldc), c31 = load(c, at + 3 * ldc + LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = load(b, fromB + k * 2 * LANES);
            FloatVector b1 = load(b, fromB + k * 2 * LANES + LANES);
            FloatVector a0 = broadcast(a[fromA + k * LANES]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = broadcast(a[fromA + k * LANES + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = broadcast(a[fromA + k * LANES + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = broadcast(a[fromA + k * LANES + 3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        c00.intoArray(c, at);
        c01.intoArray(c, at + LANES);
        c10.intoArray(c, at + ldc);
        c11.intoArray(c, at + ldc + LANES);
        c20.intoArray(c, at + 2 * ldc);
        c21.intoArray(c, at + 2 * ldc + LANES);
        c30.intoArray(c, at + 3 * ldc);
        c31.intoArray(c, at + 3 * ldc + LANES);
    }
}
