package net.alexnet.train;

import java.util.List;
import net.alexnet.data.loader.Batch;
import net.alexnet.inference.CachedFeatures;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;

/// Some of the pictures whose features are stored, with their classes.
///
/// @param views the features of each view, of these pictures and maybe more
/// @param shape of one view's, `(C, H, W)` or `(F)`
/// @param places of the pictures among those that are stored
/// @param labels the class of each
/// @param center which view is the middle of the picture
@SuppressWarnings("ArrayRecordComponent") // never compared
public record FeatureSet(List<CachedFeatures> views, Shape shape, int[] places, int[] labels, int center) {
    /// How many pictures there are.
    int size() {
        return places.length;
    }

    /// One view of each of these pictures.
    ///
    /// @param pictures indices into this set
    /// @param chosenViews as many
    Batch examples(int[] pictures, int[] chosenViews) {
        int length = views.getFirst().length();
        float[] values = new float[pictures.length * length];
        int[] chosen = new int[pictures.length];
        for (int i = 0; i < pictures.length; i++) {
            views.get(chosenViews[i]).read(places[pictures[i]], values, i * length);
            chosen[i] = labels[pictures[i]];
        }
        return new Chosen(shape.batch(pictures.length), values, chosen);
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Chosen(Shape shape, float[] values, int[] labels) implements Batch {
        @Override
        public int count() {
            return labels.length;
        }

        @Override
        public Tensor on(Backend backend) {
            return backend.upload(shape, values);
        }
    }
}
