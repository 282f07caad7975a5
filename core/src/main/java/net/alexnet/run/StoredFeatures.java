package net.alexnet.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import net.alexnet.dataset.Dataset;
import net.alexnet.dataset.PictureSet;
import net.alexnet.dataset.Subset;
import net.alexnet.finetune.FeatureCache;
import net.alexnet.finetune.FeatureSet;
import net.alexnet.finetune.Features;
import net.alexnet.finetune.FrozenLayers;
import net.alexnet.image.Preprocessing;
import net.alexnet.image.View;
import net.alexnet.recipe.Recipe;
import net.alexnet.train.Progress;

/// The features that a run of fine-tuning reads in place of its pictures.
///
/// @param training several views of each picture
/// @param validation the middle of each
record StoredFeatures(FeatureSet training, FeatureSet validation) {
    /// Finds them, or computes and stores them. A fold's pictures are part of a whole, whose features all folds share.
    ///
    /// @param views of each training picture: 1, 2 or 10
    static StoredFeatures of(FrozenLayers layers, Dataset squares, Preprocessing preprocessing, int views,
            Recipe recipe,
            TrainingRun.Tools tools) throws IOException, InterruptedException {
        FeatureCache cache = new FeatureCache(tools.features());
        if (squares.training() instanceof Subset training && squares.validation() instanceof Subset validation
                && training.whole().equals(validation.whole())) {
            Features whole = cache.of(layers, training.whole(), preprocessing, views(views, preprocessing),
                    how("all", recipe, tools));
            return new StoredFeatures(part(whole, layers, training, views), part(whole, layers, validation, views));
        }
        Features training = cache.of(layers, squares.training(), preprocessing, views(views, preprocessing),
                how("training", recipe, tools));
        Features validation = cache.of(layers, squares.validation(), preprocessing, views(1, preprocessing),
                how("validation", recipe, tools));
        return new StoredFeatures(part(training, layers, squares.training(), views),
                part(validation, layers, squares.validation(), 1));
    }

    private static List<View> views(int count, Preprocessing preprocessing) {
        View center = View.center(preprocessing.resize(), preprocessing.crop());
        View mirrored = new View(center.left(), center.top(), center.side(), true);
        return switch (count) {
            case 1 -> List.of(center);
            case 2 -> List.of(center, mirrored);
            default -> View.ten(preprocessing.resize(), preprocessing.crop());
        };
    }

    private static FeatureSet part(Features features, FrozenLayers layers, PictureSet set, int views) {
        int[] places = IntStream.range(0, set.size())
                .map(i -> set instanceof Subset subset ? subset.indexInWhole(i) : i)
                .toArray();
        int[] labels = IntStream.range(0, set.size()).map(set::label).toArray();
        return new FeatureSet(features, layers.shape(), places, labels, views == 10 ? 2 : 0);
    }

    private static FeatureCache.Tools how(String what, Recipe recipe, TrainingRun.Tools tools) {
        Progress progress = tools.progress();
        FeatureCache.Listener listener = new FeatureCache.Listener() {
            @Override
            public void computed(int done, int total) {
                progress.computing(what, done, total);
            }

            @Override
            public void ready(Path file, boolean reused) {
                progress.features(file, reused);
            }

            @Override
            public void damaged(Path file) {
                progress.warning("the stored features " + file + " were damaged and are computed anew");
            }
        };
        return new FeatureCache.Tools(recipe.precision(), recipe.batch(), tools.workers(), listener,
                () -> tools.stop().test(0));
    }
}
