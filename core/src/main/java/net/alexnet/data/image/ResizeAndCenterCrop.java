package net.alexnet.data.image;

/// The paper's §2: "we first rescaled the image such that the shorter side was of length 256, and then cropped out the
/// central 256×256 patch from the resulting image". Nothing is warped. [CenterCrop] says what is cut and scaled.
public final class ResizeAndCenterCrop {
    private ResizeAndCenterCrop() {}

    /// The middle of a picture as a square of `side` pixels.
    public static Image middle(Image image, int side, ImageCodec codec) {
        CenterCrop resized = CenterCrop.of(image.width(), image.height(), side);
        Image part = image.crop(resized.left(), resized.top(), resized.width(), resized.height());
        Image scaled = resized.fits() ? part : codec.resize(part, resized.scaledWidth(), resized.scaledHeight());
        return scaled.crop(resized.cropLeft(), resized.cropTop(), side, side);
    }
}
