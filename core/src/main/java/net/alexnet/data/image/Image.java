package net.alexnet.data.image;

/// A decoded picture: 8-bit samples, rows from the top, channels interleaved.
///
/// @param width in pixels, at least 1
/// @param height in pixels, at least 1
/// @param channels 1 for grey, 3 for red, green, blue in that order
/// @param samples `height · width · channels` values, read as 0..255; not copied, treat as constant
@SuppressWarnings("ArrayRecordComponent") // a picture is never compared; a copy per picture would cost the data path
public record Image(int width, int height, int channels, byte[] samples) {
    public Image {
        if (width < 1 || height < 1 || (channels != 1 && channels != 3)
                || samples.length != (long) width * height * channels) {
            throw new IllegalArgumentException("a picture of " + width + " × " + height + " × " + channels
                    + " does not have " + samples.length + " samples");
        }
    }

    /// The image with another number of channels: a color image turned gray by ITU-R BT.601, a gray one repeated as red, green
    /// and blue.
    ///
    /// @param count 1 or 3
    public Image withChannels(int count) {
        if (count == channels) {
            return this;
        }
        byte[] converted = new byte[width * height * count];
        for (int i = 0; i < converted.length; i++) {
            converted[i] = count == 3
                    ? samples[i / 3]
                    : (byte) ((299 * (samples[3 * i] & 0xFF)
                            + 587 * (samples[3 * i + 1] & 0xFF) + 114 * (samples[3 * i + 2] & 0xFF) + 500) / 1000);
        }
        return new Image(width, height, count, converted);
    }
}
