package net.alexnet.train;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import net.alexnet.data.loader.Batch;
import net.alexnet.data.loader.BatchIndices;
import net.alexnet.data.loader.BatchSource;
import net.alexnet.data.loader.LoaderStats;
import net.alexnet.inference.CachedFeatures;
import net.alexnet.inference.Evaluator;
import net.alexnet.inference.TopKErrors;
import net.alexnet.inference.Validation;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.CounterRng;
import net.alexnet.tensor.CounterRng.Purpose;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;

/// Cached features of images, with their classes.
///
/// @param views the features of each view, of these images and maybe more
/// @param shape of the features of one view, `(C, H, W)` or `(F)`
/// @param rows of the images in the cached features
/// @param labels the class of each image
/// @param center which view is the center of the image
@SuppressWarnings("ArrayRecordComponent") // never compared
record FeatureSet(List<CachedFeatures> views, Shape shape, int[] rows, int[] labels, int center) {
    /// Training batches: one random view of each image, drawn in every epoch. With two views, the draw is the one that
    /// decides whether [net.alexnet.data.loader.Augmentation] mirrors the image.
    ///
    /// @param plans the order of the images
    /// @param seed of the run
    BatchSource batches(Iterator<BatchIndices> plans, long seed) {
        return new BatchSource() {
            @Override
            public Batch next() {
                BatchIndices plan = plans.next();
                int[] images = plan.inputs().stream().mapToInt(BatchIndices.Input::image).toArray();
                return batch(images, image -> (int) Long.remainderUnsigned(
                        CounterRng.bits(seed, Purpose.AUGMENTATION, plan.epoch(), image), views.size()));
            }

            @Override
            public LoaderStats use() {
                return LoaderStats.NONE;
            }
        };
    }

    /// Evaluates a network on the centers of the images.
    ///
    /// @param from the first row of the network that is computed
    /// @param size images per batch
    Validation validation(int from, int size) {
        return (network, listener, stop) -> evaluate(network, from, size, listener, stop);
    }

    private Optional<TopKErrors.Report> evaluate(Network network, int from, int size, Evaluator.Listener listener,
            BooleanSupplier stop) {
        Backend backend = network.backend();
        TopKErrors errors = new TopKErrors(network.architecture().classes());
        for (int done = 0; done < rows.length;) {
            Batch batch = batch(IntStream.range(done, Math.min(rows.length, done + size)).toArray(), _ -> center);
            try (Scope _ = backend.scope()) {
                Tensor outputs = network.outputs(batch.on(backend), from, network.architecture().rows().size());
                errors.add(backend.download(outputs), batch.labels(), batch.count());
            }
            done += batch.count();
            listener.done(done, rows.length);
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
        }
        return Optional.of(errors.report());
    }

    private Batch batch(int[] images, IntUnaryOperator view) {
        int length = views.getFirst().length();
        float[] values = new float[images.length * length];
        for (int i = 0; i < images.length; i++) {
            views.get(view.applyAsInt(images[i])).read(rows[images[i]], values, i * length);
        }
        int[] classes = Arrays.stream(images).map(image -> labels[image]).toArray();
        return new Batch() {
            @Override
            public int count() {
                return classes.length;
            }

            @Override
            public int[] labels() {
                return classes;
            }

            @Override
            public Tensor on(Backend backend) {
                return backend.upload(shape.batch(classes.length), values);
            }
        };
    }
}
