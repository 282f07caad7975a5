package net.alexnet.torch.kernel;

import static net.alexnet.torch.kernel.Lanes.LANES;

import java.util.Arrays;
import net.alexnet.torch.kernel.Scratch.Use;

/// [RowProduct] in the Vector API.
final class VectorRowProduct implements RowProduct {
    /// Rows that one thread computes with a panel: as many as stay in the cache with it.
    private static final int TOGETHER = 16 * Gemm.ROWS;

    /// From one row to the next in a block: at a distance of whole pages they would compete for the same lines of the cache.
    private static final int PITCH = WinogradConvolution.apart(BLOCK);

    private final WeightPanels panels;
    private final int outputs;
    private final int depth;
    private final Workers workers;
    private final Scratch[] scratch;

    /// @param panels of a weight of `outputs` rows of `depth` floats
    VectorRowProduct(WeightPanels panels, int outputs, int depth, Workers workers, Scratch[] scratch) {
        this.panels = panels;
        this.outputs = outputs;
        this.depth = depth;
        this.workers = workers;
        this.scratch = scratch;
    }

    @Override
    public void run(float[] x, int rows, Target to) {
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
        workers.forEach(Math.ceilDiv(outputs, panels.vectors() * LANES) * bands, (worker, piece) -> {
            int first = piece % bands * TOGETHER;
            panel(ordered, room, first, Math.min(TOGETHER, rows - first), piece / bands, to, scratch[worker]);
        });
    }

    /// @param x `[block][row][PITCH]`, of `room` rows
    private void panel(float[] x, int room, int first, int rows, int panel, Target to, Scratch scratch) {
        int width = panels.vectors() * LANES;
        int length = Math.ceilDiv(rows, Gemm.ROWS) * Gemm.ROWS * width;
        float[] products = scratch.get(Use.OUTPUT, length);
        float[] sums = scratch.get(Use.SUMS, length);
        int count = Math.min(width, outputs - panel * width);
        Arrays.fill(sums, 0, length, 0);
        for (int row = 0; row < rows; row++) {
            to.begin(sums, row * width, count, panel * width);
        }
        for (int f = 0; f < depth; f += BLOCK) {
            panels.multiply(x, (f / BLOCK * room + first) * PITCH, PITCH, rows, panel, f, Math.min(BLOCK, depth - f),
                    products, scratch);
            for (int i = 0; i < rows * width; i++) {
                sums[i] += products[i];
            }
        }
        for (int row = 0; row < rows; row++) {
            to.write(sums, row * width, count, first + row, panel * width);
        }
    }
}
