package net.alexnet.torch.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/// [RowProduct] without vectors, for a JVM that does not have them or a program that is too short for the compiler to make
/// them: the weight is read where it is, and eight outputs are summed at once.
///
/// @param weight rows of `depth` floats
/// @param first row
/// @param outputs rows
record PlainRowProduct(MemorySegment weight, int first, int outputs, int depth, Workers workers)
        implements
            RowProduct {
    private static final int TOGETHER = 8;

    @Override
    public void run(float[] x, int rows, Target to) {
        workers.forEach(Math.ceilDiv(outputs, TOGETHER), (_, piece) -> {
            int output = piece * TOGETHER;
            outputs(x, rows, output, Math.min(TOGETHER, outputs - output), to);
        });
    }

    private void outputs(float[] x, int rows, int output, int count, Target to) {
        float[][] w = new float[TOGETHER][BLOCK];
        float[] sums = new float[rows * TOGETHER];
        for (int row = 0; row < rows; row++) {
            to.begin(sums, row * TOGETHER, count, output);
        }
        for (int f = 0; f < depth; f += BLOCK) {
            int length = Math.min(BLOCK, depth - f);
            for (int k = 0; k < count; k++) {
                MemorySegment.copy(weight, JAVA_FLOAT_UNALIGNED,
                        ((long) (first + output + k) * depth + f) * Float.BYTES, w[k], 0, length);
            }
            for (int row = 0; row < rows; row++) {
                add(x, row * depth + f, w, length, sums, row * TOGETHER);
            }
        }
        for (int row = 0; row < rows; row++) {
            to.write(sums, row * TOGETHER, count, row, output);
        }
    }

    private static void add(float[] x, int at, float[][] w, int length, float[] sums, int to) {
        float[] w0 = w[0];
        float[] w1 = w[1];
        float[] w2 = w[2];
        float[] w3 = w[3];
        float[] w4 = w[4];
        float[] w5 = w[5];
        float[] w6 = w[6];
        float[] w7 = w[7];
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
        for (int f = 0; f < length; f++) {
            float value = x[at + f];
            s0 = Math.fma(value, w0[f], s0);
            s1 = Math.fma(value, w1[f], s1);
            s2 = Math.fma(value, w2[f], s2);
            s3 = Math.fma(value, w3[f], s3);
            s4 = Math.fma(value, w4[f], s4);
            s5 = Math.fma(value, w5[f], s5);
            s6 = Math.fma(value, w6[f], s6);
            s7 = Math.fma(value, w7[f], s7);
        }
        sums[to] += s0;
        sums[to + 1] += s1;
        sums[to + 2] += s2;
        sums[to + 3] += s3;
        sums[to + 4] += s4;
        sums[to + 5] += s5;
        sums[to + 6] += s6;
        sums[to + 7] += s7;
    }
}
