package net.alexnet.torch.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static net.alexnet.torch.kernel.Lanes.LANES;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/// A weight as [VectorRowProduct] reads it: in panels, `[panel][f][width]`, with zeros for outputs that fill the last panel.
/// It is a copy that is made once; a weight in rows would have to be transposed for every batch.
interface WeightPanels {
    /// A panel's width in vectors.
    int vectors();

    /// Products of rows with a block of a panel, `products[m][n] = Σ_f x[m][f] · w[f][n]`, each sum from its first to its last
    /// product with fused multiply-adds that begin at 0. May also read and write rows up to the next multiple of
    /// [Gemm#ROWS].
    ///
    /// @param x rows, `pitch` apart, of the block's values
    /// @param from the first row's first value
    /// @param panel the panel's number
    /// @param f the block's first value, counted in a row of the weight
    /// @param count values of the block
    /// @param products `[row][width]`, overwritten
    /// @param scratch of the thread
    void multiply(float[] x, int from, int pitch, int rows, int panel, int f, int count, float[] products,
            Scratch scratch);

    /// The panels of a dense layer's weight. One picture needs each weight once, so that reading them takes most of the time:
    /// weights that bfloat16 holds, or whole multiples of a scale for each output, are kept in two bytes or one. The choice
    /// is made by the weights' values, and the products have the same bits in every form.
    ///
    /// @param rows of the weight
    static WeightPanels narrowest(Rows rows) {
        if (rows.all(BytePanels::holds)) {
            return new BytePanels(rows);
        }
        return rows.all(BFloat16Panels::holds) ? new BFloat16Panels(rows) : new FloatPanels(rows);
    }

    /// Rows of a weight in memory, and what copies them.
    ///
    /// @param weight rows of `depth` floats
    /// @param first row
    /// @param outputs rows
    record Rows(MemorySegment weight, int first, int outputs, int depth, Workers workers) {
        /// Looks at a row.
        interface Condition {
            boolean holds(float[] row);
        }

        /// Takes a row.
        interface Use {
            /// Puts it into the panels.
            ///
            /// @param output its number
            /// @param at where the row's first value goes; the next ones go a panel's width apart
            void put(float[] row, int output, int at);
        }

        /// Whether all rows meet a condition. Ends soon after one does not.
        boolean all(Condition condition) {
            AtomicBoolean all = new AtomicBoolean(true);
            workers.forEach(outputs, (_, output) -> {
                if (all.get() && !condition.holds(row(output))) {
                    all.set(false);
                }
            });
            return all.get();
        }

        /// Gives each row, and its place in panels.
        void forEach(int vectors, Use use) {
            int width = vectors * LANES;
            workers.forEach(Math.ceilDiv(outputs, width), (_, panel) -> {
                for (int k = 0; k < Math.min(width, outputs - panel * width); k++) {
                    use.put(row(panel * width + k), panel * width + k, panel * width * depth + k);
                }
            });
        }

        /// Values of panels of this many vectors.
        int length(int vectors) {
            return Math.multiplyExact(Math.ceilDiv(outputs, vectors * LANES) * vectors * LANES, depth);
        }

        private float[] row(int output) {
            return weight.asSlice((long) (first + output) * depth * Float.BYTES, (long) depth * Float.BYTES)
                    .toArray(JAVA_FLOAT_UNALIGNED);
        }
    }
}
