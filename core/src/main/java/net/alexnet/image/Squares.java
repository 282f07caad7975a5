package net.alexnet.image;

/// The paper's §2: "we first rescaled the image such that the shorter side was of length 256, and then cropped out the
/// central 256×256 patch from the resulting image". Nothing is warped: both axes are scaled by one factor.
///
/// Where the longer side's surplus is odd, the square lies half a pixel towards the left or the top: its offset is
/// `floor((longer − side) / 2)`.
public final class Squares {
    /// Of a picture longer than this many times its shorter side only the middle part is scaled, so that a strip of
    /// 1 × 60,000 pixels does not ask for gigabytes. The middle square is not affected.
    private static final int LONGEST = 8;

    private Squares() {}

    /// The middle of a picture as a square of `side` pixels.
    public static Picture middle(Picture picture, int side, PictureCodec codec) {
        Picture strip = withoutEnds(picture);
        int shorter = Math.min(strip.width(), strip.height());
        int width = scaled(strip.width(), side, shorter);
        int height = scaled(strip.height(), side, shorter);
        Picture scaled = strip.width() == width && strip.height() == height
                ? strip
                : codec.resize(strip, width, height);
        return Crops.crop(scaled, (width - side) / 2, (height - side) / 2, side, side);
    }

    private static Picture withoutEnds(Picture picture) {
        int limit = (int) Math.min(Integer.MAX_VALUE, (long) LONGEST * Math.min(picture.width(), picture.height()));
        int width = Math.min(picture.width(), limit);
        int height = Math.min(picture.height(), limit);
        return Crops.crop(picture, (picture.width() - width) / 2, (picture.height() - height) / 2, width, height);
    }

    private static int scaled(int length, int side, int shorter) {
        return (int) Math.round((double) length * side / shorter);
    }
}
