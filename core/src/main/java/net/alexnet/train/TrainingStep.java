package net.alexnet.train;

import module java.base;
import net.alexnet.distributed.Group;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.DropoutMasks;
import net.alexnet.nn.Network;
import net.alexnet.nn.Network.Stage;
import net.alexnet.nn.Parameter;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Backend.Loss;
import net.alexnet.tensor.Tensor;

/// One training step, §5: forward, loss, backward, update. With several ranks each computes the gradients of its part of the
/// batch, and all update by the same sums.
///
/// @param network that learns
/// @param from the first row that is computed; the rows before it are frozen
/// @param optimizer of that network
/// @param group of the ranks
public record TrainingStep(Network network, int from, SgdOptimizer optimizer, Group group) {
    /// A step of the whole network by the only rank.
    public TrainingStep(Network network, SgdOptimizer optimizer) {
        this(network, 0, optimizer, Group.SOLO);
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

    /// Runs the step of the only rank. Its tensors belong to the current scope.
    ///
    /// @param inputs of the first row that is computed: `(N, C, H, W)` for images
    /// @param labels one per image
    /// @param masks which units are dropped
    /// @param factor of the schedule, on the optimizer's learning rate
    /// @return what the observer returned
    public <T, E extends Exception> T run(
            Tensor inputs, int[] labels, DropoutMasks masks, double factor, Observer<T, E> observer) throws E {
        return run(inputs, labels, labels.length, masks, factor, observer);
    }

    /// Runs the step of a rank, as [#run(Tensor, int[], DropoutMasks, double, Observer)].
    ///
    /// @param total examples of the step over all ranks. The loss of a step is the mean over all of them
    public <T, E extends Exception> T run(Tensor inputs, int[] labels, int total, DropoutMasks masks, double factor,
            Observer<T, E> observer) throws E {
        Backend backend = network.backend();
        List<Stage> stages = network.forward(inputs, from, masks);
        Loss loss = backend.crossEntropy(stages.getLast().out(), labels);
        T seen = observer.at(stages, loss);
        Tensor gradient = labels.length == total
                ? loss.gradient()
                : backend.scale(loss.gradient(), (float) ((double) labels.length / total));
        GradientSums sums = new GradientSums(group);
        try {
            network.backward(stages, gradient, sums);
            optimizer.update(sums.await(), factor);
        } catch (RuntimeException | Error e) {
            sums.abandon();
            throw e;
        }
        return seen;
    }

    /// Runs the step of a rank that has no example of it: it adds zeros, and updates by the others' sums.
    public void runWithoutExamples(double factor) {
        Backend backend = network.backend();
        GradientSums sums = new GradientSums(group);
        List<Row> rows = network.architecture().rows();
        for (Row row : rows.subList(from, rows.size()).reversed()) { // in the order of the others' backward pass
            for (Parameter parameter : network.parameters()) {
                if (parameter.layer().equals(row.name())) {
                    sums.accept(parameter, backend.zeros(parameter.value().shape()));
                }
            }
        }
        optimizer.update(sums.await(), factor);
    }
}
