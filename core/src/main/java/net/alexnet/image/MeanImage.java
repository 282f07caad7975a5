package net.alexnet.image;

/// The mean of many squares, pixel by pixel, as §2 of the paper subtracts it.
///
/// @param side of the squares, in pixels
/// @param channels 1 or 3
/// @param values `side · side · channels` means of 0..255, rows from the top, channels interleaved; not copied, treat as
///     constant
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; a list of boxes would take five times the memory
public record MeanImage(int side, int channels, float[] values) {
    public MeanImage {
        if (side < 1 || channels < 1 || values.length != (long) side * side * channels) {
            throw new IllegalArgumentException("a mean image of " + side + " × " + side + " × " + channels
                    + " does not have " + values.length + " values");
        }
        for (float value : values) {
            if (!(value >= 0 && value <= 255)) {
                throw new IllegalArgumentException("a mean image holds values of 0 to 255, found " + value);
            }
        }
    }

    /// The middle of it. The source takes this part away from every view, wherever the view was cut
    /// (`convdata.py`); Caffe takes the part that lies below the view.
    ///
    /// @param crop the side of the part, at most [#side()]
    public MeanImage center(int crop) {
        View view = View.center(side, crop);
        float[] part = new float[crop * crop * channels];
        for (int y = 0; y < crop; y++) {
            int from = ((view.top() + y) * side + view.left()) * channels;
            System.arraycopy(values, from, part, y * crop * channels, crop * channels);
        }
        return new MeanImage(crop, channels, part);
    }
}
