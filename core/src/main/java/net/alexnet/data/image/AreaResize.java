package net.alexnet.data.image;

import module java.base;

/// Makes images smaller by area averaging: a sample of the small image is the mean of the area of the large one that it
/// covers, where samples on the border of the area count by their share. OpenCV's `INTER_AREA`, which the paper's source
/// used (cuda-convnet2, `make-data`), differs by rounding, by at most 1. It is not used here because it needs the whole
/// image at a time, and because prepared datasets depend on these bits on every engine.
///
/// A part of the small image can be computed by itself. Only the area that it covers is read, and every sample is the
/// same as in the whole.
public final class AreaResize {
    private static final float ROUNDED = 128 + 0.5f; // sums are of samples less 128, and a cast cuts fractions off

    private final Axis horizontal;
    private final Axis vertical;

    /// From one size to another that is not larger, in pixels.
    public AreaResize(int width, int height, int toWidth, int toHeight) {
        this.horizontal = Axis.of(width, toWidth);
        this.vertical = Axis.of(height, toHeight);
    }

    /// The part of the small image whose upper left pixel is `(left, top)`.
    ///
    /// @param samples of the large image, 8 bits each, rows from the top, channels interleaved
    /// @param stride the number of bytes from one row to the next
    /// @param channels 1 or 3
    public Image part(MemorySegment samples, long stride, int channels, int left, int top, int width, int height) {
        int firstColumn = horizontal.first[left];
        int columns = horizontal.first[left + width - 1] + horizontal.taps - firstColumn;
        byte[] row = new byte[columns * channels];
        float[] sums = new float[row.length];
        byte[] part = new byte[width * height * channels];
        for (int y = 0; y < height; y++) {
            Arrays.fill(sums, 0);
            for (int k = 0; k < vertical.taps; k++) {
                float weight = vertical.weights[(top + y) * vertical.taps + k];
                if (weight == 0) {
                    continue;
                }
                long from = (vertical.first[top + y] + k) * stride + (long) firstColumn * channels;
                MemorySegment.copy(samples, ValueLayout.JAVA_BYTE, from, row, 0, row.length);
                add(row, weight, sums);
            }
            if (channels == 3) {
                colorRow(sums, left, width, part, y * width * 3);
            } else {
                grayRow(sums, left, width, part, y * width);
            }
        }
        return new Image(width, height, channels, part);
    }

    /// Adds samples less 128: of bytes that are read as 0..255 the compiler does not make vector instructions.
    private static void add(byte[] row, float weight, float[] sums) {
        for (int i = 0; i < row.length; i++) {
            row[i] ^= (byte) 0x80;
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] += weight * row[i];
        }
    }

    private void colorRow(float[] sums, int left, int width, byte[] part, int at) {
        int taps = horizontal.taps;
        for (int x = left; x < left + width; x++) {
            int from = (horizontal.first[x] - horizontal.first[left]) * 3;
            float red = ROUNDED;
            float green = ROUNDED;
            float blue = ROUNDED;
            for (int k = x * taps; k < (x + 1) * taps; k++) {
                float weight = horizontal.weights[k];
                red += weight * sums[from];
                green += weight * sums[from + 1];
                blue += weight * sums[from + 2];
                from += 3;
            }
            part[at] = (byte) red;
            part[at + 1] = (byte) green;
            part[at + 2] = (byte) blue;
            at += 3;
        }
    }

    private void grayRow(float[] sums, int left, int width, byte[] part, int at) {
        int taps = horizontal.taps;
        for (int x = left; x < left + width; x++) {
            int from = horizontal.first[x] - horizontal.first[left];
            float gray = ROUNDED;
            for (int k = x * taps; k < (x + 1) * taps; k++) {
                gray += horizontal.weights[k] * sums[from++];
            }
            part[at++] = (byte) gray;
        }
    }

    /// The samples of a line that each sample of a shorter line covers: as many for each, some with a weight of 0.
    ///
    /// @param taps how many
    /// @param first the first of them, for each of the shorter line
    /// @param weights the share of each in the mean, `taps` for each of the shorter line
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Axis(int taps, int[] first, float[] weights) {
        static Axis of(int length, int toLength) {
            if (toLength < 1 || toLength > length) {
                throw new IllegalArgumentException(
                        "area averaging makes images smaller; " + length + " pixels cannot become " + toLength);
            }
            int taps = Math.min(length, (length + toLength - 1) / toLength + 1);
            int[] first = new int[toLength];
            float[] weights = new float[toLength * taps];
            for (int i = 0; i < toLength; i++) {
                long from = (long) i * length; // in units of 1 / toLength samples, so that nothing is rounded
                long to = from + length;
                first[i] = (int) Math.min(from / toLength, length - taps);
                for (int k = 0; k < taps; k++) {
                    long start = (long) (first[i] + k) * toLength;
                    long overlap = Math.min(to, start + toLength) - Math.max(from, start);
                    weights[i * taps + k] = (float) (Math.max(0, overlap) / (double) length);
                }
            }
            return new Axis(taps, first, weights);
        }
    }
}
