package net.alexnet.torch.kernel;

import static net.alexnet.torch.kernel.Lanes.LANES;

import net.alexnet.torch.kernel.Scratch.Use;

/// [WeightPanels] of values `q · scale` with whole q from -127 to 127 and a scale for each output, as
/// [net.alexnet.io.DenseWeights#INT8] rounds them. The largest value of an output is 127 times its scale.
final class BytePanels implements WeightPanels {
    private final byte[] packed;
    private final float[] scales;
    private final int depth;

    BytePanels(Rows rows) {
        int width = Lanes.WIDEST * LANES;
        this.depth = rows.depth();
        this.packed = new byte[rows.length(Lanes.WIDEST)];
        this.scales = new float[Math.ceilDiv(rows.outputs(), width) * width];
        rows.forEach(Lanes.WIDEST, (row, output, at) -> {
            float scale = scale(row);
            scales[output] = scale;
            for (int f = 0; f < row.length && scale > 0; f++) {
                packed[at + f * width] = (byte) Math.rint(row[f] / scale);
            }
        });
    }

    /// Whether a row can be kept so.
    static boolean holds(float[] row) {
        float scale = scale(row);
        for (float value : row) {
            float whole = scale > 0 ? (float) Math.rint(value / scale) : 0;
            if (whole * scale != value || Math.abs(whole) > Byte.MAX_VALUE) {
                return false;
            }
        }
        return true;
    }

    private static float scale(float[] row) {
        float largest = 0;
        for (float value : row) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest / Byte.MAX_VALUE;
    }

    @Override
    public int vectors() {
        return Lanes.WIDEST;
    }

    @Override
    public void multiply(float[] x, int from, int pitch, int rows, int panel, int f, int count, float[] products,
            Scratch scratch) {
        int width = Lanes.WIDEST * LANES;
        int at = (panel * depth + f) * width;
        if (rows == 1) {
            OneRow.multiply(x, from, packed, at, scales, panel * width, products, count);
            return;
        }
        float[] values = scratch.get(Use.WEIGHTS, count * width);
        OneRow.unpack(packed, at, scales, panel * width, values, count);
        Gemm.multiply(x, from, pitch, values, 0, Lanes.WIDEST, 1, products, 0, width, rows, count);
    }
}
