package net.alexnet.image;

/// What the network sees of a picture: a square cut from it, perhaps mirrored.
///
/// @param left the first column, from 0
/// @param top the first row, from 0
/// @param side in pixels
/// @param mirrored whether left and right are exchanged after the cut
public record View(int left, int top, int side, boolean mirrored) {
    public View {
        if (left < 0 || top < 0 || side < 1) {
            throw new IllegalArgumentException("a view needs left >= 0, top >= 0 and side >= 1; found left " + left
                    + ", top " + top + ", side " + side);
        }
    }

    /// The middle of a square of `resize` pixels; half a pixel towards the upper left where the surplus is odd.
    public static View center(int resize, int crop) {
        return new View((resize - crop) / 2, (resize - crop) / 2, crop, false);
    }

    /// This view of a picture, as a picture.
    public Picture of(Picture picture) {
        Picture part = Crops.crop(picture, left, top, side, side);
        return mirrored ? Crops.mirror(part) : part;
    }
}
