package net.alexnet.torch.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/// Products of rows with a weight, `y[m][k] = bias[k] + Σ_f x[m][f] · w[k][f]`: fully connected layers, and convolutions that
/// [WinogradConvolution] does not take.
///
/// The order of a sum is fixed: blocks of [#BLOCK] products, each added up from its first to its last product with fused
/// multiply-adds that begin at 0; then the blocks' sums are added to the bias, from the first to the last. Blocks also
/// round less than one long sum.
interface RowProduct {
    /// Products of a block.
    int BLOCK = 256;

    /// Computes them on all threads.
    ///
    /// @param x rows of `depth` floats, one after the other
    /// @param rows that count
    /// @param to where y goes
    void run(float[] x, int rows, Target to);

    /// Rows of memory as [#run] reads them.
    static float[] rows(MemorySegment x, int rows, int depth) {
        return x.asSlice(0, (long) rows * depth * Float.BYTES).toArray(JAVA_FLOAT_UNALIGNED);
    }

    /// Where results go: row m, output k to `(row0 + m) · pitch + first + k`.
    final class Target {
        private final float[] bias;
        private final boolean relu;
        private final MemorySegment y;
        private final long row0;
        private final int pitch;
        private final int first;

        /// @param bias one float an output
        /// @param relu whether negative results become 0
        /// @param y memory
        /// @param row0 the first row's number
        /// @param pitch floats from a row to the next
        /// @param first output's place in a row
        Target(float[] bias, boolean relu, MemorySegment y, long row0, int pitch, int first) {
            this.bias = bias;
            this.relu = relu;
            this.y = y;
            this.row0 = row0;
            this.pitch = pitch;
            this.first = first;
        }

        /// Begins the sums of some outputs of a row.
        void begin(float[] sums, int at, int count, int output) {
            System.arraycopy(bias, output, sums, at, count);
        }

        /// Writes some outputs of a row, and makes their negatives 0 where the target says so.
        void write(float[] values, int from, int count, int row, int output) {
            if (relu) {
                for (int i = from; i < from + count; i++) {
                    values[i] = Math.max(0, values[i]);
                }
            }
            MemorySegment.copy(values, from, y, JAVA_FLOAT_UNALIGNED,
                    ((row0 + row) * pitch + first + output) * Float.BYTES, count);
        }
    }
}
