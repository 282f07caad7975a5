package net.alexnet.data.image;

/// The paper's §2: "we first rescaled the image such that the shorter side was of length 256, and then cropped out the
/// central 256×256 patch from the resulting image". The aspect ratio is kept. [CenterCrop] has the geometry.
public final class ResizeAndCenterCrop {
    private ResizeAndCenterCrop() {}

    /// The image, resized and center-cropped to `side` pixels.
    public static Image middle(Image image, int side, ImageCodec codec) {
        CenterCrop resized = CenterCrop.of(image.width(), image.height(), side);
        Image part = image.crop(resized.left(), resized.top(), resized.width(), resized.height());
        Image scaled = resized.fits() ? part : codec.resize(part, resized.scaledWidth(), resized.scaledHeight());
        return scaled.crop(resized.cropLeft(), resized.cropTop(), side, side);
    }
}
