package net.alexnet.data.image;

import module java.base;

/// A short code of what a picture looks like, which stays nearly the same if it is compressed again, resized, brightened
/// or cropped a little. Each bit is the sign of one of the low frequencies of the gray picture's cosine transform.
///
/// A picture has a hash of its whole and one for each of two smaller centers. If one picture is a crop of another, a hash
/// of the one is near another hash of the other.
public final class PerceptualHash {
    /// How many hashes a picture has.
    public static final int COUNT = 3;

    /// The shortest side of a picture that has a hash, in pixels.
    public static final int MIN_SIDE = 32;

    private static final double CUT = 0.04; // of each side, more of it for each further hash
    private static final int WORK = 128; // pixels; larger pictures are made as small first
    private static final int SIDE = 32; // pixels that are transformed, or fewer of a small picture
    private static final int LOW = 8; // frequencies in each direction; 63 bits without the mean

    /// The bits of odd horizontal frequencies, whose sign changes when a picture is mirrored.
    private static final long ODD = 0x5555_5555_5555_5555L;

    private static final double[][] WAVES = new double[SIDE + 1][];

    static {
        for (int side = LOW; side <= SIDE; side++) {
            WAVES[side] = new double[LOW * side];
            for (int i = 0; i < WAVES[side].length; i++) {
                WAVES[side][i] = StrictMath.cos((2 * (i % side) + 1) * (i / side) * Math.PI / (2 * side));
            }
        }
    }

    private PerceptualHash() {}

    /// The hashes of a picture.
    ///
    /// @param image a square of [#MIN_SIDE] pixels or more
    /// @return [#COUNT] hashes, of the whole picture first
    public static long[] of(Image image) {
        Image gray = image.withChannels(1);
        Image small = gray.width() > WORK ? resized(gray, WORK) : gray;
        long[] hashes = new long[COUNT];
        for (int i = 0; i < COUNT; i++) {
            int cut = (int) Math.rint(i * CUT * small.width());
            int side = small.width() - 2 * cut;
            Image center = small.crop(cut, cut, side, side);
            hashes[i] = hash(side > SIDE ? resized(center, SIDE) : center);
        }
        return hashes;
    }

    /// The hash of the mirror image of a picture with this hash.
    public static long mirrored(long hash) {
        return hash ^ ODD;
    }

    /// In how many bits two hashes differ: 0 to 63, about 31 for unrelated pictures.
    public static int distance(long hash, long other) {
        return Long.bitCount(hash ^ other);
    }

    private static Image resized(Image gray, int side) {
        long stride = gray.width();
        return new AreaResize(gray.width(), gray.height(), side, side).part(MemorySegment.ofArray(gray.samples()),
                stride, 1, 0, 0, side, side);
    }

    private static long hash(Image gray) {
        int side = gray.width();
        double[] waves = WAVES[side];
        double[] rows = new double[side * LOW];
        for (int y = 0; y < side; y++) {
            for (int u = 0; u < LOW; u++) {
                double sum = 0;
                for (int x = 0; x < side; x++) {
                    sum += waves[u * side + x] * (gray.samples()[y * side + x] & 0xFF);
                }
                rows[y * LOW + u] = sum;
            }
        }
        long hash = 0;
        for (int i = 1; i < LOW * LOW; i++) { // 0 is the mean
            double sum = 0;
            for (int y = 0; y < side; y++) {
                sum += waves[i / LOW * side + y] * rows[y * LOW + i % LOW];
            }
            hash |= sum > 0 ? 1L << (i - 1) : 0;
        }
        return hash;
    }
}
