package net.alexnet.image;

/// The paper's §2: "we first rescaled the image such that the shorter side was of length 256, and then cropped out the
/// central 256×256 patch from the resulting image". Nothing is warped. [MiddleSquare] says what is cut and scaled.
public final class Squares {
    private Squares() {}

    /// The middle of a picture as a square of `side` pixels.
    public static Picture middle(Picture picture, int side, PictureCodec codec) {
        MiddleSquare square = MiddleSquare.of(picture.width(), picture.height(), side);
        Picture part = Crops.crop(picture, square.left(), square.top(), square.width(), square.height());
        Picture scaled = square.fits() ? part : codec.resize(part, square.scaledWidth(), square.scaledHeight());
        return Crops.crop(scaled, square.squareLeft(), square.squareTop(), side, side);
    }
}
