package net.alexnet.torch.kernel;

import static net.alexnet.torch.kernel.Lanes.LANES;
import static net.alexnet.torch.kernel.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;

/// The linear maps of Winograd's convolution over seven points: 0, 1, −1, 2, −2, 1/2 and infinity.
///
/// A polynomial of degree 6 is known by its values at seven points, and the product of two polynomials is known by the
/// products of their values. Transposed, that is a convolution: `y = Aᵀ ((G w) ∘ (Bᵀ x))`, with m outputs of r taps from
/// m + r − 1 = 7 inputs by 7 multiplications instead of m · r. Two axes square the gain: 5×5 outputs of a 3×3 kernel, or
/// 3×3 outputs of a 5×5 kernel, take 49 multiplications instead of 225.
///
/// With V(c) the 7 × c matrix of powers of the points: A = V(m), G = diag(1/f) V(r), where f holds each point's product of
/// differences from the others, and B is what makes them a convolution. So one axis needs only three maps: [#data] (Bᵀ),
/// [#evaluate] (V) and [#collect] (Vᵀ).
///
/// Each map works on vectors of channels. It is applied along one axis of a tile and then along the other.
final class WinogradTransform {
    /// Points, and so the side of a tile.
    static final int POINTS = 7;

    /// Multiplications of a tile.
    static final int PRODUCTS = POINTS * POINTS;

    /// Floats of a tile of one vector of channels, and of the scratch `between` for the values between the two axes.
    static final int TILE = PRODUCTS * LANES;

    private WinogradTransform() {}

    // --- both axes of a tile, for one vector of channels -----------------------------------------------------------

    /// 7 × 7 inputs to 7 × 7 points.
    ///
    /// @param row from one row of inputs to the next
    /// @param column from one input to the next
    /// @param stride from one point to the next
    static void data(float[] in, int from, int row, int column, float[] between, float[] out, int to, int stride) {
        for (int y = 0; y < POINTS; y++) {
            dataAlong(in, from + y * row, column, between, y * POINTS * LANES, LANES);
        }
        for (int x = 0; x < POINTS; x++) {
            dataAlong(between, x * LANES, POINTS * LANES, out, to + x * stride, POINTS * stride);
        }
    }

    /// `count` × `count` coefficients to 7 × 7 points.
    static void evaluate(
            int count, float[] in, int from, int row, int column, float[] between, float[] out, int to, int stride) {
        for (int y = 0; y < count; y++) {
            evaluateAlong(count, in, from + y * row, column, between, y * POINTS * LANES, LANES);
        }
        for (int x = 0; x < POINTS; x++) {
            evaluateAlong(count, between, x * LANES, POINTS * LANES, out, to + x * stride,
                    POINTS * stride);
        }
    }

    /// 7 × 7 points to `count` × `count` sums, which lie one after the other.
    static void collect(int count, float[] in, int from, int stride, float[] between, float[] out, int to) {
        for (int x = 0; x < POINTS; x++) {
            collectAlong(count, in, from + x * stride, POINTS * stride, between, x * LANES,
                    POINTS * LANES);
        }
        for (int y = 0; y < count; y++) {
            collectAlong(count, between, y * POINTS * LANES, LANES, out, to + y * count * LANES, LANES);
        }
    }

    // --- one axis --------------------------------------------------------------------------------------------------

    /// Bᵀ along one axis: 7 values to 7.
    private static void dataAlong(float[] in, int from, int step, float[] out, int to, int stride) {
        FloatVector d0 = load(in, from);
        FloatVector d1 = load(in, from + step);
        FloatVector d2 = load(in, from + 2 * step);
        FloatVector d3 = load(in, from + 3 * step);
        FloatVector d4 = load(in, from + 4 * step);
        FloatVector d5 = load(in, from + 5 * step);
        FloatVector d6 = load(in, from + 6 * step);
        // the factor (x − 1/2), which all points but 1/2 share
        FloatVector w0 = d0.fma(MINUS_HALF, d1);
        FloatVector w1 = d1.fma(MINUS_HALF, d2);
        FloatVector w2 = d2.fma(MINUS_HALF, d3);
        FloatVector w3 = d3.fma(MINUS_HALF, d4);
        FloatVector w4 = d4.fma(MINUS_HALF, d5);
        FloatVector w5 = d5.fma(MINUS_HALF, d6);
        FloatVector even1 = w2.fma(MINUS_FOUR, w4);
        FloatVector odd1 = w1.fma(MINUS_FOUR, w3);
        FloatVector even2 = w4.sub(w2);
        FloatVector odd2 = w3.sub(w1);
        w2.fma(MINUS_FIVE, w0.fma(FOUR, w4)).intoArray(out, to); // 0
        even1.add(odd1).intoArray(out, to + stride); // 1
        even1.sub(odd1).intoArray(out, to + 2 * stride); // −1
        odd2.fma(TWO, even2).intoArray(out, to + 3 * stride); // 2
        odd2.fma(MINUS_TWO, even2).intoArray(out, to + 4 * stride); // −2
        d3.fma(MINUS_FIVE, d1.fma(FOUR, d5)).intoArray(out, to + 5 * stride); // 1/2
        w3.fma(MINUS_FIVE, w1.fma(FOUR, w5)).intoArray(out, to + 6 * stride); // infinity
    }

