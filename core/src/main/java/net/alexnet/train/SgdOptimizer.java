package net.alexnet.train;

import module java.base;
import net.alexnet.distributed.Group;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.Network;
import net.alexnet.nn.Parameter;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Tensor;
import net.alexnet.train.config.SgdConfig;

/// Stochastic gradient descent with momentum, §5 of the paper: a momentum buffer per parameter, and the update.
public final class SgdOptimizer {
    private final Backend backend;
    private final SgdConfig config;
    private final Map<String, MomentumBuffer> buffers = new LinkedHashMap<>();

    /// @param factor on the learning rate, above 0
    private record MomentumBuffer(double factor, Tensor value) {}

    /// Creates buffers of 0 outside every scope. All layers learn at the same rate.
    public SgdOptimizer(Network network, SgdConfig config) {
        this(network, config, _ -> 1);
    }

    /// Creates buffers of 0 outside every scope. Each layer has a learning rate of its own.
    ///
    /// @param factors a layer's factor on the learning rate, by the layer's name. A layer with factor 0 is frozen: it has
    ///     no buffer and does not decay
    public SgdOptimizer(Network network, SgdConfig config, ToDoubleFunction<String> factors) {
        this.backend = network.backend();
        this.config = config;
        for (Parameter parameter : network.parameters()) {
            double factor = factors.applyAsDouble(parameter.layer());
            if (factor > 0) {
                buffers.put(parameter.name(), new MomentumBuffer(factor, backend.zeros(parameter.value().shape())));
            }
        }
    }

    private SgdOptimizer(Network part, SgdOptimizer whole) {
        this.backend = whole.backend;
        this.config = whole.config;
        whole.buffers.forEach((name, buffer) -> buffers.put(name,
                new MomentumBuffer(buffer.factor, part.ownRows(name, buffer.value))));
    }

    /// The optimizer of a rank's part of the network, with its rows of the momentum; the whole buffers are freed.
    ///
    /// @param part from [Network#keepTower] or [Network#keepUnits]
    SgdOptimizer of(Network part) {
        return new SgdOptimizer(part, this);
    }

    /// Updates every parameter that is not frozen.
    ///
    /// @param gradients one per parameter, in any order; gradients of frozen parameters are ignored
    /// @param factor of the schedule, on the base learning rate
    void update(List<Gradient> gradients, double factor) {
        for (Gradient gradient : gradients) {
            Parameter parameter = gradient.parameter();
            MomentumBuffer buffer = buffers.get(parameter.name());
            if (buffer != null) {
                backend.update(
                        parameter.value(),
                        buffer.value,
                        gradient.value(),
                        (float) config.momentum(),
                        (float) config.decay(parameter.bias()),
                        (float) (config.learningRate(parameter.bias()) * buffer.factor * factor * trust(gradient)));
            }
        }
    }

    /// The factor of LARS on a weight's learning rate; 1 for biases, without LARS, and where a norm is 0.
    private double trust(Gradient gradient) {
        if (config.larsTrust() == 0 || gradient.parameter().bias()) {
            return 1;
        }
        double weight = norm(gradient.parameter().value());
        double change = norm(gradient.value()) + config.weightDecay() * weight;
        return weight > 0 && change > 0 ? config.larsTrust() * weight / change : 1;
    }

    /// The Euclidean norm, in double and in one order: an engine's own sums differ in their digits between hosts, and the
    /// weights of ranks would drift apart.
    private double norm(Tensor tensor) {
        MemorySegment values = backend.view(tensor);
        long count = tensor.shape().elements();
        double square = 0;
        for (long i = 0; i < count; i++) {
            double value = values.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            square += value * value;
        }
        return Math.sqrt(square);
    }

    /// What the last step added to a parameter, its momentum buffer; empty for a frozen parameter.
    Optional<Tensor> lastUpdate(Parameter parameter) {
        return Optional.ofNullable(buffers.get(parameter.name())).map(MomentumBuffer::value);
    }

    /// The momentum buffers to save, each under its parameter's name.
    List<NamedTensor> entries() {
        return buffers.entrySet().stream()
                .map(entry -> new NamedTensor(entry.getKey(), entry.getValue().value.shape(),
                        () -> backend.view(entry.getValue().value)))
                .toList();
    }

    /// Loads saved momentum buffers.
    ///
    /// @throws WeightFileException if a buffer is missing or has another shape
    public void restore(WeightFile file) throws WeightFileException {
        for (Map.Entry<String, MomentumBuffer> entry : buffers.entrySet()) {
            Tensor buffer = entry.getValue().value;
            backend.assign(buffer, file.values(entry.getKey(), buffer.shape()));
        }
    }

    /// Gives all ranks the buffers of rank 0.
    void broadcast(Group group) {
        buffers.values().forEach(buffer -> group.broadcast(buffer.value));
    }

    record Gradient(Parameter parameter, Tensor value) {}
}
