package net.alexnet.image;

/// Cutting and mirroring; the given picture is left as it is.
public final class Crops {
    private Crops() {}

    /// The part of a picture whose upper left pixel is `(left, top)`; the picture itself where that is all of it.
    ///
    /// @throws IllegalArgumentException if the part does not lie within the picture
    public static Picture crop(Picture picture, int left, int top, int width, int height) {
        if (left < 0 || top < 0 || left > picture.width() - width || top > picture.height() - height) {
            throw new IllegalArgumentException("a part of " + width + " × " + height + " at (" + left + ", " + top
                    + ") does not lie within a picture of " + picture.width() + " × " + picture.height());
        }
        if (width == picture.width() && height == picture.height()) {
            return picture;
        }
        int channels = picture.channels();
        byte[] samples = new byte[width * height * channels];
        for (int y = 0; y < height; y++) {
            int from = ((top + y) * picture.width() + left) * channels;
            System.arraycopy(picture.samples(), from, samples, y * width * channels, width * channels);
        }
        return new Picture(width, height, channels, samples);
    }

    /// The picture as a mirror shows it, left and right exchanged.
    public static Picture mirror(Picture picture) {
        int width = picture.width();
        int channels = picture.channels();
        byte[] samples = new byte[picture.samples().length];
        for (int pixel = 0; pixel < width * picture.height(); pixel++) {
            int x = pixel % width;
            int opposite = pixel - x + width - 1 - x;
            for (int c = 0; c < channels; c++) {
                samples[pixel * channels + c] = picture.samples()[opposite * channels + c];
            }
        }
        return new Picture(width, picture.height(), channels, samples);
    }
}
