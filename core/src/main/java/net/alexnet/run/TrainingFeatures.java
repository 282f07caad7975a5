package net.alexnet.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import net.alexnet.dataset.Dataset;
import net.alexnet.dataset.PictureSet;
import net.alexnet.dataset.Subset;
import net.alexnet.features.FeatureExtractor;
import net.alexnet.features.FeatureLayer;
import net.alexnet.features.FeatureStore;
import net.alexnet.features.KeptFeatures;
import net.alexnet.features.StoredFeatures;
import net.alexnet.features.StoredFeatures.Missing;
import net.alexnet.finetune.FeatureSet;
import net.alexnet.finetune.FrozenLayers;
import net.alexnet.image.Preprocessing;
import net.alexnet.image.View;
import net.alexnet.recipe.Recipe;
import net.alexnet.train.Progress;

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
        if (squares.training() instanceof Subset training && squares.validation() instanceof Subset validation
                && training.whole().equals(validation.whole())) {
            List<StoredFeatures> whole = source.of("all", training.whole(), views);
            return new TrainingFeatures(source.part(whole, training, training::indexInWhole),
                    source.part(whole, validation, validation::indexInWhole));
        }
        List<StoredFeatures> training = source.of("training", squares.training(), views);
        List<StoredFeatures> validation = source.of("validation", squares.validation(), 1);
        return new TrainingFeatures(source.part(training, squares.training(), i -> i),
                source.part(validation, squares.validation(), i -> i));
    }

    /// Where they come from.
    private record Source(FrozenLayers layers, String weights, Preprocessing preprocessing, Recipe recipe,
            TrainingRun.Tools tools) {
        /// Those of every view of every picture.
        List<StoredFeatures> of(String what, PictureSet pictures, int views) throws IOException, InterruptedException {
            int last = layers.count() - 1;
            FeatureLayer layer = new FeatureLayer(layers.network().architecture().rows().get(last).name(), last + 1,
                    layers.shape());
            FeatureExtractor extractor = new FeatureExtractor(layers.network(), layer, preprocessing,
                    views(views), KeptFeatures.BATCH, tools.workers());
            KeptFeatures.Tools how = new KeptFeatures.Tools(new FeatureStore(tools.features()), tools.codec(),
                    told(what, tools.progress()), () -> tools.stop().test(0));
            List<StoredFeatures> kept = new KeptFeatures(extractor, weights, how).of(pictures,
                    views(views).stream().map(List::of).toList());
            for (StoredFeatures one : kept) {
                if (!one.missing().isEmpty()) {
                    Missing first = one.missing().getFirst();
                    throw new IOException(pictures.name(first.picture())
                            + " could be read when it was prepared, but not any more: " + first.reason());
                }
            }
            return kept;
        }

        private List<View> views(int count) {
            View center = View.center(preprocessing.resize(), preprocessing.crop());
            View mirrored = new View(center.left(), center.top(), center.side(), true);
            return switch (count) {
                case 1 -> List.of(center);
                case 2 -> List.of(center, mirrored);
                default -> View.ten(preprocessing.resize(), preprocessing.crop());
            };
        }

        /// @param place of each of the set's pictures among the features
        FeatureSet part(List<StoredFeatures> features, PictureSet set, IntUnaryOperator place) {
            int[] places = IntStream.range(0, set.size()).map(place).toArray();
            int[] labels = IntStream.range(0, set.size()).map(set::label).toArray();
            return new FeatureSet(features, layers.shape(), places, labels, features.size() == 10 ? 2 : 0);
        }
    }

    private static KeptFeatures.Listener told(String what, Progress progress) {
        return new KeptFeatures.Listener() {
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
