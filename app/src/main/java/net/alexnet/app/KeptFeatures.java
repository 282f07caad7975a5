package net.alexnet.app;

import java.io.IOException;
import java.util.Optional;
import net.alexnet.dataset.TolerantSquares;
import net.alexnet.features.FeatureExtractor;
import net.alexnet.features.FeatureKey;
import net.alexnet.features.FeatureStore;
import net.alexnet.features.StoredFeatures;
import net.alexnet.features.StoredFeatures.StoredRow;
import net.alexnet.image.PictureCodec;
import net.alexnet.image.Preprocessing;

/// The features of a user's pictures, kept in the user's cache.
final class KeptFeatures {
    private KeptFeatures() {}

    /// Finds them, or computes them once.
    ///
    /// @param model SHA-256 of the model's file
    static StoredFeatures of(
            PictureSource source, FeatureExtractor extractor, String model, PictureCodec codec,
            ConsoleProgress progress) throws IOException, InterruptedException {
        FeatureKey key = new FeatureKey(model, extractor.layer().name(), extractor.views().count(),
                FeatureKey.fingerprint(source.pictures()));
        FeatureStore store = new FeatureStore(UserCache.folder("features"));
        Optional<StoredFeatures> known = store.find(key);
        if (known.isPresent()) {
            progress.say("features: " + known.get().folder());
            return known.get();
        }
        Preprocessing preprocessing = extractor.preprocessing();
        TolerantSquares squares = new TolerantSquares(
                source.pictures(), codec, preprocessing.resize(), preprocessing.channels());
        try (FeatureStore.Writer writer = store.writer(key, extractor.layer().length())) {
            extractor.extract(squares, (picture, features) -> {
                if (squares.reason(picture) == null) {
                    writer.add(new StoredRow(picture, squares.contentId(picture)), squares.name(picture), features);
                }
            }, progress::extracting);
            progress.clear();
            StoredFeatures kept = writer.finish(squares.rejected());
            progress.say("features: " + kept.folder());
            return kept;
        }
    }
}
