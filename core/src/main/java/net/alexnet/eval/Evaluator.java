package net.alexnet.eval;

import java.io.IOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import net.alexnet.dataset.PictureSet;
import net.alexnet.image.Preprocessing;
import net.alexnet.input.Batch;
import net.alexnet.input.EvaluationPlan;
import net.alexnet.input.Feed;
import net.alexnet.net.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Tensor;

/// Evaluates networks on one set of pictures: the middle of each, every picture once.
///
/// @param squares prepared for `preprocessing`
/// @param preprocessing what the pictures go through
/// @param batch pictures at a time
/// @param workers threads that assemble batches
public record Evaluator(PictureSet squares, Preprocessing preprocessing, int batch, int workers) {
    private static final int DEPTH = 2;

    /// Is told how many pictures are done.
    public interface Listener {
        void done(long done, long total);
    }

    /// Evaluates a network.
    ///
    /// @param stop asked after every batch whether to give up
    /// @return the counts over all pictures, or nothing if it was stopped
    public Optional<Scores.Report> evaluate(Network network, Listener listener, BooleanSupplier stop)
            throws IOException, InterruptedException {
        Backend backend = network.backend();
        Scores scores = new Scores(network.architecture().classes());
        EvaluationPlan plan = new EvaluationPlan(squares.size(), batch, preprocessing);
        long done = 0;
        try (Feed feed = new Feed(squares, preprocessing, plan, batch, workers, DEPTH)) {
            while (feed.hasNext()) {
                Batch pictures = feed.next();
                try (Scope _ = backend.scope()) {
                    Tensor input = backend.uploadPictures(
                            pictures.pixels(), pictures.count(), pictures.side(), pictures.side(), pictures.channels());
                    float[] probabilities = backend.download(network.probabilities(input));
                    scores.add(probabilities, pictures.labels(), pictures.count());
                }
                done += pictures.count();
                listener.done(done, squares.size());
                if (stop.getAsBoolean()) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(scores.report());
    }
}
