package net.alexnet.inference;

import module java.base;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.loader.DataLoader;
import net.alexnet.data.loader.ImageBatch;
import net.alexnet.data.loader.SequentialSampler;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Tensor;

/// Computes the outputs of a layer for images at test time: no unit is dropped, nothing is random.
///
/// @param network of which the rows up to the layer are computed
/// @param layer whose output is wanted
/// @param preprocessing of the images
/// @param crops of every image; its features are the mean over them
/// @param batch crops at a time; all crops of an image stay together, so it may be a few less, or
///     those of one image
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

    /// Receives features, in the order of the images.
    @FunctionalInterface
    public interface Consumer {
        /// Receives the features of one image.
        ///
        /// @param image its index
        /// @param features a new array of the layer's length, `(C, H, W)` in row-major order where
        ///     the layer gives maps
        void accept(int image, float[] features) throws IOException;
    }

    /// Is told how many images are done.
    @FunctionalInterface
    public interface Progress {
        void done(int done, int total) throws IOException;
    }

    /// Goes through all images once. The memory that it needs does not grow with their number.
    ///
    /// @param images of the preprocessing's `resize` side and channels
    /// @param padded whether a short batch is filled up with black images. libtorch adds up a product
    ///     of another number of rows in another order, so there an image's bits are independent of
    ///     how many images follow only in batches of one size; a black image costs as much as another
    /// @param progress is told after every batch
    public void extract(ImageDataset images, boolean padded, Consumer consumer, Progress progress)
            throws IOException, InterruptedException {
        int count = crops.size();
        int perBatch = Math.max(1, batch / count);
        int size = Math.max(batch, perBatch * count);
        SequentialSampler sampler = new SequentialSampler(images.size(), perBatch, crops);
        int done = 0;
        try (DataLoader loader = new DataLoader(images, preprocessing, sampler, perBatch * count, workers, DEPTH)) {
            while (done < images.size()) {
                ImageBatch next = loader.next();
                float[] rows = rows(next, padded ? size : next.count());
                float[] means = count == 1 ? rows : ViewProbabilities.means(rows, count, layer.length());
                for (int i = 0; i < next.count() / count; i++) {
                    consumer.accept(done + i,
                            Arrays.copyOfRange(means, i * layer.length(), (i + 1) * layer.length()));
                }
                done += next.count() / count;
                progress.done(done, images.size());
            }
        }
    }

    /// @param count of the rows to compute; the rows after the batch's own are black images
    private float[] rows(ImageBatch next, int count) {
        Backend backend = network.backend();
        try (Arena arena = Arena.ofConfined(); Scope _ = backend.scope()) {
            MemorySegment pixels = next.pixels();
            if (count > next.count()) {
                pixels = arena.allocate(next.pixels().byteSize() / next.count() * count, ALIGNMENT);
                MemorySegment.copy(next.pixels(), 0, pixels, 0, next.pixels().byteSize());
            }
            Tensor input = backend.uploadImages(pixels, count, next.side(), next.side(), next.channels());
            return backend.download(layer.outputs(network, input));
        }
    }
}
