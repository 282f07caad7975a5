package net.alexnet.torch.kernel;

import static net.alexnet.torch.kernel.Lanes.LANES;
import static net.alexnet.torch.kernel.Lanes.SPECIES;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Precision;
import net.alexnet.torch.kernel.Scratch.Use;

/// Local response normalization across channels, §3.3 of the paper, forward and backward in one pass over memory each:
///
/// ```
/// d  = k + scale · Σ x²                                 Σ over the neighboring channels of the tower
/// y  = x · d^−¾
/// dx = dy · d^−¾ − 2 · ¾ · x · scale · Σ dy · x · d^−7/4
/// ```
///
/// Channels are innermost, so a sum over neighbors is a sum of shifted vectors. All powers of d are computed from q = d^−¼,
/// which needs no division and no root: these take several times as long. The plain form is in
/// [net.alexnet.tensor.reference].
public final class FastResponseNorm {
    /// Pixels of one step: as many as stay in the nearest cache.
    private static final int TOGETHER = 16;

    /// Pixels of a piece of work.
    private static final int PIECE = 16 * TOGETHER;

    /// The paper's n. It is a constant because a loop over neighbors would keep every vector in memory.
    static final int SIZE = 5;

    private static final int REACH = SIZE / 2;

    private static final FloatVector ONE = FloatVector.broadcast(SPECIES, 1);

    /// These bits minus a quarter of the bits of a float d, as integers, are the bits of about d^−¼, because a float's bits are
    /// nearly its logarithm. For this guess q, q⁴·d is between 0.875 and 1.122.
    private static final IntVector QUARTER = IntVector.broadcast(SPECIES.withLanes(int.class), PlainNorm.QUARTER);

    /// (1 − r)^−¼ − 1 for |r| ≤ ⅛ in powers of r: the polynomial through Chebyshev's nodes. Its error is about 1e-8, below
    /// the precision of float32.
    private static final FloatVector C1 = FloatVector.broadcast(SPECIES, PlainNorm.C1);
    private static final FloatVector C2 = FloatVector.broadcast(SPECIES, PlainNorm.C2);
    private static final FloatVector C3 = FloatVector.broadcast(SPECIES, PlainNorm.C3);
    private static final FloatVector C4 = FloatVector.broadcast(SPECIES, PlainNorm.C4);
    private static final FloatVector C5 = FloatVector.broadcast(SPECIES, PlainNorm.C5);

    private final Pixels layout;
    private final int tower;
    private final float k;
    private final float scale;
    private final float pull;
    private final Workers workers;
    private final Scratch[] scratch;

    FastResponseNorm(LocalResponseNorm norm, int channels, Precision precision, Workers workers,
            Scratch[] scratch) {
        this.layout = new Pixels(norm.groups(), channels / norm.groups(), precision);
        this.tower = Lanes.padded(layout.channels());
        this.k = (float) norm.k();
        this.scale = (float) norm.scale();
        this.pull = (float) (2 * norm.beta() * norm.scale());
        this.workers = workers;
        this.scratch = scratch;
    }

    /// The layout of pixels in the arrays of [#normalize] and [#gradient].
    Pixels layout() {
        return layout;
    }

    /// The normalized values.
    ///
    /// @param x whole pixels, `(…, C)` in memory
    /// @param y of the same size, overwritten
    public void forward(MemorySegment x, MemorySegment y) {
        forEachBlock(x, (first, count, mine) -> {
            float[] values = read(x, first, count, Use.PIXELS, mine);
            normalize(values, values, block(Use.ROOTS, mine), 0, count, mine);
            layout.write(values, 0, count, y, first, mine);
        });
    }

    /// The gradient by the input.
    ///
    /// @param x the input of [#forward]
    /// @param dx overwritten; may be dy
    /// @param throughRelu whether x is the output of a ReLU; the gradient is then 0 where x is 0
    public void gradient(MemorySegment x, MemorySegment dy, MemorySegment dx, boolean throughRelu) {
        forEachBlock(x, (first, count, mine) -> {
            float[] values = read(x, first, count, Use.PIXELS, mine);
            float[] roots = block(Use.ROOTS, mine);
            normalize(values, block(Use.NORMALIZED, mine), roots, 0, count, mine);
            float[] gradient = read(dy, first, count, Use.GRADIENT, mine);
            gradient(values, roots, gradient, 0, count, throughRelu, mine);
            layout.write(gradient, 0, count, dx, first, mine);
        });
    }

    private interface Block {
        void run(long first, int count, Scratch scratch);
    }

    private void forEachBlock(MemorySegment x, Block block) {
        long pixels = layout.count(x);
        workers.forEach(Math.toIntExact(Math.ceilDiv(pixels, PIECE)), (worker, piece) -> {
            long end = Math.min(pixels, (piece + 1L) * PIECE);
            for (long first = (long) piece * PIECE; first < end; first += TOGETHER) {
                block.run(first, (int) Math.min(TOGETHER, end - first), scratch[worker]);
            }
        });
    }

    private float[] block(Use use, Scratch mine) {
        return mine.get(use, TOGETHER * layout.width());
    }

    private float[] read(MemorySegment map, long first, int count, Use use, Scratch mine) {
        float[] values = block(use, mine);
        layout.read(map, first, count, values, 0, mine);
        return values;
    }

    // --- of pixels in arrays, on the caller's thread ---------------------------------------------------------------

    // The loops call only the Vector API: beyond 8000 bytes of inlined code C2 inlines only methods that the JDK has marked,
    // and then a vector that is passed to a method of ours becomes an object.

