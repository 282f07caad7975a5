package net.alexnet.data.image;

/// The paper's §2: "we first rescaled the image such that the shorter side was of length 256, and then cropped out the
/// central 256×256 patch from the resulting image". The aspect ratio is kept.
///
/// This is the geometry: the part of the image that is resized, its new size, and the place of the crop in it.
///
/// If an image is longer than eight times its shorter side, only its middle part is resized, so that a strip of
/// 1 × 60,000 pixels does not need gigabytes. As much is left out before that part as after it. If the resized part is
/// longer than the crop by an odd number of pixels, the crop is half a pixel towards the left or the top.
///
/// @param left of the part that is resized, in pixels of the image
/// @param top of the part that is resized
/// @param width of the part that is resized
/// @param height of the part that is resized
/// @param scaledWidth what `width` becomes, at least `side`
/// @param scaledHeight what `height` becomes, at least `side`
/// @param side of the crop
public record ResizeAndCenterCrop(
        int left, int top, int width, int height, int scaledWidth, int scaledHeight, int side) {
    private static final int LONGEST = 8;

    /// The center crop of an image.
    ///
    /// @param width of the image, in pixels
    /// @param height of the image
    /// @param side of the crop, at least 1
    public static ResizeAndCenterCrop of(int width, int height, int side) {
        int shorter = Math.min(width, height);
        int partWidth = part(width, shorter);
        int partHeight = part(height, shorter);
        return new ResizeAndCenterCrop(
                (width - partWidth) / 2,
                (height - partHeight) / 2,
                partWidth,
                partHeight,
                scaled(partWidth, side, shorter),
                scaled(partHeight, side, shorter),
                side);
    }

    /// The image, resized and center-cropped to `side` pixels.
    public static Image middle(Image image, int side, ImageCodec codec) {
        ResizeAndCenterCrop to = of(image.width(), image.height(), side);
        Image part = image.crop(to.left, to.top, to.width, to.height);
        Image scaled = to.fits() ? part : codec.resize(part, to.scaledWidth, to.scaledHeight);
        return scaled.crop(to.cropLeft(), to.cropTop(), side, side);
    }

    /// The first column of the crop in the resized part.
    public int cropLeft() {
        return (scaledWidth - side) / 2;
    }

    /// The first row of the crop in the resized part.
    public int cropTop() {
        return (scaledHeight - side) / 2;
    }

    /// Whether the part has its size already.
    public boolean fits() {
        return width == scaledWidth && height == scaledHeight;
    }

    /// At most one pixel longer than the limit, because an even number of pixels is left out.
    private static int part(int length, int shorter) {
        long surplus = Math.max(0, length - (long) LONGEST * shorter);
        return (int) (length - surplus / 2 * 2);
    }

    private static int scaled(int length, int side, int shorter) {
        return (int) Math.round((double) length * side / shorter);
    }
}
