package net.alexnet.server.service;

import java.util.Optional;
import net.alexnet.inference.FeatureLayer;
import net.alexnet.inference.Views;

/// What is computed of a picture; only pictures of one kind share a batch.
///
/// @param views that are averaged
/// @param layer whose outputs are wanted; the probabilities of the classes if empty
record BatchKey(Views views, Optional<FeatureLayer> layer) {
    /// @param count 1 or 10
    static Views views(int count) {
        return count == 1 ? Views.CENTER : Views.TEN;
    }
}
