package net.alexnet.data.loader;

import java.util.List;
import net.alexnet.data.image.ColorShift;
import net.alexnet.data.image.Crop;

/// What a batch is made of, before any pixel is touched.
///
/// @param epoch the epoch it belongs to, from 0
/// @param number its place within the epoch, from 0
/// @param inputs one per row of the batch; none where one of many ranks has nothing to do in an epoch's last step
/// @param total how many the step has over all ranks
/// @param first the place of the first input among those of the step over all ranks
/// @param last whether it is the last that this rank has of the step
public record BatchIndices(int epoch, int number, List<Input> inputs, int total, int first, boolean last) {
    public BatchIndices {
        inputs = List.copyOf(inputs);
    }

    /// A whole step of the only rank.
    public BatchIndices(int epoch, int number, List<Input> inputs) {
        this(epoch, number, inputs, inputs.size(), 0, true);
    }

    /// One row of a batch.
    ///
    /// @param image an index into the set
    /// @param view the crop of it that the network sees
    /// @param shift is added to its pixels
    public record Input(int image, Crop view, ColorShift shift) {
        /// A view of a picture as it is.
        public Input(int image, Crop view) {
            this(image, view, ColorShift.NONE);
        }
    }
}
