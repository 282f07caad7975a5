package net.alexnet.inference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.RejectedImage;
import net.alexnet.data.ResizedImages;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.inference.CachedFeatures.Missing;
import net.alexnet.inference.CachedFeatures.StoredRow;
import net.alexnet.tensor.ComputeEnvironment;

/// Features from a cache, computed once where they are not in it.
///
/// The parts of a joined dataset are stored one by one, so that the training and validation images
/// of a prepared dataset serve fine-tuning as well as a command that wants both. Each set of crops
/// is stored by itself and computed in padded batches of [#BATCH]: the last bits of a row depend on
/// its batch, so they follow from the key alone.
///
/// @param layers see [FeatureKey#layers]
public record FeatureCache(FeatureExtractor extractor, String layers, Tools tools) {
    /// Crops at a time.
    public static final int BATCH = 64;

    /// @param extractor computes, in batches of [#BATCH] whatever its own are
    public FeatureCache {
        extractor = with(extractor, extractor.crops());
    }

    /// What it works with.
    ///
    /// @param folder where features are stored
    /// @param codec resizes the images
    /// @param listener is told how it goes
    /// @param stop asked after every batch whether to give up
    public record Tools(FeatureCacheFolder folder, ImageCodec codec, Listener listener, BooleanSupplier stop) {}

    /// Is told of features.
    public interface Listener {
        /// So many rows are there, one for each set of crops of each image.
        void computed(int done, int total);

        /// All features are there.
        ///
        /// @param folder that holds them, or the first of them
        /// @param reused whether all were in the cache
        void ready(Path folder, boolean reused);

        /// Something that a user should know.
        void warning(String text);
    }

    private static FeatureExtractor with(FeatureExtractor extractor, List<Crop> crops) {
        return new FeatureExtractor(extractor.network(), extractor.layer(), extractor.preprocessing(), crops, BATCH,
                extractor.workers());
    }

    /// Finds the features of images, or computes and stores them, for the extractor's own crops.
    public CachedFeatures of(ImageDataset images) throws IOException, InterruptedException {
        return of(images, List.of(extractor.crops())).getFirst();
    }

    /// Finds the features of images, or computes and stores them.
    ///
    /// @param images of any size
    /// @param cropSets crops of each image; the features of a set of crops are their mean
    /// @return for each set of crops; images that cannot be read have no row
    /// @throws IOException if features cannot be written, an image changed meanwhile, or it was
    ///     stopped; then nothing is stored of the dataset and crops that were under way
    public List<CachedFeatures> of(ImageDataset images, List<List<Crop>> cropSets)
            throws IOException, InterruptedException {
        List<ImageDataset> parts = parts(images);
        List<List<CachedFeatures>> found = cropSets.stream().<List<CachedFeatures>>map(_ -> new ArrayList<>()).toList();
        boolean reused = true;
        int done = 0;
        int total = Math.multiplyExact(images.size(), cropSets.size());
        Path folder = tools.folder.cache().root();
        for (ImageDataset part : parts) {
            String id = FeatureKey.images(part);
            for (int i = 0; i < cropSets.size(); i++) {
                FeatureKey key = new FeatureKey(layers, FeatureKey.preprocessing(extractor.preprocessing()),
                        cropSets.get(i), extractor.network().backend().computeEnvironment(),
                        ComputeEnvironment.REVISION, BATCH,
                        id);
                folder = done == 0 ? tools.folder.folder(key) : folder;
                Optional<CachedFeatures> known = find(part, key);
                reused &= known.isPresent();
                found.get(i).add(known.isPresent() ? known.get() : compute(part, key, done, total));
                done += part.size();
            }
        }
        tools.folder.cache().trim();
        tools.listener.ready(folder, reused);
        List<Integer> sizes = parts.stream().map(ImageDataset::size).toList();
        return found.stream().map(one -> CachedFeatures.joined(one, sizes)).toList();
    }

    private static List<ImageDataset> parts(ImageDataset images) {
        List<ImageDataset> parts = images.parts();
        return parts.getFirst().equals(images)
                ? parts
                : parts.stream().flatMap(part -> parts(part).stream()).toList();
    }

    /// Hands over the features of images for the extractor's own crops. More than the cache's limit
    /// are computed without being stored.
    ///
    /// @return the images that cannot be read
    public List<RejectedImage> each(ImageDataset images, FeatureExtractor.Consumer consumer)
            throws IOException, InterruptedException {
        long bytes = (long) extractor.layer().length() * Float.BYTES * images.size();
        if (bytes <= tools.folder.cache().limit()) {
            CachedFeatures features = of(images);
            for (int i = 0; i < features.rows().size(); i++) {
                consumer.accept(features.rows().get(i).picture(), features.row(i));
            }
            return rejected(features, images);
        }
        ResizedImages readable = readable(images);
        extract(extractor, readable, consumer, 0, images.size());
        return readable.rejected();
    }

    /// Computes the features of images that are searched for among stored ones. Where the same
    /// image is stored, its stored features are used, because another batch may round otherwise.
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

    /// The key does not tell whether an image can be read, so those that could not are tried again.
    /// If one can be read now, all features are computed again.
    private Optional<CachedFeatures> find(ImageDataset images, FeatureKey key) throws IOException {
        Optional<CachedFeatures> found = tools.folder.find(key);
        if (found.isEmpty() && Files.exists(tools.folder.folder(key))) {
            tools.listener.warning("the stored features " + tools.folder.folder(key)
                    + " were damaged and are computed again");
        }
        ResizedImages again = readable(images);
        return found.filter(features -> features.missing().stream().noneMatch(one -> again.canRead(one.picture())));
    }

    private ResizedImages readable(ImageDataset images) {
        return new ResizedImages(images, tools.codec, extractor.preprocessing().resize(),
                extractor.preprocessing().channels(), 0);
    }

    private CachedFeatures compute(ImageDataset images, FeatureKey key, int before, int total)
            throws IOException, InterruptedException {
        requireGoingOn(before, total); // a stop need not wait for a draft that is not there yet
        ResizedImages readable = readable(images);
        try (FeatureCacheFolder.Writer writer = tools.folder.writer(key, extractor.layer().length())) {
            extract(with(extractor, key.crops()), readable,
                    (image, features) -> writer.add(new StoredRow(image, readable.contentId(image)), features),
                    before, total);
            if (!FeatureKey.images(images).equals(key.images())) {
                throw new IOException("an image changed while its features were computed, so none were stored;"
                        + " run the same command again");
            }
            return writer.finish(missing(readable));
        }
    }

    /// Of the images that can be read.
    private void extract(FeatureExtractor by, ResizedImages readable, FeatureExtractor.Consumer consumer, int before,
            int total) throws IOException, InterruptedException {
        by.extract(readable.imagesOrBlack(), true, (image, features) -> {
            if (readable.reason(image) == null) {
                consumer.accept(image, features);
            }
        }, (done, _) -> {
            tools.listener.computed(before + done, total);
            requireGoingOn(before + done, total);
        });
    }

    private void requireGoingOn(int done, int total) throws IOException {
        if (tools.stop.getAsBoolean()) {
            throw new IOException("stopped after " + done + " of " + total
                    + " rows of features; the same command computes those that were under way again");
        }
    }

    private static List<Missing> missing(ResizedImages readable) {
        return IntStream.range(0, readable.size()).filter(i -> readable.reason(i) != null)
                .mapToObj(i -> new Missing(i, String.valueOf(readable.reason(i)))).toList();
    }
}
