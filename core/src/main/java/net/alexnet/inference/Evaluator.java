package net.alexnet.inference;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Ensemble.Input;
import net.alexnet.inference.Ensemble.Member;
import net.alexnet.nn.Network;

/// Evaluates networks in training on one dataset: the center crop of every image, once.
///
/// @param images of the preprocessing's `resize` side and channels
/// @param preprocessing of the images
/// @param batch images at a time
/// @param workers threads that assemble batches
public record Evaluator(ImageDataset images, Preprocessing preprocessing, int batch,
        int workers) implements Validation {
    /// Is told how many images are done.
    @FunctionalInterface
    public interface Listener {
        void done(long done, long total);
    }

    @Override
    public Optional<TopKErrors.Report> evaluate(Network network, Listener listener, BooleanSupplier stop)
            throws IOException, InterruptedException {
        Member alone = new Member(network, new Input(images, preprocessing));
        return new Ensemble(List.of(alone), Views.CENTER, batch, workers)
                .evaluate(listener, Prediction.Consumer.NONE, stop)
                .map(outcome -> outcome.average().views());
    }
}
