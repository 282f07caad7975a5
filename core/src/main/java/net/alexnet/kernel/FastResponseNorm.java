package net.alexnet.kernel;

import static java.nio.ByteOrder.nativeOrder;
import static net.alexnet.kernel.Lanes.LANES;
import static net.alexnet.kernel.Lanes.SPECIES;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import net.alexnet.kernel.Scratch.Use;
import net.alexnet.tensor.ResponseNorm;

/// Local response normalisation across channels, §3.3 of the paper, in one pass over memory each way:
///
/// ```
/// d  = k + scale · Σ x²                                 Σ over the neighbouring channels of the tower
/// y  = x · d^−¾
/// dx = dy · d^−¾ − 2 · ¾ · x · scale · Σ dy · x · d^−7/4
/// ```
///
/// Channels lie side by side, so a sum over neighbours is a sum of shifted vectors. d^−¾ is the product of the square
/// root and the fourth root of 1/d. The plain form is [net.alexnet.tensor.reference].
public final class FastResponseNorm {
    /// Pixels that go through one step together: as many as stay in the nearest cache, so that no sum waits for the values
    /// that were just written.
    private static final int TOGETHER = 16;

    /// Pixels of a piece of work.
    private static final int PIECE = 16 * TOGETHER;

    /// The paper's n, and how far it reaches to either side. A constant: a loop over neighbours would keep every vector in
    /// memory.
    static final int SIZE = 5;

    private static final int REACH = SIZE / 2;

    /// The paper's exponent, for which two roots stand.
    static final double BETA = 0.75;

    private final int channels;
    private final int towers;
    private final int tower;
    private final float k;
    private final float scale;
    private final float pull;
    private final Workers workers;
    private final Scratch[] scratch;

    FastResponseNorm(ResponseNorm norm, int channels, Workers workers, Scratch[] scratch) {
        this.channels = channels;
        this.towers = norm.groups();
        this.tower = channels / norm.groups();
        this.k = (float) norm.k();
        this.scale = (float) norm.scale();
        this.pull = (float) (2 * norm.beta() * norm.scale());
        this.workers = workers;
        this.scratch = scratch;
    }

    /// The normalised values.
    ///
    /// @param x pixels of all their channels each
    /// @param y as many, overwritten
    public void forward(MemorySegment x, MemorySegment y) {
        forEachBlock(x, (at, count, mine) -> forward(x, y, at, count, mine));
    }

    /// The gradient by the input.
    ///
    /// @param x what went into [#forward]
    /// @param dx overwritten; may be dy
    /// @param throughRelu whether x came out of a ReLU and the gradient is to go on through it: 0 where x is 0
    public void gradient(MemorySegment x, MemorySegment dy, MemorySegment dx, boolean throughRelu) {
        forEachBlock(x, (at, count, mine) -> gradient(x, dy, dx, throughRelu, at, count, mine));
    }

    /// [#forward] on the caller's thread alone.
    void forward(MemorySegment x, MemorySegment y, Scratch mine) {
        blocks(0, pixels(x), (at, count, own) -> forward(x, y, at, count, own), mine);
    }

    /// [#gradient] on the caller's thread alone.
    void gradient(MemorySegment x, MemorySegment dy, MemorySegment dx, boolean throughRelu, Scratch mine) {
        blocks(0, pixels(x), (at, count, own) -> gradient(x, dy, dx, throughRelu, at, count, own), mine);
    }

    private interface Block {
        /// @param at the first tower of the first pixel, counted over the map
        /// @param count towers
        void run(long at, int count, Scratch scratch);
    }

    private void forEachBlock(MemorySegment x, Block block) {
        long pixels = pixels(x);
        workers.forEach(Math.toIntExact(Math.ceilDiv(pixels, PIECE)), (worker, piece) -> blocks(
                (long) piece * PIECE, Math.min(pixels, (piece + 1L) * PIECE), block, scratch[worker]));
    }

    private void blocks(long from, long end, Block block, Scratch mine) {
        for (long at = from; at < end; at += TOGETHER) {
            block.run(at * towers, (int) Math.min(TOGETHER, end - at) * towers, mine);
        }
    }

    private long pixels(MemorySegment x) {
        return x.byteSize() / Float.BYTES / channels;
    }

    private void forward(MemorySegment x, MemorySegment y, long first, int count, Scratch mine) {
        float[] squares = squares(x, first, count, mine);
        for (int which = 0; which < count; which++) {
            for (int channel = 0; channel < tower; channel += LANES) {
                long at = (first + which) * tower + channel;
                FloatVector inverse = inverse(squares, which * room() + channel);
                FloatVector root = inverse.sqrt();
                store(load(x, at, channel).mul(root.mul(root.sqrt())), y, at, channel);
            }
        }
    }

