package net.alexnet.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import net.alexnet.dataset.Rejected;
import net.alexnet.features.FeatureExtractor;
import net.alexnet.features.FeatureStore;
import net.alexnet.features.KeptFeatures;
import net.alexnet.features.StoredFeatures;
import net.alexnet.image.PictureCodec;

/// The features of a user's pictures, kept in the user's cache, where fine-tuning keeps its own.
final class CachedFeatures {
    private CachedFeatures() {}

    /// Finds them, or computes them once.
    ///
    /// @param layers of the model, see [ModelFile#layers]
    /// @param stop asked after every batch whether to give up
    static StoredFeatures of(
            PictureSource source, FeatureExtractor extractor, String layers, PictureCodec codec,
            ConsoleProgress progress, BooleanSupplier stop) throws IOException, InterruptedException {
        KeptFeatures.Listener listener = new KeptFeatures.Listener() {
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
        KeptFeatures.Tools tools = new KeptFeatures.Tools(new FeatureStore(UserCache.folder("features")), codec,
                listener, stop);
        return new KeptFeatures(extractor, layers, tools).of(source.pictures());
    }

    /// The pictures that have none.
    static List<Rejected> rejected(StoredFeatures features, PictureSource source) {
        return features.missing().stream()
                .map(one -> new Rejected(source.pictures().name(one.picture()), one.reason()))
                .toList();
    }
}
