package net.alexnet.data.image;

/// How a stored image must be turned to be upright, tag 274 of EXIF. The diagonal is exchanged first, then the
/// sides.
///
/// @param transposed whether rows and columns are exchanged
/// @param mirrored whether left and right are exchanged after that
/// @param upsideDown whether top and bottom are exchanged after that
public record Orientation(boolean transposed, boolean mirrored, boolean upsideDown) {
    /// As stored.
    public static final Orientation UPRIGHT = new Orientation(false, false, false);

    /// What EXIF data says; upright if it says nothing that makes sense.
    ///
    /// @param exif beginning with its byte order, `II` or `MM`
    public static Orientation ofExif(byte[] exif) {
        try {
            return switch ((int) new TiffDirectory(exif).value(TiffDirectory.ORIENTATION, 1)) {
                case 2 -> new Orientation(false, true, false);
                case 3 -> new Orientation(false, true, true);
                case 4 -> new Orientation(false, false, true);
                case 5 -> new Orientation(true, false, false);
                case 6 -> new Orientation(true, true, false);
                case 7 -> new Orientation(true, true, true);
                case 8 -> new Orientation(true, false, true);
                default -> UPRIGHT;
            };
        } catch (IndexOutOfBoundsException e) {
            return UPRIGHT;
        }
    }
}