    private void gradient(MemorySegment x, MemorySegment dy, MemorySegment dx, boolean throughRelu, long first,
            int count,
            Scratch mine) {
        float[] squares = squares(x, first, count, mine);
        float[] shares = zeros(Use.PIXELS, count, mine);
        float[] direct = mine.get(Use.STRIP, count * room());
        share(x, dy, first, count, squares, shares, direct);
        if (throughRelu) {
            collectThroughRelu(x, dx, first, count, shares, direct);
        } else {
            collect(x, dx, first, count, shares, direct);
        }
    }

    /// What each output's gradient gives to its own input, and what to all its neighbours.
    private void share(MemorySegment x, MemorySegment dy, long first, int count, float[] squares, float[] shares,
            float[] direct) {
        for (int which = 0; which < count; which++) {
            for (int channel = 0; channel < tower; channel += LANES) {
                long at = (first + which) * tower + channel;
                int from = which * room() + channel;
                FloatVector inverse = inverse(squares, from);
                FloatVector root = inverse.sqrt();
                FloatVector straight = load(dy, at, channel).mul(root.mul(root.sqrt()));
                straight.intoArray(direct, from);
                straight.mul(load(x, at, channel)).mul(inverse).intoArray(shares, from + REACH);
            }
        }
    }

    private void collect(MemorySegment x, MemorySegment dx, long first, int count, float[] shares, float[] direct) {
        for (int which = 0; which < count; which++) {
            for (int channel = 0; channel < tower; channel += LANES) {
                long at = (first + which) * tower + channel;
                int from = which * room() + channel;
                FloatVector in = load(x, at, channel);
                store(load(direct, from).sub(in.mul(sum(shares, from)).mul(pull)), dx, at, channel);
            }
        }
    }

    private void collectThroughRelu(
            MemorySegment x, MemorySegment dx, long first, int count, float[] shares, float[] direct) {
        for (int which = 0; which < count; which++) {
            for (int channel = 0; channel < tower; channel += LANES) {
                long at = (first + which) * tower + channel;
                int from = which * room() + channel;
                FloatVector in = load(x, at, channel);
                FloatVector out = load(direct, from).sub(in.mul(sum(shares, from)).mul(pull));
                store(out.blend(0, in.eq(0)), dx, at, channel);
            }
        }
    }

    /// The squares of each tower, with zeros on both sides.
    private float[] squares(MemorySegment x, long first, int count, Scratch mine) {
        float[] squares = zeros(Use.TAPS, count, mine);
        for (int which = 0; which < count; which++) {
            for (int channel = 0; channel < tower; channel += LANES) {
                FloatVector in = load(x, (first + which) * tower + channel, channel);
                in.mul(in).intoArray(squares, which * room() + REACH + channel);
            }
        }
        return squares;
    }

    private float[] zeros(Use use, int count, Scratch mine) {
        float[] values = mine.get(use, count * room());
        Arrays.fill(values, 0, count * room(), 0);
        return values;
    }

    /// Floats that one tower takes: whole vectors, the neighbours that it lacks, and a vector that hangs over.
    private int room() {
        return Lanes.padded(tower) + SIZE - 1;
    }

    /// 1/d of one vector of channels.
    private FloatVector inverse(float[] squares, int from) {
        FloatVector d = sum(squares, from).mul(scale).add(k);
        return FloatVector.broadcast(SPECIES, 1).div(d);
    }

    private static FloatVector sum(float[] values, int from) {
        return load(values, from)
                .add(load(values, from + 1))
                .add(load(values, from + 2).add(load(values, from + 3)))
                .add(load(values, from + 4));
    }

    private static FloatVector load(float[] values, int at) {
        return FloatVector.fromArray(SPECIES, values, at);
    }

    private FloatVector load(MemorySegment map, long at, int channel) {
        return channel + LANES <= tower
                ? FloatVector.fromMemorySegment(SPECIES, map, at * Float.BYTES, nativeOrder())
                : FloatVector.fromMemorySegment(SPECIES, map, at * Float.BYTES, nativeOrder(), rest(channel));
    }

    private void store(FloatVector values, MemorySegment map, long at, int channel) {
        if (channel + LANES <= tower) {
            values.intoMemorySegment(map, at * Float.BYTES, nativeOrder());
        } else {
            values.intoMemorySegment(map, at * Float.BYTES, nativeOrder(), rest(channel));
        }
    }

    private VectorMask<Float> rest(int channel) {
        return SPECIES.indexInRange(channel, tower);
    }
}
