package net.alexnet.torch.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static net.alexnet.torch.kernel.Lanes.LANES;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import net.alexnet.torch.kernel.Scratch.Use;

/// [RowProduct] by [Gemm]. It reads the weight in panels, a copy that is made once: a weight in rows would have to be
/// transposed for every batch.
final class VectorRowProduct implements RowProduct {
    /// Rows that one thread computes with a panel: as many as stay in the cache with it.
    private static final int TOGETHER = 16 * Gemm.ROWS;

    /// From one row to the next in a block: at a distance of whole pages they would compete for the same lines of the cache.
    private static final int PITCH = WinogradConvolution.apart(BLOCK);

    /// `[panel][f][width]`, with zeros for outputs that fill the last panel
    private final float[] packed;
    private final int outputs;
    private final int depth;
    private final Workers workers;
    private final Scratch[] scratch;

    private VectorRowProduct(float[] packed, int outputs, int depth, Workers workers, Scratch[] scratch) {
        this.packed = packed;
        this.outputs = outputs;
        this.depth = depth;
        this.workers = workers;
        this.scratch = scratch;
    }

    /// @param weight rows of `depth` floats
    /// @param first row
    /// @param outputs rows
    static VectorRowProduct of(
            MemorySegment weight, int first, int outputs, int depth, Workers workers, Scratch[] scratch) {
        int width = Lanes.panel(outputs) * LANES;
        int panels = Math.ceilDiv(outputs, width);
        float[] packed = new float[Math.multiplyExact(panels * width, depth)];
        workers.forEach(panels, (worker, panel) -> {
            float[] row = scratch[worker].get(Use.PIXELS, depth);
            for (int k = 0; k < Math.min(width, outputs - panel * width); k++) {
                MemorySegment.copy(weight, JAVA_FLOAT_UNALIGNED,
                        (long) (first + panel * width + k) * depth * Float.BYTES, row, 0, depth);
                int to = panel * width * depth + k;
                for (int f = 0; f < depth; f++) {
                    packed[to + f * width] = row[f];
                }
            }
        });
        return new VectorRowProduct(packed, outputs, depth, workers, scratch);
    }

    @Override
    public void run(float[] x, int rows, Target to) {
        int width = Lanes.panel(outputs) * LANES;
        int panels = Math.ceilDiv(outputs, width);
        int bands = Math.ceilDiv(rows, TOGETHER);
        int room = Math.ceilDiv(rows, Gemm.ROWS) * Gemm.ROWS;
        int blocks = Math.ceilDiv(depth, BLOCK);
        float[] ordered = scratch[0].get(Use.INPUT, blocks * room * PITCH);
        workers.forEach(rows, (_, row) -> {
            for (int block = 0; block < blocks; block++) {
                System.arraycopy(x, row * depth + block * BLOCK, ordered, (block * room + row) * PITCH,
                        Math.min(BLOCK, depth - block * BLOCK));
            }
        });
        workers.forEach(panels * bands, (worker, piece) -> {
            int first = piece % bands * TOGETHER;
            panel(ordered, room, first, Math.min(TOGETHER, rows - first), piece / bands, width, to, scratch[worker]);
        });
    }

    /// @param x `[block][row][PITCH]`, of `room` rows
    private void panel(float[] x, int room, int first, int rows, int panel, int width, Target to, Scratch scratch) {
        int length = Math.ceilDiv(rows, Gemm.ROWS) * Gemm.ROWS * width;
        float[] products = scratch.get(Use.OUTPUT, length);
        float[] sums = scratch.get(Use.SUMS, length);
        int count = Math.min(width, outputs - panel * width);
        Arrays.fill(sums, 0, length, 0);
        for (int row = 0; row < rows; row++) {
            to.begin(sums, row * width, count, panel * width);
        }
        for (int f = 0; f < depth; f += BLOCK) {
            Gemm.multiply(x, (f / BLOCK * room + first) * PITCH, PITCH, packed, (panel * depth + f) * width,
                    width / LANES, 1,
                    products, 0, width, rows, Math.min(BLOCK, depth - f));
            for (int i = 0; i < rows * width; i++) {
                sums[i] += products[i];
            }
        }
        for (int row = 0; row < rows; row++) {
            to.write(sums, row * width, count, first + row, panel * width);
        }
    }
}
