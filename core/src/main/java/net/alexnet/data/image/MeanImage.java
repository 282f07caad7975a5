package net.alexnet.data.image;

import java.util.Arrays;

/// The mean of many images of one size, pixel by pixel, as §2 of the paper subtracts it.
///
/// @param side of the images, in pixels
/// @param channels 1 or 3
/// @param values `side · side · channels` means of 0..255, rows from the top, channels interleaved; not copied, treat as
///     constant
@SuppressWarnings("ArrayRecordComponent") // a list of boxes would take five times the memory
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

    /// Whether the means are the same; two models that have the same can share their input.
    @Override
    public boolean equals(Object other) {
        return other instanceof MeanImage that
                && side == that.side
                && channels == that.channels
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    /// The middle of it. The source subtracts this part from every crop, wherever the crop was
    /// (`convdata.py`); Caffe takes the part that is below the crop.
    ///
    /// @param crop the side of the part, at most [#side()]
    public MeanImage center(int crop) {
        Crop view = Crop.center(side, crop);
        float[] part = new float[crop * crop * channels];
        for (int y = 0; y < crop; y++) {
            int from = ((view.top() + y) * side + view.left()) * channels;
            System.arraycopy(values, from, part, y * crop * channels, crop * channels);
        }
        return new MeanImage(crop, channels, part);
    }

    /// The mean of the same images made smaller by area averaging. As that is linear, it is this image made smaller.
    ///
    /// @param smaller the new side, at most [#side()]
    public MeanImage scaled(int smaller) {
        if (smaller < 1 || smaller > side) {
            throw new IllegalArgumentException(
                    "a mean image of side " + side + " cannot be made one of side " + smaller + " by averaging");
        }
        float[] rows = averaged(values, side * channels, smaller);
        float[] result = new float[smaller * smaller * channels];
        for (int y = 0; y < smaller; y++) {
            float[] row = new float[side * channels];
            System.arraycopy(rows, y * row.length, row, 0, row.length);
            System.arraycopy(
                    averaged(row, channels, smaller), 0, result, y * smaller * channels, smaller * channels);
        }
        return new MeanImage(smaller, channels, result);
    }

    /// Averages groups of values that are `stride` apart, from [#side()] of them to `count`; a value on the border of
    /// two groups counts in both by its shares.
    private float[] averaged(float[] from, int stride, int count) {
        float[] to = new float[count * stride];
        double length = (double) side / count;
        for (int group = 0; group < count; group++) {
            double begin = group * length;
            double end = begin + length;
            for (int i = (int) begin; i < Math.min(side, end); i++) {
                double share = (Math.min(end, i + 1.0) - Math.max(begin, i)) / length;
                for (int k = 0; k < stride; k++) {
                    to[group * stride + k] += (float) (share * from[i * stride + k]);
                }
            }
        }
        for (int i = 0; i < to.length; i++) {
            to[i] = Math.clamp(to[i], 0, 255); // shares sum to 1 but for rounding
        }
        return to;
    }
}
