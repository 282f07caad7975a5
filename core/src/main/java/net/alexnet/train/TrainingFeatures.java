package net.alexnet.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import net.alexnet.data.Dataset;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.CachedFeatures;
import net.alexnet.inference.CachedFeatures.Missing;
import net.alexnet.inference.FeatureCache;
import net.alexnet.inference.FeatureCacheFolder;
import net.alexnet.inference.FeatureExtractor;
import net.alexnet.inference.FeatureLayer;
import net.alexnet.train.config.Recipe;

/// The features that a run of fine-tuning reads in place of its pictures.
///
/// @param training several views of each picture
/// @param validation the middle of each
record TrainingFeatures(FeatureSet training, FeatureSet validation) {
    /// Finds them, or computes and stores them. A fold's pictures are part of a whole, whose features all folds share.
    ///
    /// @param weights SHA-256 of the frozen layers, see `FeatureKey.layers`
    /// @param views of each training picture: 1, 2 or 10
    static TrainingFeatures of(FrozenLayers layers, String weights, Dataset squares, Preprocessing preprocessing,
            int views, Recipe recipe, TrainingRun.Tools tools) throws IOException, InterruptedException {
        Source source = new Source(layers, weights, preprocessing, recipe, tools);
        ImageDataset learnt = squares.training();
        ImageDataset heldOut = squares.validation();
        if (learnt.whole().isPresent() && learnt.whole().equals(heldOut.whole())) {
            List<CachedFeatures> whole = source.of("all", learnt.whole().get(), views);
            return new TrainingFeatures(source.part(whole, learnt, learnt::indexInWhole),
                    source.part(whole, heldOut, heldOut::indexInWhole));
        }
        List<CachedFeatures> training = source.of("training", squares.training(), views);
        List<CachedFeatures> validation = source.of("validation", squares.validation(), 1);
        return new TrainingFeatures(source.part(training, squares.training(), i -> i),
                source.part(validation, squares.validation(), i -> i));
    }

    /// Where they come from.
    private record Source(FrozenLayers layers, String weights, Preprocessing preprocessing, Recipe recipe,
            TrainingRun.Tools tools) {
        /// Those of every view of every picture.
        List<CachedFeatures> of(String what, ImageDataset pictures, int views)
                throws IOException, InterruptedException {
            int last = layers.count() - 1;
            FeatureLayer layer = new FeatureLayer(layers.network().architecture().rows().get(last).name(), last + 1,
                    layers.shape());
            FeatureExtractor extractor = new FeatureExtractor(layers.network(), layer, preprocessing,
                    views(views), FeatureCache.BATCH, tools.workers());
            FeatureCache.Tools how = new FeatureCache.Tools(new FeatureCacheFolder(tools.cache()), tools.codec(),
                    told(what, tools.progress()), () -> tools.stop().test(0));
            List<CachedFeatures> kept = new FeatureCache(extractor, weights, how).of(pictures,
                    views(views).stream().map(List::of).toList());
            for (CachedFeatures one : kept) {
                if (!one.missing().isEmpty()) {
                    Missing first = one.missing().getFirst();
                    throw new IOException(pictures.name(first.picture())
                            + " could be read when it was prepared, but not any more: " + first.reason());
                }
            }
            return kept;
        }

        private List<Crop> views(int count) {
            Crop center = Crop.center(preprocessing.resize(), preprocessing.crop());
            Crop mirrored = new Crop(center.left(), center.top(), center.side(), true);
            return switch (count) {
                case 1 -> List.of(center);
                case 2 -> List.of(center, mirrored);
                default -> Crop.ten(preprocessing.resize(), preprocessing.crop());
            };
        }

        /// @param place of each of the set's pictures among the features
        FeatureSet part(List<CachedFeatures> features, ImageDataset set, IntUnaryOperator place) {
            int[] places = IntStream.range(0, set.size()).map(place).toArray();
            int[] labels = IntStream.range(0, set.size()).map(set::label).toArray();
            return new FeatureSet(features, layers.shape(), places, labels, features.size() == 10 ? 2 : 0);
        }
    }

    private static FeatureCache.Listener told(String what, RunListener progress) {
        return new FeatureCache.Listener() {
            @Override
            public void computed(int done, int total) {
                progress.computing(what, done, total);
            }

            @Override
            public void ready(Path folder, boolean reused) {
                progress.features(folder, reused);
            }

            @Override
            public void warning(String text) {
                progress.warning(text);
            }
        };
    }
}
