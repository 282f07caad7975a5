package net.alexnet.train;

import module java.base;
import net.alexnet.distributed.Group;
import net.alexnet.inference.TopK;
import net.alexnet.nn.Network;
import net.alexnet.nn.Network.Stage;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Backend.Loss;
import net.alexnet.train.TrainingState.Reading;

/// The loss and the mistakes of a step, summed over its micro-batches and then over the ranks.
final class StepSums {
    private final Network network;
    private final TrainingMonitor monitor;
    private double loss; // each image's added
    private int images;
    private int mistakes;
    private Optional<String> cause = Optional.empty();

    StepSums(Network network, TrainingMonitor monitor) {
        this.network = network;
        this.monitor = monitor;
    }

    /// Adds a micro-batch; waits for the device.
    ///
    /// @param mean the loss of its images
    void add(List<Stage> stages, Loss mean, int[] labels) {
        Backend backend = network.backend();
        double value = backend.download(mean.value())[0];
        if (!Double.isFinite(value) && cause.isEmpty()) { // its stages are gone when the step is checked
            cause = Optional.of(monitor.cause(stages, network.parameters()));
        }
        loss += value * labels.length;
        images += labels.length;
        int classes = network.architecture().classes();
        float[] logits = backend.download(stages.getLast().out());
        mistakes += (int) IntStream.range(0, labels.length)
                .filter(i -> TopK.place(logits, i * classes, classes, labels[i]) > 0).count();
    }

    /// Why the loss of this rank is not finite; empty if it is.
    Optional<String> cause() {
        return cause;
    }

    /// The reading of the whole step. All ranks call this once a step that is read, also those without an image of it.
    Reading shared(Group group) {
        double[] sums = group.sum(loss, images, mistakes);
        return new Reading(sums[0] / sums[1], (int) sums[1], (int) sums[2]);
    }
}