    /// Normalizes pixels.
    ///
    /// @param y overwritten; may be x
    /// @param roots overwritten by d^−¼ for [#gradient]
    /// @param at index of the first pixel in all three
    void normalize(float[] x, float[] y, float[] roots, int at, int pixels, Scratch mine) {
        float[] squares = zeros(mine);
        for (int first = 0; first < pixels; first += TOGETHER) {
            int from = at + first * layout.width();
            int count = Math.min(TOGETHER, pixels - first);
            squares(x, from, count * layout.groups(), squares);
            denominators(squares, roots, from, count * layout.groups());
            powers(x, y, roots, from, count * layout.width());
        }
    }

    /// The squares of each tower, with zeros on both sides.
    private void squares(float[] x, int at, int towers, float[] squares) {
        for (int which = 0; which < towers; which++) {
            int from = at + which * tower;
            int to = which * room() + REACH;
            for (int channel = 0; channel < tower; channel += LANES) {
                FloatVector in = FloatVector.fromArray(SPECIES, x, from + channel);
                in.mul(in).intoArray(squares, to + channel);
            }
        }
    }

    private void denominators(float[] squares, float[] d, int at, int towers) {
        for (int which = 0; which < towers; which++) {
            int from = which * room();
            int to = at + which * tower;
            for (int channel = 0; channel < tower; channel += LANES) {
                FloatVector.fromArray(SPECIES, squares, from + channel)
                        .add(FloatVector.fromArray(SPECIES, squares, from + channel + 1))
                        .add(FloatVector.fromArray(SPECIES, squares, from + channel + 2)
                                .add(FloatVector.fromArray(SPECIES, squares, from + channel + 3)))
                        .add(FloatVector.fromArray(SPECIES, squares, from + channel + 4))
                        .mul(scale).add(k).intoArray(d, to + channel);
            }
        }
    }

    /// The normalized values, and d^−¼ in place of d: a guess times a correction.
    private static void powers(float[] x, float[] y, float[] d, int at, int length) {
        for (int i = at; i < at + length; i += LANES) {
            FloatVector sum = FloatVector.fromArray(SPECIES, d, i);
            FloatVector value = sum.blend(Float.MAX_VALUE, sum.eq(Float.POSITIVE_INFINITY)); // so that q stays finite
            FloatVector guess = QUARTER.sub(value.reinterpretAsInts().lanewise(VectorOperators.LSHR, 2))
                    .reinterpretAsFloats();
            FloatVector square = guess.mul(guess);
            FloatVector r = ONE.sub(square.mul(square).mul(value));
            FloatVector q = C5.fma(r, C4).fma(r, C3).fma(r, C2).fma(r, C1).fma(r, ONE).mul(guess);
            q.intoArray(d, i);
            FloatVector.fromArray(SPECIES, x, i).mul(q.mul(q).mul(q)).intoArray(y, i);
        }
    }

    /// The gradient by x.
    ///
    /// @param x the input of [#normalize]
    /// @param roots its output
    /// @param gradient by the normalized values, overwritten by the gradient by x
    /// @param at index of the first pixel in all three
    void gradient(float[] x, float[] roots, float[] gradient, int at, int pixels, boolean throughRelu, Scratch mine) {
        float[] shares = zeros(mine);
        for (int first = 0; first < pixels; first += TOGETHER) {
            int from = at + first * layout.width();
            int count = Math.min(TOGETHER, pixels - first);
            share(x, roots, gradient, from, count * layout.groups(), shares);
            collect(x, gradient, from, count * layout.groups(), shares);
            if (throughRelu) {
                Pixels.gate(x, gradient, from, count * layout.width());
            }
        }
    }

    /// The part of each output's gradient for its own input, and the share for all neighbors.
    private void share(float[] x, float[] roots, float[] gradient, int at, int towers, float[] shares) {
        for (int which = 0; which < towers; which++) {
            int from = at + which * tower;
            int to = which * room() + REACH;
            for (int channel = 0; channel < tower; channel += LANES) {
                FloatVector q = FloatVector.fromArray(SPECIES, roots, from + channel);
                FloatVector square = q.mul(q);
                FloatVector direct = FloatVector.fromArray(SPECIES, gradient, from + channel).mul(square.mul(q));
                direct.intoArray(gradient, from + channel);
                direct.mul(FloatVector.fromArray(SPECIES, x, from + channel)).mul(square.mul(square))
                        .intoArray(shares, to + channel);
            }
        }
    }

    private void collect(float[] x, float[] gradient, int at, int towers, float[] shares) {
        for (int which = 0; which < towers; which++) {
            int from = which * room();
            int to = at + which * tower;
            for (int channel = 0; channel < tower; channel += LANES) {
                FloatVector sum = FloatVector.fromArray(SPECIES, shares, from + channel)
                        .add(FloatVector.fromArray(SPECIES, shares, from + channel + 1))
                        .add(FloatVector.fromArray(SPECIES, shares, from + channel + 2)
                                .add(FloatVector.fromArray(SPECIES, shares, from + channel + 3)))
                        .add(FloatVector.fromArray(SPECIES, shares, from + channel + 4));
                FloatVector pulled = FloatVector.fromArray(SPECIES, x, to + channel).mul(sum).mul(pull);
                FloatVector.fromArray(SPECIES, gradient, to + channel).sub(pulled).intoArray(gradient, to + channel);
            }
        }
    }

    /// Memory for the towers of one step, with zeros between them.
    private float[] zeros(Scratch mine) {
        int length = TOGETHER * layout.groups() * room();
        float[] values = mine.get(Use.TAPS, length);
        Arrays.fill(values, 0, length, 0);
        return values;
    }

    /// Floats of one tower with the zeros on both sides.
    private int room() {
        return tower + SIZE - 1;
    }
}
