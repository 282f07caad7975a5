package net.alexnet.features;

import java.io.IOException;
import java.util.Arrays;
import net.alexnet.dataset.PictureSet;
import net.alexnet.eval.Evaluator.Listener;
import net.alexnet.eval.Views;
import net.alexnet.image.Preprocessing;
import net.alexnet.input.Batch;
import net.alexnet.input.EvaluationPlan;
import net.alexnet.input.Feed;
import net.alexnet.net.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;

/// Computes what a layer gives for pictures at test time: no unit is dropped, nothing is drawn.
///
/// @param network that is looked into; only the rows up to the layer are computed
/// @param layer whose output is wanted
/// @param preprocessing what the pictures go through
/// @param views of every picture; the features are the mean over them
/// @param batch views at a time; all views of a picture stay together, so it may be a few more
/// @param workers threads that assemble batches ahead
public record FeatureExtractor(
        Network network, FeatureLayer layer, Preprocessing preprocessing, Views views, int batch, int workers) {
    private static final int DEPTH = 2;

    /// Takes the features, in the order of the pictures.
    @FunctionalInterface
    public interface Taker {
        /// Takes those of one picture.
        ///
        /// @param picture its index
        /// @param features of the layer's length, `(C, H, W)` in row-major order where the layer gives maps; a new array
        void take(int picture, float[] features) throws IOException;
    }

    /// Goes through all pictures once. What it needs of memory does not grow with their number.
    ///
    /// @param squares of the preprocessing's `resize` side and channels
    /// @param listener is told after every batch
    public void extract(PictureSet squares, Taker taker, Listener listener) throws IOException, InterruptedException {
        int perBatch = Math.ceilDiv(batch, views.count());
        EvaluationPlan plan = new EvaluationPlan(squares.size(), perBatch, views.of(preprocessing));
        int done = 0;
        try (Feed feed = new Feed(squares, preprocessing, plan, perBatch * views.count(), workers, DEPTH)) {
            while (done < squares.size()) {
                Batch next = feed.next();
                float[] rows = rows(next);
                for (int i = 0; i < next.count() / views.count(); i++) {
                    taker.take(done + i, mean(rows, i));
                }
                done += next.count() / views.count();
                listener.done(done, squares.size());
            }
        }
    }

    private float[] rows(Batch next) {
        Backend backend = network.backend();
        try (Scope _ = backend.scope()) {
            return backend.download(network.outputs(next.on(backend), 0, layer.end()));
        }
    }

    /// Over the views of a picture, which are next to each other.
    private float[] mean(float[] rows, int picture) {
        int length = layer.length();
        int first = picture * views.count() * length;
        if (views.count() == 1) {
            return Arrays.copyOfRange(rows, first, first + length);
        }
        float[] mean = new float[length];
        for (int i = 0; i < length; i++) {
            double sum = 0;
            for (int view = 0; view < views.count(); view++) {
                sum += rows[first + view * length + i];
            }
            mean[i] = (float) (sum / views.count());
        }
        return mean;
    }
}
