package net.alexnet.data.image;

/// Cutting; the given picture is left as it is.
public final class ImageCropper {
    private ImageCropper() {}

    /// The part of a picture whose upper left pixel is `(left, top)`; the picture itself where that is all of it.
    ///
    /// @throws IllegalArgumentException if the part does not lie within the picture
    public static Image crop(Image picture, int left, int top, int width, int height) {
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
        return new Image(width, height, channels, samples);
    }
}
