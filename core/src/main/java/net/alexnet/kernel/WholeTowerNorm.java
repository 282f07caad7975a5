package net.alexnet.kernel;

import static java.nio.ByteOrder.nativeOrder;
import static net.alexnet.kernel.Lanes.LANES;
import static net.alexnet.kernel.Lanes.SPECIES;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import net.alexnet.kernel.Scratch.Use;

/// [FastResponseNorm] where every tower is a whole number of vectors, as in the paper's network (48 and 128 channels):
/// about three quarters of the time, as there are neither masks nor rests.
///
/// A block of pixels is one row of vectors in the map, whatever its towers, so every loop runs over the vectors of the
/// block. Sums over neighbours are read from a copy with zeros between the towers:
///
/// ```
/// 0 0 | tower | 0 0 | tower | 0 0 | … | tower | 0 0
/// ```
///
/// Nothing writes to those zeros, so they are set once for many blocks. Where a vector lies in the copy is looked up:
/// a loop over towers and one over the three vectors of a tower inside it would be all overhead.
final class WholeTowerNorm {
    private static final int REACH = FastResponseNorm.REACH;
    private static final long VECTOR_BYTES = (long) LANES * Float.BYTES;

    /// For each vector of a block, where its neighbours begin in the copy; it lies [#REACH] further on.
    private final int[] places;

    private final int length;
    private final float k;
    private final float scale;
    private final float pull;

    /// @param tower channels, a multiple of LANES
    /// @param towers in a block
    WholeTowerNorm(int tower, int towers, float k, float scale, float pull) {
        int vectors = tower / LANES;
        this.places = new int[towers * vectors];
        Arrays.setAll(places, v -> v / vectors * (tower + REACH) + v % vectors * LANES);
        this.length = REACH + towers * (tower + REACH);
        this.k = k;
        this.scale = scale;
        this.pull = pull;
    }

    /// A copy's memory, all zeros.
    float[] zeros(Use use, Scratch mine) {
        float[] values = mine.get(use, length);
        Arrays.fill(values, 0, length, 0);
        return values;
    }

    /// @param at the first value of the block
    /// @param count vectors
    void forward(MemorySegment x, MemorySegment y, long at, int count, float[] squares) {
        squares(x, at * Float.BYTES, count, squares);
        normalise(x, y, at * Float.BYTES, count, squares);
    }

    /// @param direct as many values as a block has
    void gradient(MemorySegment x, MemorySegment dy, MemorySegment dx, boolean throughRelu, long at, int count,
            float[] squares, float[] shares, float[] direct) {
        squares(x, at * Float.BYTES, count, squares);
        share(x, dy, at * Float.BYTES, count, squares, shares, direct);
        // Nothing equals NaN: one loop for both.
        collect(x, dx, throughRelu ? 0 : Float.NaN, at * Float.BYTES, count, shares, direct);
    }

    private void squares(MemorySegment x, long from, int count, float[] squares) {
        int[] places = this.places;
        for (int v = 0; v < count; v++) {
            FloatVector in = load(x, from + v * VECTOR_BYTES);
            in.mul(in).intoArray(squares, places[v] + REACH);
        }
    }

    private void normalise(MemorySegment x, MemorySegment y, long from, int count, float[] squares) {
        int[] places = this.places;
        float k = this.k;
        float scale = this.scale;
        for (int v = 0; v < count; v++) {
            FloatVector root = FastResponseNorm.inverse(FastResponseNorm.sum(squares, places[v]), k, scale).sqrt();
            FloatVector out = load(x, from + v * VECTOR_BYTES).mul(root.mul(root.sqrt()));
            out.intoMemorySegment(y, from + v * VECTOR_BYTES, nativeOrder());
        }
    }

    /// What each output's gradient gives to its own input, and what to all its neighbours.
    private void share(MemorySegment x, MemorySegment dy, long from, int count, float[] squares, float[] shares,
            float[] direct) {
        int[] places = this.places;
        float k = this.k;
        float scale = this.scale;
        for (int v = 0; v < count; v++) {
            FloatVector inverse = FastResponseNorm.inverse(FastResponseNorm.sum(squares, places[v]), k, scale);
            FloatVector root = inverse.sqrt();
            FloatVector straight = load(dy, from + v * VECTOR_BYTES).mul(root.mul(root.sqrt()));
            straight.intoArray(direct, v * LANES);
            straight.mul(load(x, from + v * VECTOR_BYTES)).mul(inverse).intoArray(shares, places[v] + REACH);
        }
    }

    private void collect(MemorySegment x, MemorySegment dx, float dead, long from, int count, float[] shares,
            float[] direct) {
        int[] places = this.places;
        float pull = this.pull;
        for (int v = 0; v < count; v++) {
            FloatVector in = load(x, from + v * VECTOR_BYTES);
            FloatVector pulled = in.mul(FastResponseNorm.sum(shares, places[v])).mul(pull);
            FloatVector out = FloatVector.fromArray(SPECIES, direct, v * LANES).sub(pulled);
            out.blend(0, in.eq(dead)).intoMemorySegment(dx, from + v * VECTOR_BYTES, nativeOrder());
        }
    }

    private static FloatVector load(MemorySegment map, long offset) {
        return FloatVector.fromMemorySegment(SPECIES, map, offset, nativeOrder());
    }
}
