package net.alexnet.torch.kernel;

import static net.alexnet.torch.kernel.Lanes.LANES;

import net.alexnet.torch.kernel.Scratch.Use;

/// [WeightPanels] of values that bfloat16 holds: the upper halves of their floats.
final class BFloat16Panels implements WeightPanels {
    private static final int LOWER_HALF = 0xFFFF;

    private final short[] packed;
    private final int depth;

    BFloat16Panels(Rows rows) {
        this.depth = rows.depth();
        this.packed = new short[rows.length(Lanes.WIDEST)];
        rows.forEach(Lanes.WIDEST, (row, _, at) -> {
            for (int f = 0; f < row.length; f++) {
                packed[at + f * Lanes.WIDEST * LANES] = (short) (Float.floatToRawIntBits(row[f]) >>> Short.SIZE);
            }
        });
    }

    /// Whether a row can be kept so.
    static boolean holds(float[] row) {
        for (float value : row) {
            if ((Float.floatToRawIntBits(value) & LOWER_HALF) != 0) {
                return false;
            }
        }
        return true;
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
            OneRow.multiply(x, from, packed, at, products, count);
            return;
        }
        float[] values = scratch.get(Use.WEIGHTS, count * width);
        BFloat16.unpack(packed, at, values, 0, count * width);
        Gemm.multiply(x, from, pitch, values, 0, Lanes.WIDEST, 1, products, 0, width, rows, count);
    }
}
