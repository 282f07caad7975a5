package net.alexnet.train;

import module java.base;
import net.alexnet.distributed.Group;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.DropoutMasks;
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.nn.Network;
import net.alexnet.nn.Network.GradientSink;
import net.alexnet.nn.Network.Stage;
import net.alexnet.nn.Parameter;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Backend.Loss;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Tensor;

/// One training step, §5: forward, loss, backward, update. With several ranks each computes the gradients of its part of the
/// batch, and all update by the same sums.
///
/// A batch that does not fit into memory is computed in micro-batches (gradient accumulation): [#add] for each but the last,
/// then [#run] with the last, which updates. The gradients are those of the mean over the whole batch.
public final class TrainingStep {
    private final Network network;
    private final int from;
    private final SgdOptimizer optimizer;
    private final Group group;
    private final boolean factors;

    /// The gradients of the micro-batches so far, by the parameter's name; empty where the step is computed at once.
    private final Map<String, Tensor> accumulated = new LinkedHashMap<>();

    /// A step of the whole network by the only rank.
    public TrainingStep(Network network, SgdOptimizer optimizer) {
        this(network, 0, optimizer, Group.SOLO, false);
    }

    /// A step, and after it the next one.
    ///
    /// @param network that learns
    /// @param from the first row that is computed; the rows before it are frozen
    /// @param optimizer of that network
    /// @param group of the ranks
    /// @param factors whether the ranks exchange the factors of dense layers' gradients; not with micro-batches
    public TrainingStep(Network network, int from, SgdOptimizer optimizer, Group group, boolean factors) {
        this.network = network;
        this.from = from;
        this.optimizer = optimizer;
        this.group = group;
        this.factors = factors && group.rank().world() > 1;
    }

    /// Sees a step, or a micro-batch of it, after its loss and before its backward pass; an exception prevents the update.
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

    /// Computes a micro-batch of the step and adds its gradients to those before. The sums belong to the scope that is open
    /// at the first call, which must last until [#run] returns; all else is freed when this returns.
    ///
    /// @param inputs makes the inputs, in a scope of the micro-batch
    /// @param labels one per image of the micro-batch
    /// @param total examples of the step over all micro-batches and ranks
    /// @param masks which units are dropped, from the micro-batch's place in the batch on
    /// @return what the observer returned
    public <T, E extends Exception> T add(Supplier<Tensor> inputs, int[] labels, int total, DropoutMasks masks,
            Observer<T, E> observer) throws E {
        Backend backend = network.backend();
        if (accumulated.isEmpty()) {
            learned().forEach(layer -> layer
                    .forEach(it -> accumulated.put(it.name(), backend.zeros(it.value().shape()))));
        }
        try (Scope _ = backend.scope()) {
            return pass(inputs.get(), labels, total, masks, observer, this::accumulate);
        } catch (Exception | Error e) {
            accumulated.clear();
            throw e;
        }
    }

    /// Runs the step of a rank, or what [#add] has left of it, as [#run(Tensor, int[], DropoutMasks, double, Observer)].
    ///
    /// @param total examples of the step over all ranks. The loss of a step is the mean over all of them
    public <T, E extends Exception> T run(Tensor inputs, int[] labels, int total, DropoutMasks masks, double factor,
            Observer<T, E> observer) throws E {
        GradientSums sums = new GradientSums(group, network, factors);
        GradientSink sink = accumulated.isEmpty()
                ? sums
                : (parameter, gradient) -> sums.accept(parameter, accumulate(parameter, gradient));
        try {
            T seen = pass(inputs, labels, total, masks, observer, sink);
            optimizer.update(sums.await(), factor);
            return seen;
        } catch (RuntimeException | Error e) {
            sums.abandon();
            throw e;
        } finally {
            accumulated.clear();
        }
    }

    private <T, E extends Exception> T pass(Tensor inputs, int[] labels, int total, DropoutMasks masks,
            Observer<T, E> observer, GradientSink sink) throws E {
        Backend backend = network.backend();
        List<Stage> stages = network.forward(inputs, from, masks);
        Loss loss = backend.crossEntropy(stages.getLast().out(), labels);
        T seen = observer.at(stages, loss);
        Tensor gradient = labels.length == total
                ? loss.gradient()
                : backend.scale(loss.gradient(), (float) ((double) labels.length / total));
        network.backward(stages, gradient, sink);
        return seen;
    }

    /// Adds a gradient to the sum over the earlier micro-batches, and frees it.
    private Tensor accumulate(Parameter parameter, Tensor gradient) {
        Tensor sum = Objects.requireNonNull(accumulated.get(parameter.name()));
        network.backend().add(sum, gradient);
        network.backend().free(gradient);
        return sum;
    }

    /// Runs the step of a rank that has no example of it: it adds zeros, and updates by the others' sums.
    public void runWithoutExamples(double factor) {
        GradientSums sums = new GradientSums(group, network, factors);
        learned().forEach(sums::acceptNothing);
        optimizer.update(sums.await(), factor);
    }

    /// The weight and the bias of each row that is computed, in the order in which a backward pass has their gradients.
    private List<List<Parameter>> learned() {
        List<Row> rows = network.architecture().rows();
        return rows.subList(from, rows.size()).reversed().stream().filter(row -> row.layer() instanceof Weighted)
                .map(row -> network.parameters().stream().filter(it -> it.layer().equals(row.name())).toList())
                .toList();
    }
}
