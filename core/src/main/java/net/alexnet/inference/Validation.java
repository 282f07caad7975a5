package net.alexnet.inference;

import module java.base;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Ensemble.Input;
import net.alexnet.inference.Ensemble.Member;
import net.alexnet.inference.Ensemble.Progress;
import net.alexnet.nn.Network;

/// Evaluates a network in training at the end of each epoch, on examples that it does not learn from.
@FunctionalInterface
public interface Validation {
    /// Evaluates a network.
    ///
    /// @param stop asked after every batch whether to give up
    /// @return the counts over all examples, or nothing if it was stopped
    Optional<TopKErrors.Report> evaluate(Network network, Progress progress, BooleanSupplier stop)
            throws IOException, InterruptedException;

    /// Evaluates on the center crop of every image, once.
    ///
    /// @param images of the preprocessing's `resize` side and channels
    /// @param batch images at a time
    /// @param workers threads that assemble batches
    static Validation on(ImageDataset images, Preprocessing preprocessing, int batch, int workers) {
        return (network, progress, stop) -> new Ensemble(
                List.of(new Member(network, new Input(images, preprocessing))), Views.CENTER, batch, workers)
                .evaluate(progress, Prediction.Consumer.NONE, stop).map(outcome -> outcome.average().views());
    }
}
