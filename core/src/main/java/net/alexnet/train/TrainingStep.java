package net.alexnet.train;

import module java.base;
import net.alexnet.nn.DropoutMasks;
import net.alexnet.nn.Network;
import net.alexnet.nn.Network.Stage;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Backend.Loss;
import net.alexnet.tensor.Tensor;
import net.alexnet.train.SgdOptimizer.Gradient;

/// One training step, §5: forward, loss, backward, update.
///
/// @param network that learns
/// @param from the first row that is computed; the rows before it are frozen
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

    /// Runs the step. Its tensors belong to the current scope.
    ///
    /// @param inputs of the first row that is computed: `(N, C, H, W)` for images
    /// @param labels one per image
    /// @param masks which units are dropped
    /// @param factor of the schedule, on the optimizer's learning rate
    /// @return what the observer returned
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
