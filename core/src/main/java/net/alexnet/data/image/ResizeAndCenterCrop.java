package net.alexnet.data.image;

/// The paper's §2: "we first rescaled the image such that the shorter side was of length 256, and then cropped out the
/// central 256×256 patch from the resulting image". Nothing is warped. [CenterCrop] says what is cut and scaled.
public final class ResizeAndCenterCrop {
    private ResizeAndCenterCrop() {}

    /// The middle of a picture as a square of `side` pixels.
    public static Image middle(Image picture, int side, ImageCodec codec) {
        CenterCrop square = CenterCrop.of(picture.width(), picture.height(), side);
        Image part = ImageCropper.crop(picture, square.left(), square.top(), square.width(), square.height());
        Image scaled = square.fits() ? part : codec.resize(part, square.scaledWidth(), square.scaledHeight());
        return ImageCropper.crop(scaled, square.squareLeft(), square.squareTop(), side, side);
    }
}
