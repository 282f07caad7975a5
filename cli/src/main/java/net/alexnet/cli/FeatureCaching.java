package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import net.alexnet.data.RejectedImage;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.inference.CachedFeatures;
import net.alexnet.inference.FeatureCache;
import net.alexnet.inference.FeatureCacheFolder;
import net.alexnet.inference.FeatureExtractor;
import net.alexnet.io.UserCache;

/// The features of a user's pictures, kept in the user's cache, where fine-tuning keeps its own.
final class FeatureCaching {
    private FeatureCaching() {}

    /// Finds them, or computes them once.
    ///
    /// @param layers of the model, see [ModelFile#layers]
    /// @param stop asked after every batch whether to give up
    static CachedFeatures of(
            ImageSource source, FeatureExtractor extractor, String layers, ImageCodec codec,
            ConsoleProgress progress, BooleanSupplier stop) throws IOException, InterruptedException {
        FeatureCache.Listener listener = new FeatureCache.Listener() {
            @Override
            public void computed(int done, int total) {
                progress.extracting(done, total);
            }

            @Override
            public void ready(Path folder, boolean reused) {
                progress.clear();
                progress.features(folder, reused);
            }

            @Override
            public void warning(String text) {
                progress.warning(text);
            }
        };
        FeatureCache.Tools tools = new FeatureCache.Tools(new FeatureCacheFolder(UserCache.folder("features")), codec,
                listener, stop);
        return new FeatureCache(extractor, layers, tools).of(source.pictures());
    }

    /// The pictures that have none.
    static List<RejectedImage> rejected(CachedFeatures features, ImageSource source) {
        return features.missing().stream()
                .map(one -> new RejectedImage(source.pictures().name(one.picture()), one.reason()))
                .toList();
    }
}
