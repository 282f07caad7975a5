package net.alexnet.inference;

import module java.base;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.ProgressListener;
import net.alexnet.data.RejectedImage;
import net.alexnet.data.ResizedImages;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.inference.CachedFeatures.Missing;
import net.alexnet.inference.CachedFeatures.StoredRow;
import net.alexnet.io.CacheFolder;
import net.alexnet.tensor.ComputeEnvironment;

/// Features from a cache, computed once where they are not in it.
///
/// Features are computed in padded batches of [#BATCH]: the last bits of a row depend on its
/// batch, so they follow from the key alone.
///
/// @param layers see [FeatureKey#layers]
public record FeatureCache(FeatureExtractor extractor, String layers, Resources resources) {
    /// Crops at a time.
    public static final int BATCH = 64;

    /// @param extractor computes, in batches of [#BATCH] whatever its own are
    public FeatureCache {
        extractor = new FeatureExtractor(extractor.network(), extractor.layer(), extractor.preprocessing(),
                extractor.crops(), BATCH, extractor.workers());
    }

    /// What it works with.
    ///
    /// @param cache where features are stored
    /// @param codec resizes the images
    /// @param listener is told how it goes
    /// @param task what the listener is told while features are computed
    /// @param stop asked after every batch whether to give up
    public record Resources(CacheFolder cache, ImageCodec codec, ProgressListener listener, String task,
            BooleanSupplier stop) {
        FeatureCacheFolder folder() {
            return new FeatureCacheFolder(cache);
        }
    }

    /// Finds the features of images, or computes and stores them.
    ///
    /// @param images of any size; those that cannot be read have no row
    /// @throws IOException if features cannot be written, an image changed meanwhile, or it was stopped; then nothing is
    ///     stored
    public CachedFeatures of(ImageDataset images) throws IOException, InterruptedException {
        FeatureKey key = new FeatureKey(layers, FeatureKey.preprocessing(extractor.preprocessing()), extractor.crops(),
                extractor.network().backend().computeEnvironment(), ComputeEnvironment.REVISION, BATCH,
                FeatureKey.images(images));
        Optional<CachedFeatures> known = find(images, key);
        CachedFeatures features = known.isPresent() ? known.get() : compute(images, key);
        resources.cache.trim();
        resources.listener.message((known.isPresent() ? "stored features, used again: " : "stored features: ")
                + resources.folder().folder(key));
        return features;
    }

    /// Hands over the features of images. More than the cache's limit are computed without
    /// being stored.
    ///
    /// @return the images that cannot be read
    public List<RejectedImage> each(ImageDataset images, FeatureExtractor.Consumer consumer)
            throws IOException, InterruptedException {
        long bytes = (long) extractor.layer().length() * Float.BYTES * images.size();
        if (bytes <= resources.cache.limit()) {
            CachedFeatures features = of(images);
            for (int i = 0; i < features.rows().size(); i++) {
                consumer.accept(features.rows().get(i).picture(), features.row(i));
            }
            return rejected(features, images);
        }
        ResizedImages readable = readable(images);
        extract(readable, consumer);
        return readable.rejected();
    }

    /// Computes the features of images that are searched for among stored ones. Where the same image is stored, its stored
    /// features are used, because another batch may round otherwise.
    ///
    /// @return the images that cannot be read
    public List<RejectedImage> queries(ImageDataset images, CachedFeatures stored,
            FeatureExtractor.Consumer consumer) throws IOException, InterruptedException {
        Map<String, Integer> rowOf = new HashMap<>();
        for (int i = 0; i < stored.rows().size(); i++) {
            rowOf.putIfAbsent(stored.rows().get(i).content(), i);
        }
        ResizedImages readable = readable(images);
        extractor.extract(readable.imagesOrBlack(), false, (image, own) -> {
            if (readable.reason(image) == null) {
                Integer same = rowOf.get(readable.contentId(image));
                consumer.accept(image, same == null ? own : stored.row(same));
            }
        }, (_, _) -> {});
        return readable.rejected();
    }

    /// The images that have no row.
    public static List<RejectedImage> rejected(CachedFeatures features, ImageDataset images) {
        return features.missing().stream().map(one -> new RejectedImage(images.name(one.picture()), one.reason()))
                .toList();
    }

    /// The key does not tell whether an image can be read, so those that could not are tried again. If one can be read
    /// now, all features are computed again.
    private Optional<CachedFeatures> find(ImageDataset images, FeatureKey key) throws IOException {
        Optional<CachedFeatures> found = resources.folder().find(key);
        Path folder = resources.folder().folder(key);
        if (found.isEmpty() && Files.exists(folder)) {
            resources.listener.warning("the stored features " + folder + " were damaged and are computed again");
        }
        ResizedImages again = readable(images);
        return found.filter(features -> features.missing().stream().noneMatch(one -> again.canRead(one.picture())));
    }

    private ResizedImages readable(ImageDataset images) {
        return new ResizedImages(images, resources.codec, extractor.preprocessing().resize(),
                extractor.preprocessing().channels(), 0);
    }

    private CachedFeatures compute(ImageDataset images, FeatureKey key) throws IOException, InterruptedException {
        stopIfAsked(0, images.size()); // a stop need not wait for a draft that is not there yet
        ResizedImages readable = readable(images);
        try (FeatureCacheFolder.Writer writer = resources.folder().writer(key, extractor.layer().length())) {
            extract(readable,
                    (image, features) -> writer.add(new StoredRow(image, readable.contentId(image)), features));
            if (!FeatureKey.images(images).equals(key.images())) {
                throw new IOException("an image changed while its features were computed, so none were stored;"
                        + " run the same command again");
            }
            return writer.finish(IntStream.range(0, readable.size()).filter(i -> readable.reason(i) != null)
                    .mapToObj(i -> new Missing(i, String.valueOf(readable.reason(i)))).toList());
        }
    }

    /// Of the images that can be read.
    private void extract(ResizedImages readable, FeatureExtractor.Consumer consumer)
            throws IOException, InterruptedException {
        extractor.extract(readable.imagesOrBlack(), true, (image, features) -> {
            if (readable.reason(image) == null) {
                consumer.accept(image, features);
            }
        }, (done, total) -> {
            resources.listener.progress(resources.task, done, total);
            stopIfAsked(done, total);
        });
    }

    private void stopIfAsked(int done, int total) throws IOException {
        if (resources.stop.getAsBoolean()) {
            throw new InterruptedIOException("stopped after " + done + " of " + total
                    + " rows of features; the same command computes those that were under way again");
        }
    }
}
