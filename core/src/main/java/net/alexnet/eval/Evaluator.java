package net.alexnet.eval;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import net.alexnet.dataset.PictureSet;
import net.alexnet.eval.Ensemble.Input;
import net.alexnet.eval.Ensemble.Member;
import net.alexnet.image.Preprocessing;
import net.alexnet.net.Network;

/// Evaluates networks in training on one set of pictures: the middle of each, every picture once.
///
/// @param squares prepared for `preprocessing`
/// @param preprocessing what the pictures go through
/// @param batch pictures at a time
/// @param workers threads that assemble batches
public record Evaluator(PictureSet squares, Preprocessing preprocessing, int batch, int workers) implements Validation {
    /// Is told how many pictures are done.
    @FunctionalInterface
    public interface Listener {
        void done(long done, long total);
    }

    @Override
    public Optional<Scores.Report> evaluate(Network network, Listener listener, BooleanSupplier stop)
            throws IOException, InterruptedException {
        Member alone = new Member(network, new Input(squares, preprocessing));
        return new Ensemble(List.of(alone), Views.CENTER, batch, workers)
                .evaluate(listener, Answer.Taker.NONE, stop)
                .map(outcome -> outcome.average().views());
    }
}
