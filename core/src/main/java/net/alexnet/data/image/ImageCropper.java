package net.alexnet.data.image;

/// Cutting; the given picture is left as it is.
public final class ImageCropper {
    private ImageCropper() {}

    /// The part of a picture whose upper left pixel is `(left, top)`; the picture itself where that is all of it.
    ///
    /// @throws IllegalArgumentException if the part does not lie within the picture
    public static Image crop(Image image, int left, int top, int width, int height) {
        if (left < 0 || top < 0 || left > image.width() - width || top > image.height() - height) {
            throw new IllegalArgumentException("a part of " + width + " × " + height + " at (" + left + ", " + top
                    + ") does not lie within a picture of " + image.width() + " × " + image.height());
        }
        if (width == image.width() && height == image.height()) {
            return image;
        }
        int channels = image.channels();
        byte[] samples = new byte[width * height * channels];
        for (int y = 0; y < height; y++) {
            int from = ((top + y) * image.width() + left) * channels;
            System.arraycopy(image.samples(), from, samples, y * width * channels, width * channels);
        }
        return new Image(width, height, channels, samples);
    }
}
