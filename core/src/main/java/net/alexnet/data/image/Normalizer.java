package net.alexnet.data.image;

import module java.base;

/// Turns views of pictures into the network's input values, `(sample + shift − mean) · scale` as float32 in the order
/// height, width, channel. Training and evaluation share it, so that they cannot differ. Safe for use by many threads.
///
/// The arithmetic is laid out for vector instructions, which loops get only in a plain form: all arrays of a type
/// read and written at the same index, and bytes taken with their sign. So a row is copied first, its samples are moved to
/// −128..127, and the 128 is added back with the shift. A table look-up per sample takes more than twice as
/// long.
public final class Normalizer {
    private static final int MIDDLE = 128;
    private static final VarHandle FOUR_BYTES = MethodHandles.byteArrayViewVarHandle(
            int[].class, ByteOrder.nativeOrder());

    private final Preprocessing preprocessing;
    private final int rowLength;
    private final float[] scales; // of the samples of a row
    private final float[][] means; // by row of the view; a single row where the mean is one per channel

    public Normalizer(Preprocessing preprocessing) {
        this.preprocessing = preprocessing;
        int channels = preprocessing.channels();
        this.rowLength = preprocessing.crop() * channels;
        this.scales = row(preprocessing.scale(), rowLength);
        this.means = preprocessing.meanImage()
                .map(Normalizer::rows)
                .orElseGet(() -> new float[][] {row(preprocessing.mean(), rowLength)});
    }

    private static float[] row(List<Double> byChannel, int length) {
        float[] row = new float[length];
        for (int i = 0; i < length; i++) {
            row[i] = byChannel.get(i % byChannel.size()).floatValue();
        }
        return row;
    }

    private static float[][] rows(MeanImage image) {
        int length = image.side() * image.channels();
        float[][] rows = new float[image.side()][length];
        for (int y = 0; y < rows.length; y++) {
            System.arraycopy(image.values(), y * length, rows[y], 0, length);
        }
        return rows;
    }

    /// The number of floats that one view takes: `crop · crop · channels`.
    public int valuesPerView() {
        return preprocessing.crop() * rowLength;
    }

    /// Writes one view of a picture as it is, like the other method.
    public void write(Image resized, Crop view, MemorySegment target, int slot) {
        write(resized, view, ColorShift.NONE, target, slot);
    }

    /// Writes one view of a picture.
    ///
    /// @param resized at least as large as the view reaches, with the preprocessing's number of channels
    /// @param view of the preprocessing's crop side
    /// @param shift added to every pixel
    /// @param target `slots · crop · crop · channels` floats
    /// @param slot which of the target's slots to fill, from 0
    public void write(Image resized, Crop view, ColorShift shift, MemorySegment target, int slot) {
        check(resized, view);
        int channels = preprocessing.channels();
        float[] shifts = new float[rowLength];
        for (int i = 0; i < shifts.length; i++) {
            shifts[i] = MIDDLE + shift.of(i % channels);
        }
        byte[] signed = new byte[rowLength + 1]; // one to spare for the mirror's last write
        float[] row = new float[rowLength];
        long offset = (long) slot * valuesPerView() * Float.BYTES;
        for (int y = 0; y < view.side(); y++) {
            int from = ((view.top() + y) * resized.width() + view.left()) * channels;
            if (!view.mirrored()) {
                signed(resized.samples(), from, signed, rowLength);
            } else if (channels == 3) {
                signedMirroredColor(resized.samples(), from, signed, rowLength);
            } else {
                signedMirroredGray(resized.samples(), from, signed, rowLength);
            }
            floats(signed, means[Math.min(y, means.length - 1)], shifts, scales, row);
            MemorySegment.copy(row, 0, target, ValueLayout.JAVA_FLOAT, offset, rowLength);
            offset += (long) rowLength * Float.BYTES;
        }
    }

    private static void signed(byte[] samples, int from, byte[] signed, int length) {
        System.arraycopy(samples, from, signed, 0, length);
        for (int i = 0; i < signed.length; i++) {
            signed[i] = (byte) (signed[i] ^ 0x80); // 0..255 to −128..127
        }
    }

    /// Moves four bytes for each pixel of three, which is twice as fast as one by one: the fourth is overwritten by the
    /// next pixel. The picture's last pixel has no byte after it, so a row's last pixel is moved by itself.
    private static void signedMirroredColor(byte[] samples, int from, byte[] signed, int length) {
        int last = from + length - 3;
        signed[0] = (byte) (samples[last] ^ 0x80);
        signed[1] = (byte) (samples[last + 1] ^ 0x80);
        signed[2] = (byte) (samples[last + 2] ^ 0x80);
        for (int i = last - 3, at = 3; at < length; i -= 3, at += 3) {
            FOUR_BYTES.set(signed, at, (int) FOUR_BYTES.get(samples, i) ^ 0x80808080);
        }
    }

    private static void signedMirroredGray(byte[] samples, int from, byte[] signed, int length) {
        for (int i = from, at = length - 1; at >= 0; i++, at--) {
            signed[at] = (byte) (samples[i] ^ 0x80);
        }
    }

    private static void floats(byte[] signed, float[] means, float[] shifts, float[] scales, float[] row) {
        for (int i = 0; i < row.length; i++) {
            row[i] = (signed[i] - means[i] + shifts[i]) * scales[i];
        }
    }

    private void check(Image resized, Crop view) {
        if (resized.channels() != preprocessing.channels()
                || view.side() != preprocessing.crop()
                || view.left() > resized.width() - view.side()
                || view.top() > resized.height() - view.side()) {
            throw new IllegalArgumentException(view + " of a picture of " + resized.width() + " × " + resized.height()
                    + " × " + resized.channels() + " is not an input of " + preprocessing);
        }
    }
}
