package net.alexnet.inference;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.loader.DataLoader;
import net.alexnet.data.loader.ImageBatch;
import net.alexnet.data.loader.SequentialSampler;
import net.alexnet.inference.Evaluator.Listener;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Tensor;

/// Computes what a layer gives for pictures at test time: no unit is dropped, nothing is drawn.
///
/// @param network that is used; only the rows up to the layer are computed
/// @param layer whose output is wanted
/// @param preprocessing what the pictures go through
/// @param crops some views of every picture, over which its features are the mean
/// @param batch views at a time; all views of a picture stay together, so it may be a few less, or those of one picture
/// @param workers threads that assemble batches ahead
public record FeatureExtractor(
        Network network, FeatureLayer layer, Preprocessing preprocessing, List<Crop> crops, int batch, int workers) {
    private static final int DEPTH = 2;
    private static final long ALIGNMENT = 64;

    public FeatureExtractor {
        crops = List.copyOf(crops);
    }

    public FeatureExtractor(
            Network network, FeatureLayer layer, Preprocessing preprocessing, Views views, int batch, int workers) {
        this(network, layer, preprocessing, views.of(preprocessing), batch, workers);
    }

    /// Takes the features, in the order of the pictures.
    @FunctionalInterface
    public interface Consumer {
        /// Takes those of one picture.
        ///
        /// @param picture its index
        /// @param features a new array of the layer's length, `(C, H, W)` in row-major order where the layer gives maps
        void accept(int picture, float[] features) throws IOException;
    }

    /// Goes through all pictures once. What it needs of memory does not grow with their number.
    ///
    /// @param squares of the preprocessing's `resize` side and channels
    /// @param listener is told after every batch
    public void extract(ImageDataset squares, Consumer consumer, Listener listener)
            throws IOException, InterruptedException {
        extract(squares, false, consumer, listener);
    }

    /// The same in batches that are all of one size, black rows added where they are short: products of another
    /// number of rows take other sums in their last rows. So a picture's features at the same place do not depend on how many follow;
    /// what is added costs as much as pictures do.
    public void extractInWholeBatches(ImageDataset squares, Consumer consumer, Listener listener)
            throws IOException, InterruptedException {
        extract(squares, true, consumer, listener);
    }

    private void extract(ImageDataset squares, boolean whole, Consumer consumer, Listener listener)
            throws IOException, InterruptedException {
        int count = crops.size();
        int perBatch = Math.max(1, batch / count);
        int size = Math.max(batch, perBatch * count);
        SequentialSampler plan = new SequentialSampler(squares.size(), perBatch, crops);
        int done = 0;
        try (DataLoader feed = new DataLoader(squares, preprocessing, plan, perBatch * count, workers, DEPTH)) {
            while (done < squares.size()) {
                ImageBatch next = feed.next();
                float[] rows = rows(next, whole ? size : next.count());
                for (int i = 0; i < next.count() / count; i++) {
                    consumer.accept(done + i, mean(rows, i * count));
                }
                done += next.count() / count;
                listener.done(done, squares.size());
            }
        }
    }

    /// @param count how many rows to compute, black ones behind the batch's own
    private float[] rows(ImageBatch next, int count) {
        Backend backend = network.backend();
        try (Arena arena = Arena.ofConfined(); Scope _ = backend.scope()) {
            MemorySegment pixels = next.pixels();
            if (count > next.count()) {
                pixels = arena.allocate(next.pixels().byteSize() / next.count() * count, ALIGNMENT);
                MemorySegment.copy(next.pixels(), 0, pixels, 0, next.pixels().byteSize());
            }
            Tensor input = backend.uploadImages(pixels, count, next.side(), next.side(), next.channels());
            return backend.download(network.outputs(input, 0, layer.end()));
        }
    }

    /// Over the views of a picture.
    ///
    /// @param first of its rows
    private float[] mean(float[] rows, int first) {
        int length = layer.length();
        if (crops.size() == 1) {
            return Arrays.copyOfRange(rows, first * length, (first + 1) * length);
        }
        float[] mean = new float[length];
        for (int i = 0; i < length; i++) {
            double sum = 0;
            for (int row = first; row < first + crops.size(); row++) {
                sum += rows[row * length + i];
            }
            mean[i] = (float) (sum / crops.size());
        }
        return mean;
    }
}
