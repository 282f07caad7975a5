package net.alexnet.train;

import java.util.ArrayList;
import java.util.List;
import net.alexnet.nn.DropoutMasks;
import net.alexnet.nn.Network;
import net.alexnet.nn.Network.Stage;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Backend.Loss;
import net.alexnet.tensor.Tensor;
import net.alexnet.train.SgdOptimizer.Gradient;

/// One step of training, §5: forward, the loss, backward, the update; and nothing of what a run does around it.
///
/// @param network that learns
/// @param from the first row that is walked; the layers before it are frozen
/// @param optimizer of that network
public record TrainingStep(Network network, int from, SgdOptimizer optimizer) {
    /// A step of the whole network.
    public TrainingStep(Network network, SgdOptimizer optimizer) {
        this(network, 0, optimizer);
    }

    /// Sees a step after its loss and before its backward pass; an exception prevents the update.
    ///
    /// @param <T> what it returns
    /// @param <E> what it throws
    @FunctionalInterface
    public interface Observer<T, E extends Exception> {
        /// Observes a step.
        ///
        /// @param stages of the forward pass
        /// @param loss of its logits
        T at(List<Stage> stages, Loss loss) throws E;
    }

    /// Takes the step. Everything made for it belongs to the scope that is open.
    ///
    /// @param inputs of the first row that is walked: `(N, C, H, W)` for pictures
    /// @param labels one per picture
    /// @param masks which units are dropped
    /// @param factor of the schedule, on the optimizer's learning rate
    /// @return what was seen
    public <T, E extends Exception> T run(
            Tensor inputs, int[] labels, DropoutMasks masks, double factor, Observer<T, E> observer) throws E {
        Backend backend = network.backend();
        List<Stage> stages = network.forward(inputs, from, masks);
        Loss loss = backend.crossEntropy(stages.getLast().out(), labels);
        T seen = observer.at(stages, loss);
        List<Gradient> gradients = new ArrayList<>();
        network.backward(stages, loss.gradient(), (parameter, dy) -> gradients.add(new Gradient(parameter, dy)));
        optimizer.update(gradients, factor);
        return seen;
    }
}
