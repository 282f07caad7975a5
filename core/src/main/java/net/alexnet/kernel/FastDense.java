package net.alexnet.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.nio.ByteOrder.nativeOrder;
import static net.alexnet.kernel.Lanes.LANES;
import static net.alexnet.kernel.Lanes.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/// A fully connected layer for a few vectors: `y = x · weightᵀ + bias`. What such a product takes is the reading of the
/// weight, so the weight is read once, in order, four rows at a time.
///
/// Beyond [#MOST] vectors the engine's own matrix product is used.
public final class FastDense {
    /// The number of vectors up to which this kernel is used.
    private static final int MOST = 4;

    private static final int ROWS = 4;

    private final int count;
    private final int inputs;
    private final int units;
    private final Workers workers;

    FastDense(int count, int inputs, int units, Workers workers) {
        this.count = count;
        this.inputs = inputs;
        this.units = units;
        this.workers = workers;
    }

    static boolean fits(int count, int units) {
        return count <= MOST && units % ROWS == 0;
    }

    /// The output.
    ///
    /// @param x `(N, F)` in memory
    /// @param weight `(K, F)` in memory
    /// @param bias `(K)` in memory
    /// @param y `(N, K)` in memory, overwritten
    public void forward(MemorySegment x, MemorySegment weight, MemorySegment bias, MemorySegment y) {
        float[] values = new float[count * inputs];
        MemorySegment.copy(x, JAVA_FLOAT, 0, values, 0, values.length);
        workers.forEach(units / ROWS, (_, piece) -> {
            for (int which = 0; which < count; which++) {
                rows(values, which, weight, piece * ROWS, bias, y);
            }
        });
    }

    private void rows(float[] x, int which, MemorySegment weight, int row, MemorySegment bias, MemorySegment y) {
        FloatVector sum0 = FloatVector.zero(SPECIES);
        FloatVector sum1 = FloatVector.zero(SPECIES);
        FloatVector sum2 = FloatVector.zero(SPECIES);
        FloatVector sum3 = FloatVector.zero(SPECIES);
        int from = which * inputs;
        long step = (long) inputs * Float.BYTES;
        long first = row * step;
        int whole = SPECIES.loopBound(inputs);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector in = FloatVector.fromArray(SPECIES, x, from + i);
            long at = first + (long) i * Float.BYTES;
            sum0 = in.fma(FloatVector.fromMemorySegment(SPECIES, weight, at, nativeOrder()), sum0);
            sum1 = in.fma(FloatVector.fromMemorySegment(SPECIES, weight, at + step, nativeOrder()), sum1);
            sum2 = in.fma(FloatVector.fromMemorySegment(SPECIES, weight, at + 2 * step, nativeOrder()), sum2);
            sum3 = in.fma(FloatVector.fromMemorySegment(SPECIES, weight, at + 3 * step, nativeOrder()), sum3);
        }
        float[] lanes = new float[ROWS * LANES];
        sum0.intoArray(lanes, 0);
        sum1.intoArray(lanes, LANES);
        sum2.intoArray(lanes, 2 * LANES);
        sum3.intoArray(lanes, 3 * LANES);
        for (int i = 0; i < ROWS; i++) {
            float sum = bias.getAtIndex(JAVA_FLOAT, row + i);
            for (int lane = 0; lane < LANES; lane++) { // one by one: reduceLanes adds in an order that may change
                sum += lanes[i * LANES + lane];
            }
            for (int rest = whole; rest < inputs; rest++) {
                sum += x[from + rest] * weight.getAtIndex(JAVA_FLOAT, (long) (row + i) * inputs + rest);
            }
            y.setAtIndex(JAVA_FLOAT, (long) which * units + row + i, sum);
        }
    }
}
