package net.alexnet.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// Turns views of pictures into the network's input values, `(sample − mean) · scale` as float32 in the order
/// height, width, channel. Training and evaluation share it, so that they cannot differ. Safe for use by many threads.
public final class PixelWriter {
    private final Preprocessing preprocessing;
    private final float[][] values; // by channel and sample: 256 values are cheaper to look up than to compute

    public PixelWriter(Preprocessing preprocessing) {
        this.preprocessing = preprocessing;
        this.values = new float[preprocessing.channels()][256];
        List<Double> mean = preprocessing.mean();
        for (int c = 0; c < values.length; c++) {
            for (int sample = 0; sample < 256; sample++) {
                values[c][sample] = (float) ((sample - mean.get(c)) * preprocessing.scale());
            }
        }
    }

    /// The number of floats that one view takes: `crop · crop · channels`.
    public int valuesPerView() {
        return preprocessing.crop() * preprocessing.crop() * preprocessing.channels();
    }

    /// Writes one view of a picture.
    ///
    /// @param square at least as large as the view reaches, with the preprocessing's number of channels
    /// @param view of the preprocessing's crop side
    /// @param target `slots · crop · crop · channels` floats
    /// @param slot which of the target's slots to fill, from 0
    public void write(Picture square, View view, MemorySegment target, int slot) {
        check(square, view);
        int channels = preprocessing.channels();
        float[] row = new float[view.side() * channels];
        long rowBytes = row.length * (long) Float.BYTES;
        long offset = (long) slot * valuesPerView() * Float.BYTES;
        for (int y = 0; y < view.side(); y++) {
            int from = ((view.top() + y) * square.width() + view.left()) * channels;
            if (channels == 3) {
                colourRow(square.samples(), from, view.mirrored(), row);
            } else {
                greyRow(square.samples(), from, view.mirrored(), row);
            }
            MemorySegment.copy(row, 0, target, ValueLayout.JAVA_FLOAT, offset + y * rowBytes, row.length);
        }
    }

    private void colourRow(byte[] samples, int from, boolean mirrored, float[] row) {
        float[] red = values[0];
        float[] green = values[1];
        float[] blue = values[2];
        int step = mirrored ? -3 : 3;
        int at = mirrored ? row.length - 3 : 0;
        for (int i = from; i < from + row.length; i += 3, at += step) {
            row[at] = red[samples[i] & 0xFF];
            row[at + 1] = green[samples[i + 1] & 0xFF];
            row[at + 2] = blue[samples[i + 2] & 0xFF];
        }
    }

    private void greyRow(byte[] samples, int from, boolean mirrored, float[] row) {
        float[] grey = values[0];
        int step = mirrored ? -1 : 1;
        int at = mirrored ? row.length - 1 : 0;
        for (int i = from; i < from + row.length; i++, at += step) {
            row[at] = grey[samples[i] & 0xFF];
        }
    }

    private void check(Picture square, View view) {
        if (square.channels() != preprocessing.channels()
                || view.side() != preprocessing.crop()
                || view.left() > square.width() - view.side()
                || view.top() > square.height() - view.side()) {
            throw new IllegalArgumentException(view + " of a picture of " + square.width() + " × " + square.height()
                    + " × " + square.channels() + " is not an input of " + preprocessing);
        }
    }
}
