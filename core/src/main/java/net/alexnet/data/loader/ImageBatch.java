package net.alexnet.data.loader;

import java.lang.foreign.MemorySegment;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Tensor;

/// Images ready for the network: the batch of a step of training, or a micro-batch of it. The memory belongs to the [DataLoader] that made it and is overwritten when the loader is
/// asked for the next batch.
///
/// @param epoch the epoch it belongs to, from 0
/// @param number its place within the epoch, from 0
/// @param count how many rows, at least 1 unless the plan has none for this rank
/// @param total how many the step has over all ranks
/// @param first the place of the first among those of the step over all ranks; an image's dropout masks belong to its place,
///     however the step is cut into micro-batches and ranks
/// @param last whether it is the last that this rank has of the step
/// @param side the height and the width of each, in pixels
/// @param channels 1 or 3
/// @param pixels native memory, `count · side · side · channels` float32 in that order
/// @param labels the class of each
/// @param images the index of each in its set
@SuppressWarnings("ArrayRecordComponent") // handed to an engine at once, never compared
public record ImageBatch(
        int epoch,
        int number,
        int count,
        int total,
        int first,
        boolean last,
        int side,
        int channels,
        MemorySegment pixels,
        int[] labels,
        int[] images) {
    /// The images on a backend, `(count, side, side, channels)`. It belongs to the scope that is open.
    public Tensor on(Backend backend) {
        return backend.uploadImages(pixels, count, side, side, channels);
    }
}
