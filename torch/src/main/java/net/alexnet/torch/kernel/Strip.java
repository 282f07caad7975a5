package net.alexnet.torch.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static net.alexnet.torch.kernel.Lanes.LANES;
import static net.alexnet.torch.kernel.Lanes.SPECIES;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/// Copies the rows of a map that a row of tiles reads into an array: with zeros where tiles extend beyond the edge, with
/// blocks of pixels as places (see [WinogradGeometry]), and with each group's channels padded to whole vectors by zeros.
///
/// @param height of the map in pixels
/// @param width of the map in pixels
/// @param channels of the map
/// @param groups towers
/// @param stride the side of a place in pixels
/// @param padding zeros before the first pixel
/// @param columns places in a row
record Strip(int height, int width, int channels, int groups, int stride, int padding, int columns) {
    /// Floats of one row of places.
    int rowLength() {
        return columns * groups * paddedGroupChannels();
    }

    private int groupChannels() {
        return channels / groups * stride * stride;
    }

    private int paddedGroupChannels() {
        return Lanes.padded(groupChannels());
    }

    /// Floats of `rows` rows; vectors may be written beyond the last place.
    int length(int rows) {
        return rows * rowLength() + LANES;
    }

    /// Floats of scratch for the pixels of a row of places.
    int pixelsLength() {
        return stride * lineLength() + LANES;
    }

    private int lineLength() {
        return columns * stride * channels;
    }

    /// Loads rows of places.
    ///
    /// @param map `(N, H, W, C)` in memory
    /// @param first the first row of places; it begins at the map's row `first · stride − padding`
    /// @param pixels scratch of [#pixelsLength]
    void load(MemorySegment map, int image, int first, int rows, float[] strip, float[] pixels) {
        boolean asTheyAre = stride == 1 && groupChannels() == paddedGroupChannels();
        for (int row = 0; row < rows; row++) {
            int to = row * rowLength();
            for (int line = 0; line < stride; line++) {
                int y = (first + row) * stride + line - padding;
                line(map, image, y, asTheyAre ? strip : pixels, asTheyAre ? to : line * lineLength());
            }
            if (stride > 1) {
                interleave(pixels, strip, to);
            } else if (!asTheyAre) {
                spread(pixels, strip, to);
            }
        }
    }

    /// One row of pixels, with zeros before and after it.
    private void line(MemorySegment map, int image, int y, float[] out, int to) {
        int length = lineLength();
        if (y < 0 || y >= height) {
            Arrays.fill(out, to, to + length, 0);
            return;
        }
        int before = padding * channels;
        int count = Math.min(width, columns * stride - padding) * channels;
        long from = ((long) image * height + y) * width * channels;
        Arrays.fill(out, to, to + before, 0);
        MemorySegment.copy(map, JAVA_FLOAT, from * Float.BYTES, out, to + before, count);
        Arrays.fill(out, to + before + count, to + length, 0);
    }

    /// Copies pixels to places whose groups are padded.
    private void spread(float[] pixels, float[] strip, int to) {
        int count = channels / groups;
        int room = paddedGroupChannels();
        for (int piece = 0; piece < columns * groups; piece++) {
            System.arraycopy(pixels, piece * count, strip, to + piece * room, count);
            Arrays.fill(strip, to + piece * room + count, to + (piece + 1) * room, 0);
        }
    }

    /// Copies lines of pixels to places that hold a block. It writes whole vectors; the next line, place or row overwrites
    /// the excess.
    private void interleave(float[] pixels, float[] strip, int to) {
        int count = stride * channels;
        for (int place = 0; place < columns; place++) {
            for (int line = 0; line < stride; line++) {
                int from = line * lineLength() + place * count;
                int at = to + (place * stride + line) * count;
                for (int done = 0; done < count; done += LANES) {
                    FloatVector.fromArray(SPECIES, pixels, from + done).intoArray(strip, at + done);
                }
            }
        }
    }
}
