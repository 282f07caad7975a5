package net.alexnet.data.image;

/// Where the middle square of a picture comes from: the part of the picture that is scaled, what it is scaled to, and
/// where the square stands in that. The paper's §2: the shorter side becomes the square's side, both axes are scaled by
/// one factor.
///
/// Of a picture longer than eight times its shorter side only the middle part is scaled, so that a strip of 1 × 60,000
/// pixels does not ask for gigabytes. As much is left out before that part as after it, so that the middle stays where
/// it is. Where the scaled part is longer than the square by an odd number, the square lies half a pixel towards the
/// left or the top.
///
/// @param left of the part that is scaled, in pixels of the picture
/// @param top of the part that is scaled
/// @param width of the part that is scaled
/// @param height of the part that is scaled
/// @param scaledWidth what `width` becomes, at least `side`
/// @param scaledHeight what `height` becomes, at least `side`
/// @param side of the square
public record CenterCrop(
        int left, int top, int width, int height, int scaledWidth, int scaledHeight, int side) {
    private static final int LONGEST = 8;

    /// The middle square of a picture.
    ///
    /// @param width of the picture, in pixels
    /// @param height of the picture
    /// @param side of the square, at least 1
    public static CenterCrop of(int width, int height, int side) {
        int shorter = Math.min(width, height);
        int partWidth = part(width, shorter);
        int partHeight = part(height, shorter);
        return new CenterCrop(
                (width - partWidth) / 2,
                (height - partHeight) / 2,
                partWidth,
                partHeight,
                scaled(partWidth, side, shorter),
                scaled(partHeight, side, shorter),
                side);
    }

    /// The square's first column in the scaled part.
    public int cropLeft() {
        return (scaledWidth - side) / 2;
    }

    /// The square's first row in the scaled part.
    public int cropTop() {
        return (scaledHeight - side) / 2;
    }

    /// Whether the part has its size already.
    public boolean fits() {
        return width == scaledWidth && height == scaledHeight;
    }

    /// At most one pixel longer than the limit: what is left out must be even.
    private static int part(int length, int shorter) {
        long surplus = Math.max(0, length - (long) LONGEST * shorter);
        return (int) (length - surplus / 2 * 2);
    }

    private static int scaled(int length, int side, int shorter) {
        return (int) Math.round((double) length * side / shorter);
    }
}
