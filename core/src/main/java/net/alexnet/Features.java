package net.alexnet;

import module java.base;
import net.alexnet.data.AllImages;
import net.alexnet.data.Dataset;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.ProgressListener;
import net.alexnet.data.RejectedImage;
import net.alexnet.data.Sample;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.figure.NeighborShare;
import net.alexnet.inference.CachedFeatures;
import net.alexnet.inference.Engines;
import net.alexnet.inference.FeatureCache;
import net.alexnet.inference.FeatureExtractor;
import net.alexnet.inference.FeatureFile;
import net.alexnet.inference.FeatureLayer;
import net.alexnet.inference.ImageSource;
import net.alexnet.inference.NearestNeighbors;
import net.alexnet.nn.Architecture;
import net.alexnet.tensor.Shape;
import net.alexnet.train.DataSource;
import net.alexnet.train.ModelFile;
import net.alexnet.train.OpenModel;
import net.alexnet.train.RunCheckpoint;
import net.alexnet.train.TrainingRun;
import net.alexnet.train.config.Recipe;

/// The outputs of a layer for many pictures: written to a table, or compared to find similar pictures as in figure 4 of the
/// paper. They are stored in the cache folder and computed once.
///
/// ```java
/// Features.of(Path.of("runs/latest")).layer("fc7").write(List.of(Path.of("album/")), Path.of("fc7.npy"), () -> false);
/// ```
///
/// Pictures are files, folders of them with or without class folders, and prepared datasets. A picture that cannot be read is
/// left out and the listener is warned. A stop, polled after every batch, ends a call with an [IOException].
public final class Features {
    private final Path model;
    private Optional<String> layer = Optional.empty();
    private Options options = Options.defaults();
    private ProgressListener listener = ProgressListener.NONE;

    private Features(Path model) {
        this.model = model;
    }

    /// A table that was written.
    ///
    /// @param layer whose outputs it has
    /// @param shape of one picture's features
    /// @param rows one for each picture
    /// @param rejected the pictures that cannot be read
    public record Table(String layer, Shape shape, int rows, List<RejectedImage> rejected) {}

    /// A picture, and those that are most similar to it, nearest first.
    ///
    /// @param file its name
    public record Found(Sample image, String file, List<Similar> similar) {}

    /// A similar picture.
    ///
    /// @param distance Euclidean, of the features; 0 for the same content
    /// @param label its class, if it has one
    public record Similar(Sample image, Path file, double distance, Optional<String> label) {}

    /// The features that a model computes: whatever [ImageClassifier#load(Path)] takes.
    public static Features of(Path model) {
        return new Features(model);
    }

    /// The layer, as [FeatureLayer] names it. Default: the last hidden one, `fc7`.
    public Features layer(String name) {
        layer = Optional.of(name);
        return this;
    }

    /// The device, the threads, the checkpoint of a run, the views and the cache folder.
    public Features options(Options given) {
        options = given;
        return this;
    }

    /// A listener for the progress. Default: none.
    public Features listener(ProgressListener hears) {
        listener = hears;
        return this;
    }

    /// Writes the features of pictures to a file that ends in `.npy` or `.csv`, a row for each.
    ///
    /// @throws IllegalArgumentException if the file ends otherwise, or there is no such layer
    /// @throws IOException if it was stopped, or no picture can be read; the file is then not written
    public Table write(List<Path> pictures, Path file, BooleanSupplier stop) throws IOException, InterruptedException {
        return with(stop, (cache, codec) -> {
            ImageSource source = ImageSource.open(pictures, codec, cache.extractor().preprocessing());
            ImageDataset images = source.images();
            FeatureLayer wanted = cache.extractor().layer();
            try (FeatureFile table = FeatureFile.create(file, wanted.shape())) {
                List<RejectedImage> rejected = new ArrayList<>(source.rejected());
                List<RejectedImage> unread = cache.each(images, (image, row) -> {
                    requireGoingOn(stop, "; " + file + " was not written");
                    table.add(images.name(image), AllImages.className(images, image), row);
                });
                rejected.addAll(unread);
                leftOut(rejected);
                int written = images.size() - unread.size();
                if (written == 0) {
                    throw new IOException("none of the " + images.size() + " files can be read as a picture; " + file
                            + " was not written");
                }
                table.finish();
                return new Table(wanted.name(), wanted.shape(), written, List.copyOf(rejected));
            }
        });
    }

