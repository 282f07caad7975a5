package net.alexnet.data.image;

import module java.base;

/// How alike two pictures are where they show the same: the greatest correlation of the center of one with a window of
/// the other, whose size and place vary. Copies of a picture are near 1, also if one is cropped a little.
public final class AlignedCorrelation {
    private static final int SIDE = 32; // pixels of the first picture
    private static final int[] SIDES = {27, 29, 30, 32, 34, 35, 37}; // of the second
    private static final int WINDOW = 24;
    private static final int AREA = WINDOW * WINDOW;
    private static final double FLAT = 1; // a variance of less is noise, in squared gray levels

    private AlignedCorrelation() {}

    /// The greatest correlation of two pictures.
    ///
    /// @param image a square of any size
    /// @param other likewise
    /// @return -1 to 1; 0 if one of them has a single color
    public static double of(Image image, Image other, ImageCodec codec) {
        int margin = (SIDE - WINDOW) / 2;
        byte[] center = codec.resize(image.withChannels(1), SIDE, SIDE).crop(margin, margin, WINDOW, WINDOW).samples();
        Image gray = other.withChannels(1);
        double best = -1;
        for (int side : SIDES) {
            byte[] samples = codec.resize(gray, side, side).samples();
            for (int top = 0; top <= side - WINDOW; top++) {
                for (int left = 0; left <= side - WINDOW; left++) {
                    best = Math.max(best, correlation(center, samples, top * side + left, side));
                }
            }
        }
        return best;
    }

    private static double correlation(byte[] center, byte[] samples, int from, int stride) {
        int sum = 0;
        int squares = 0;
        int otherSum = 0;
        int otherSquares = 0;
        int products = 0;
        for (int y = 0; y < WINDOW; y++) {
            for (int x = 0; x < WINDOW; x++) {
                int one = center[y * WINDOW + x] & 0xFF;
                int two = samples[from + y * stride + x] & 0xFF;
                sum += one;
                squares += one * one;
                otherSum += two;
                otherSquares += two * two;
                products += one * two;
            }
        }
        double variance = squares - (double) sum * sum / AREA;
        double otherVariance = otherSquares - (double) otherSum * otherSum / AREA;
        return Math.min(variance, otherVariance) < FLAT * AREA
                ? 0
                : (products - (double) sum * otherSum / AREA) / Math.sqrt(variance * otherVariance);
    }
}
