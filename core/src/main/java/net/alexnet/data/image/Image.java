package net.alexnet.data.image;

/// A decoded image: 8-bit samples, rows from the top, channels interleaved.
///
/// @param width in pixels, at least 1
/// @param height in pixels, at least 1
/// @param channels 1 for gray, 3 for red, green, blue in that order
/// @param samples `height · width · channels` values, read as 0..255; not copied, treat as constant
@SuppressWarnings("ArrayRecordComponent") // an image is never compared; a copy of each would cost the data path
public record Image(int width, int height, int channels, byte[] samples) {
    public Image {
        if (width < 1 || height < 1 || (channels != 1 && channels != 3)
                || samples.length != (long) width * height * channels) {
            throw new IllegalArgumentException("an image of " + width + " × " + height + " × " + channels
                    + " does not have " + samples.length + " samples");
        }
    }

    /// The part whose upper left pixel is `(left, top)`; the image itself if the part is all of it.
    ///
    /// @throws IllegalArgumentException if the part is not within the image
    public Image crop(int left, int top, int partWidth, int partHeight) {
        if (left < 0 || top < 0 || left > width - partWidth || top > height - partHeight) {
            throw new IllegalArgumentException("a part of " + partWidth + " × " + partHeight + " at (" + left + ", "
                    + top + ") is not within an image of " + width + " × " + height);
        }
        if (partWidth == width && partHeight == height) {
            return this;
        }
        byte[] part = new byte[partWidth * partHeight * channels];
        for (int y = 0; y < partHeight; y++) {
            int from = ((top + y) * width + left) * channels;
            System.arraycopy(samples, from, part, y * partWidth * channels, partWidth * channels);
        }
        return new Image(partWidth, partHeight, channels, part);
    }

    /// The image with left and right exchanged.
    public Image mirrored() {
        byte[] turned = new byte[samples.length];
        int row = width * channels;
        for (int i = 0; i < turned.length; i++) {
            int x = i % row / channels;
            turned[i] = samples[i + (width - 1 - 2 * x) * channels];
        }
        return new Image(width, height, channels, turned);
    }

    /// The image in gray (1) or in red, green, blue (3).
    public Image withChannels(int wanted) {
        if (wanted == channels) {
            return this;
        }
        byte[] converted = new byte[width * height * wanted];
        for (int i = 0; i < converted.length; i++) {
            converted[i] = wanted == 1
                    ? (byte) gray(samples[3 * i] & 0xFF, samples[3 * i + 1] & 0xFF, samples[3 * i + 2] & 0xFF)
                    : samples[i / 3];
        }
        return new Image(width, height, wanted, converted);
    }

    /// The gray value of a color by ITU-R BT.601, rounded; all values are 0..255.
    public static int gray(int red, int green, int blue) {
        return (299 * red + 587 * green + 114 * blue + 500) / 1000;
    }
}
