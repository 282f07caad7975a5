package net.alexnet.train;

import module java.base;
import net.alexnet.data.Dataset;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.CachedFeatures;
import net.alexnet.inference.Ensemble.Progress;
import net.alexnet.inference.FeatureCache;
import net.alexnet.inference.FeatureExtractor;
import net.alexnet.inference.FeatureLayer;
import net.alexnet.inference.TopKErrors;
import net.alexnet.inference.Views;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;

/// Cached outputs of a network's layers for images, with the images' classes: what a linear classifier is fitted to.
///
/// @param features of the center of each of these images, and maybe of others
/// @param shape of an image's features, `(C, H, W)` or `(F)`
/// @param rows of the images in the cached features
/// @param labels the class of each image
@SuppressWarnings("ArrayRecordComponent") // never compared
record FeatureSet(CachedFeatures features, Shape shape, int[] rows, int[] labels) {
    /// The features that a run reads.
    record Splits(FeatureSet training, FeatureSet validation) {}

    /// Finds the features of a run, or computes and stores them. A fold's images are part of a whole, whose features all
    /// folds share.
    ///
    /// @param end how many of the network's first rows give the features
    /// @param layers the hash of these rows, see `FeatureKey.layers`
    /// @param images resized
    static Splits of(Network network, int end, String layers, Dataset images, Preprocessing preprocessing,
            TrainingRun.Resources resources) throws IOException, InterruptedException {
        Row last = network.architecture().rows().get(end - 1);
        FeatureExtractor extractor = new FeatureExtractor(network, new FeatureLayer(last.name(), end, last.out()),
                preprocessing, Views.CENTER, FeatureCache.BATCH, resources.workers());
        ImageDataset training = images.training();
        ImageDataset validation = images.validation();
        if (training.whole().isPresent() && training.whole().equals(validation.whole())) {
            CachedFeatures all = cached(extractor, layers, "all", training.whole().get(), resources);
            return new Splits(part(all, last.out(), training, training::indexInWhole),
                    part(all, last.out(), validation, validation::indexInWhole));
        }
        return new Splits(
                part(cached(extractor, layers, "training", training, resources), last.out(), training, i -> i),
                part(cached(extractor, layers, "validation", validation, resources), last.out(), validation,
                        i -> i));
    }

    private static CachedFeatures cached(FeatureExtractor extractor, String layers, String what,
            ImageDataset images, TrainingRun.Resources resources) throws IOException, InterruptedException {
        FeatureCache cache = new FeatureCache(extractor, layers,
                new FeatureCache.Resources(resources.cache(), resources.codec(),
                        resources.progress(), "computing features of " + what + " pictures",
                        () -> resources.stop().test(0)));
        CachedFeatures cached = cache.of(images);
        if (!cached.missing().isEmpty()) {
            throw new IOException(images.name(cached.missing().getFirst().picture())
                    + " could be read when it was prepared, but not any more: "
                    + cached.missing().getFirst().reason());
        }
        return cached;
    }

    /// @param row of each image in the features
    private static FeatureSet part(CachedFeatures features, Shape shape, ImageDataset images,
            IntUnaryOperator row) {
        int[] rows = IntStream.range(0, images.size()).map(row).toArray();
        int[] labels = IntStream.range(0, images.size()).map(images::label).toArray();
        return new FeatureSet(features, shape, rows, labels);
    }

    /// The features of all images, as a linear classifier reads them.
    LinearClassifier.Features linear() {
        int length = Math.toIntExact(shape.elements());
        MemorySegment values = Arena.ofAuto().allocate((long) rows.length * length * Float.BYTES, 64);
        float[] row = new float[length];
        for (int i = 0; i < rows.length; i++) {
            features.read(rows[i], row, 0);
            MemorySegment.copy(row, 0, values, ValueLayout.JAVA_FLOAT, (long) i * length * Float.BYTES, length);
        }
        return new LinearClassifier.Features(values, length, labels);
    }

    /// Evaluates a network on the centers of the images.
    ///
    /// @param from the first row of the network that is computed
    /// @param size images per batch
    TopKErrors.Report evaluate(Network network, int from, int size, Progress progress) {
        Backend backend = network.backend();
        TopKErrors errors = new TopKErrors(network.architecture().classes());
        for (int done = 0; done < rows.length;) {
            int count = Math.min(rows.length - done, size);
            int length = features.length();
            float[] values = new float[count * length];
            for (int i = 0; i < count; i++) {
                features.read(rows[done + i], values, i * length);
            }
            try (Scope _ = backend.scope()) {
                Tensor inputs = backend.upload(shape.batch(count), values);
                Tensor outputs = network.outputs(inputs, from, network.architecture().rows().size());
                errors.add(backend.download(outputs), Arrays.copyOfRange(labels, done, done + count), count);
            }
            done += count;
            progress.done(done, rows.length);
        }
        return errors.report();
    }
}