    /// V(count) along one axis: a polynomial's coefficients to its values at the points.
    ///
    /// @param count 3 or 5
    private static void evaluateAlong(int count, float[] in, int from, int step, float[] out, int to, int stride) {
        FloatVector y0 = load(in, from);
        FloatVector y1 = load(in, from + step);
        FloatVector y2 = load(in, from + 2 * step);
        if (count == 3) {
            FloatVector even = y0.add(y2);
            FloatVector far = y2.fma(FOUR, y0);
            y0.intoArray(out, to);
            even.add(y1).intoArray(out, to + stride);
            even.sub(y1).intoArray(out, to + 2 * stride);
            y1.fma(TWO, far).intoArray(out, to + 3 * stride);
            y1.fma(MINUS_TWO, far).intoArray(out, to + 4 * stride);
            y2.fma(HALF, y1).fma(HALF, y0).intoArray(out, to + 5 * stride);
            y2.intoArray(out, to + 6 * stride);
            return;
        }
        FloatVector y3 = load(in, from + 3 * step);
        FloatVector y4 = load(in, from + 4 * step);
        FloatVector even = y0.add(y2).add(y4);
        FloatVector odd = y1.add(y3);
        FloatVector farEven = y4.fma(FOUR, y2).fma(FOUR, y0);
        FloatVector farOdd = y3.fma(FOUR, y1);
        y0.intoArray(out, to);
        even.add(odd).intoArray(out, to + stride);
        even.sub(odd).intoArray(out, to + 2 * stride);
        farOdd.fma(TWO, farEven).intoArray(out, to + 3 * stride);
        farOdd.fma(MINUS_TWO, farEven).intoArray(out, to + 4 * stride);
        y4.fma(HALF, y3).fma(HALF, y2).fma(HALF, y1).fma(HALF, y0).intoArray(out, to + 5 * stride);
        y4.intoArray(out, to + 6 * stride);
    }

    /// V(count)ᵀ along one axis: 7 products to 3 or 5 sums.
    ///
    /// @param count 3 or 5
    private static void collectAlong(int count, float[] in, int from, int step, float[] out, int to, int stride) {
        FloatVector m1 = load(in, from + step);
        FloatVector m2 = load(in, from + 2 * step);
        FloatVector m3 = load(in, from + 3 * step);
        FloatVector m4 = load(in, from + 4 * step);
        FloatVector half = load(in, from + 5 * step);
        FloatVector infinity = load(in, from + 6 * step);
        FloatVector near = m1.add(m2);
        FloatVector nearOdd = m1.sub(m2);
        FloatVector far = m3.add(m4);
        FloatVector farOdd = m3.sub(m4);
        load(in, from).add(near).add(far.add(half)).intoArray(out, to);
        farOdd.fma(TWO, half.fma(HALF, nearOdd)).intoArray(out, to + stride);
        FloatVector square = far.fma(FOUR, half.fma(QUARTER, near));
        if (count == 3) {
            square.add(infinity).intoArray(out, to + 2 * stride);
            return;
        }
        square.intoArray(out, to + 2 * stride);
        farOdd.fma(EIGHT, half.fma(EIGHTH, nearOdd)).intoArray(out, to + 3 * stride);
        far.fma(SIXTEEN, half.fma(SIXTEENTH, near)).add(infinity).intoArray(out, to + 4 * stride);
    }

    private static FloatVector load(float[] values, int at) {
        return FloatVector.fromArray(SPECIES, values, at);
    }

    private static FloatVector constant(double value) {
        return FloatVector.broadcast(SPECIES, (float) value);
    }

    private static final FloatVector HALF = constant(1 / 2.);
    private static final FloatVector QUARTER = constant(1 / 4.);
    private static final FloatVector EIGHTH = constant(1 / 8.);
    private static final FloatVector SIXTEENTH = constant(1 / 16.);
    private static final FloatVector TWO = constant(2);
    private static final FloatVector FOUR = constant(4);
    private static final FloatVector EIGHT = constant(8);
    private static final FloatVector SIXTEEN = constant(16);
    private static final FloatVector MINUS_HALF = constant(-1 / 2.);
    private static final FloatVector MINUS_TWO = constant(-2);
    private static final FloatVector MINUS_FOUR = constant(-4);
    private static final FloatVector MINUS_FIVE = constant(-5);
}