    /// Finds the pictures that are most similar to each of some others, but not the very same file.
    ///
    /// @param queries the pictures to find similar ones for
    /// @param in where to search
    /// @param count how many to find for each, at least 1
    /// @return one for each query that can be read
    /// @throws IOException if it was stopped, or no picture to search in can be read
    public List<Found> similar(List<Path> queries, Path in, int count, BooleanSupplier stop)
            throws IOException, InterruptedException {
        return with(stop, (cache, codec) -> {
            Preprocessing preprocessing = cache.extractor().preprocessing();
            ImageSource asked = ImageSource.open(queries, codec, preprocessing);
            ImageSource source = ImageSource.open(List.of(in), codec, preprocessing);
            CachedFeatures features = cache.of(source.images());
            leftOut(source.rejected());
            leftOut(FeatureCache.rejected(features, source.images()));
            if (features.rows().isEmpty()) {
                throw new IOException("none of the files in " + in + " can be read as a picture");
            }
            List<Found> found = new ArrayList<>();
            leftOut(cache.queries(asked.images(), features, (image, query) -> {
                requireGoingOn(stop, "");
                Sample sample = asked.images().samples().get(image);
                found.add(new Found(sample, sample.name(),
                        nearest(query, asked.file(image), source, features, count)));
            }));
            return found;
        });
    }

    /// How often the pictures that are nearest to other pictures have the same class as they, see [NeighborShare].
    ///
    /// @param pictures to find neighbors of, in class folders; others are left out
    /// @param in where to search, also in class folders, without the very same pictures
    /// @param count how many of the nearest count, at least 1
    /// @throws IOException if it was stopped, or no picture can be read
    public NeighborShare neighborShare(List<Path> pictures, Path in, int count, BooleanSupplier stop)
            throws IOException, InterruptedException {
        return with(stop, (cache, codec) -> {
            Preprocessing preprocessing = cache.extractor().preprocessing();
            ImageSource asked = ImageSource.open(pictures, codec, preprocessing);
            ImageSource source = ImageSource.open(List.of(in), codec, preprocessing);
            leftOut(asked.rejected());
            leftOut(source.rejected());
            return NeighborShare.of(cache, source.images(), asked.images(), count);
        });
    }

    /// As [#neighborShare(List, Path, int, BooleanSupplier)], for the validation pictures of the model's run among its training
    /// pictures.
    ///
    /// @throws IOException if the model is not a run, or it was stopped
    public NeighborShare neighborShare(int count, BooleanSupplier stop) throws IOException, InterruptedException {
        Recipe recipe = RunCheckpoint.run(model).recipe();
        DataSource source = DataSource.open(recipe, Engines.find().codec(), options.caches(), listener, stop);
        Dataset pictures = TrainingRun.split(recipe, source.dataset());
        return with(stop, (cache, _) -> NeighborShare.of(cache, pictures.training(), pictures.validation(), count));
    }

    private static List<Similar> nearest(float[] query, Path file, ImageSource source, CachedFeatures features,
            int count) throws IOException {
        int itself = -1;
        for (int i = 0; i < features.rows().size() && itself < 0; i++) {
            itself = source.isFile(features.rows().get(i).picture(), file) ? i : -1;
        }
        int excluded = itself;
        return NearestNeighbors.nearest(features, query, count, row -> row != excluded).stream().map(near -> {
            int index = features.rows().get(near.row()).picture();
            return new Similar(source.images().samples().get(index), source.file(index), near.distance(),
                    AllImages.className(source.images(), index));
        }).toList();
    }

    @FunctionalInterface
    private interface Work<T> {
        T with(FeatureCache cache, ImageCodec codec) throws IOException, InterruptedException;
    }

    private <T> T with(BooleanSupplier stop, Work<T> work) throws IOException, InterruptedException {
        ModelFile file = ModelFile.find(model, options.checkpoint());
        try (OpenModel opened = OpenModel.of(file, options.device(), options.threads(), options.precision())) {
            Preprocessing preprocessing = opened.card().preprocessing();
            options.chosenViews().note(preprocessing).ifPresent(listener::warning);
            Architecture architecture = opened.model().network().architecture();
            FeatureLayer wanted = layer.map(name -> FeatureLayer.of(architecture, name))
                    .orElseGet(() -> FeatureLayer.lastHidden(architecture));
            opened.card().requireTrained(wanted.end());
            FeatureExtractor extractor = new FeatureExtractor(opened.model().network(), wanted, preprocessing,
                    options.chosenViews(), FeatureCache.BATCH, options.threads());
            return work.with(new FeatureCache(extractor, file.layers(wanted.end()), new FeatureCache.Resources(
                    options.caches(), opened.codec(), listener, "computing features", stop)), opened.codec());
        }
    }

    private static void requireGoingOn(BooleanSupplier stop, String consequence) throws IOException {
        if (stop.getAsBoolean()) {
            throw new InterruptedIOException("stopped" + consequence);
        }
    }

    private void leftOut(List<RejectedImage> rejected) {
        rejected.forEach(one -> listener.warning("left out " + one.name() + ": " + one.reason()));
    }
}
