package net.alexnet.torch.kernel;

import static net.alexnet.torch.kernel.Lanes.LANES;
import static net.alexnet.torch.kernel.Lanes.SPECIES;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Products of one row with a panel of weights, `y[n] = Σ_k x[k] · w[k][n]`: a dense layer of one picture. The memory's speed
/// bounds it, as each weight is read once. The sums are those of [Gemm], which would compute six rows here.
///
/// One method for each type of weights and number of vectors, for the reasons that [Gemm] gives.
final class OneRow {
    private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class,
            VectorShape.forBitSize(LANES * Byte.SIZE));

    private OneRow() {}

    /// @param w `[depth][vectors · LANES]`, from `fromW`
    /// @param vectors in a panel: 2, 3 or 4
    /// @param y overwritten from its beginning
    static void multiply(float[] x, int fromX, float[] w, int fromW, int vectors, float[] y, int depth) {
        switch (vectors) {
            case 2 -> floats2(x, fromX, w, fromW, y, depth);
            case 3 -> floats3(x, fromX, w, fromW, y, depth);
            default -> floats4(x, fromX, w, fromW, y, depth);
        }
    }

    /// As [#multiply(float[], int, float[], int, int, float[], int)], of weights in bfloat16. A panel has [Lanes#WIDEST] vectors.
    static void multiply(float[] x, int fromX, short[] w, int fromW, float[] y, int depth) {
        if (Lanes.WIDEST == 2) {
            bfloats2(x, fromX, w, fromW, y, depth);
        } else {
            bfloats4(x, fromX, w, fromW, y, depth);
        }
    }

    /// As [#multiply(float[], int, float[], int, int, float[], int)], of weights that are whole multiples of a scale. A panel has
    /// [Lanes#WIDEST] vectors.
    ///
    /// @param scales of the panel's outputs, from `fromScales`
    static void multiply(float[] x, int fromX, byte[] w, int fromW, float[] scales, int fromScales, float[] y,
            int depth) {
        if (Lanes.WIDEST == 2) {
            bytes2(x, fromX, w, fromW, scales, fromScales, y, depth);
        } else {
            bytes4(x, fromX, w, fromW, scales, fromScales, y, depth);
        }
    }

    /// The values of a panel of whole multiples of scales as floats.
    static void unpack(byte[] packed, int from, float[] scales, int fromScales, float[] values, int depth) {
        int width = Lanes.WIDEST * LANES;
        for (int n = 0; n < width; n += LANES) {
            FloatVector scale = load(scales, fromScales + n);
            for (int k = 0; k < depth; k++) {
                load(packed, from + n + k * width).mul(scale).intoArray(values, n + k * width);
            }
        }
    }

    private static FloatVector load(float[] values, int at) {
        return FloatVector.fromArray(SPECIES, values, at);
    }

    private static FloatVector load(short[] values, int at) {
        return BFloat16.load(values, at);
    }

    private static FloatVector load(byte[] values, int at) {
        return (FloatVector) ByteVector.fromArray(BYTES, values, at).convertShape(VectorOperators.B2F, SPECIES, 0);
    }

    private static void floats2(float[] x, int fromX, float[] w, int fromW, float[] y, int depth) {
        FloatVector y0 = FloatVector.zero(SPECIES), y1 = y0;
        for (int k = 0; k < depth; k++) {
            FloatVector value = FloatVector.broadcast(SPECIES, x[fromX + k]);
            y0 = value.fma(load(w, fromW + k * 2 * LANES), y0);
            y1 = value.fma(load(w, fromW + k * 2 * LANES + LANES), y1);
        }
        y0.intoArray(y, 0);
        y1.intoArray(y, LANES);
    }

    private static void floats3(float[] x, int fromX, float[] w, int fromW, float[] y, int depth) {
        FloatVector y0 = FloatVector.zero(SPECIES), y1 = y0, y2 = y0;
        for (int k = 0; k < depth; k++) {
            FloatVector value = FloatVector.broadcast(SPECIES, x[fromX + k]);
            y0 = value.fma(load(w, fromW + k * 3 * LANES), y0);
            y1 = value.fma(load(w, fromW + k * 3 * LANES + LANES), y1);
            y2 = value.fma(load(w, fromW + k * 3 * LANES + 2 * LANES), y2);
        }
        y0.intoArray(y, 0);
        y1.intoArray(y, LANES);
        y2.intoArray(y, 2 * LANES);
    }

    private static void floats4(float[] x, int fromX, float[] w, int fromW, float[] y, int depth) {
        FloatVector y0 = FloatVector.zero(SPECIES), y1 = y0, y2 = y0, y3 = y0;
        for (int k = 0; k < depth; k++) {
            FloatVector value = FloatVector.broadcast(SPECIES, x[fromX + k]);
            y0 = value.fma(load(w, fromW + k * 4 * LANES), y0);
            y1 = value.fma(load(w, fromW + k * 4 * LANES + LANES), y1);
            y2 = value.fma(load(w, fromW + k * 4 * LANES + 2 * LANES), y2);
            y3 = value.fma(load(w, fromW + k * 4 * LANES + 3 * LANES), y3);
        }
        y0.intoArray(y, 0);
        y1.intoArray(y, LANES);
        y2.intoArray(y, 2 * LANES);
        y3.intoArray(y, 3 * LANES);
    }

    private static void bfloats2(float[] x, int fromX, short[] w, int fromW, float[] y, int depth) {
        FloatVector y0 = FloatVector.zero(SPECIES), y1 = y0;
        for (int k = 0; k < depth; k++) {
            FloatVector value = FloatVector.broadcast(SPECIES, x[fromX + k]);
            y0 = value.fma(load(w, fromW + k * 2 * LANES), y0);
            y1 = value.fma(load(w, fromW + k * 2 * LANES + LANES), y1);
        }
        y0.intoArray(y, 0);
        y1.intoArray(y, LANES);
    }

    private static void bfloats4(float[] x, int fromX, short[] w, int fromW, float[] y, int depth) {
        FloatVector y0 = FloatVector.zero(SPECIES), y1 = y0, y2 = y0, y3 = y0;
        for (int k = 0; k < depth; k++) {
            FloatVector value = FloatVector.broadcast(SPECIES, x[fromX + k]);
            y0 = value.fma(load(w, fromW + k * 4 * LANES), y0);
            y1 = value.fma(load(w, fromW + k * 4 * LANES + LANES), y1);
            y2 = value.fma(load(w, fromW + k * 4 * LANES + 2 * LANES), y2);
            y3 = value.fma(load(w, fromW + k * 4 * LANES + 3 * LANES), y3);
        }
        y0.intoArray(y, 0);
        y1.intoArray(y, LANES);
        y2.intoArray(y, 2 * LANES);
        y3.intoArray(y, 3 * LANES);
    }

    private static void bytes2(float[] x, int fromX, byte[] w, int fromW, float[] scales, int fromScales, float[] y,
            int depth) {
        FloatVector y0 = FloatVector.zero(SPECIES), y1 = y0;
        FloatVector scale0 = load(scales, fromScales), scale1 = load(scales, fromScales + LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector value = FloatVector.broadcast(SPECIES, x[fromX + k]);
            y0 = value.fma(load(w, fromW + k * 2 * LANES).mul(scale0), y0);
            y1 = value.fma(load(w, fromW + k * 2 * LANES + LANES).mul(scale1), y1);
        }
        y0.intoArray(y, 0);
        y1.intoArray(y, LANES);
    }

    private static void bytes4(float[] x, int fromX, byte[] w, int fromW, float[] scales, int fromScales, float[] y,
            int depth) {
        FloatVector y0 = FloatVector.zero(SPECIES), y1 = y0, y2 = y0, y3 = y0;
        FloatVector scale0 = load(scales, fromScales), scale1 = load(scales, fromScales + LANES),
                scale2 = load(scales, fromScales + 2 * LANES), scale3 = load(scales, fromScales + 3 * LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector value = FloatVector.broadcast(SPECIES, x[fromX + k]);
            y0 = value.fma(load(w, fromW + k * 4 * LANES).mul(scale0), y0);
            y1 = value.fma(load(w, fromW + k * 4 * LANES + LANES).mul(scale1), y1);
            y2 = value.fma(load(w, fromW + k * 4 * LANES + 2 * LANES).mul(scale2), y2);
            y3 = value.fma(load(w, fromW + k * 4 * LANES + 3 * LANES).mul(scale3), y3);
        }
        y0.intoArray(y, 0);
        y1.intoArray(y, LANES);
        y2.intoArray(y, 2 * LANES);
        y3.intoArray(y, 3 * LANES);
    }
}
