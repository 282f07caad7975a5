package net.alexnet.torch.kernel;

import static net.alexnet.torch.kernel.Lanes.LANES;

/// [WeightPanels] of floats.
final class FloatPanels implements WeightPanels {
    private final float[] packed;
    private final int vectors;
    private final int depth;

    FloatPanels(Rows rows) {
        this.vectors = Lanes.panel(rows.outputs());
        this.depth = rows.depth();
        this.packed = new float[rows.length(vectors)];
        rows.forEach(vectors, (row, _, at) -> {
            for (int f = 0; f < row.length; f++) {
                packed[at + f * vectors * LANES] = row[f];
            }
        });
    }

    @Override
    public int vectors() {
        return vectors;
    }

    @Override
    public void multiply(float[] x, int from, int pitch, int rows, int panel, int f, int count, float[] products,
            Scratch scratch) {
        int at = (panel * depth + f) * vectors * LANES;
        if (rows == 1) {
            OneRow.multiply(x, from, packed, at, vectors, products, count);
        } else {
            Gemm.multiply(x, from, pitch, packed, at, vectors, 1, products, 0, vectors * LANES, rows, count);
        }
    }
}
