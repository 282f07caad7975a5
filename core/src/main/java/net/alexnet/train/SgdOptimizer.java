package net.alexnet.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.Network;
import net.alexnet.nn.Parameter;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Tensor;
import net.alexnet.train.config.SgdConfig;

/// The momentum of every parameter, and the update of §5 with it.
public final class SgdOptimizer {
    private final Backend backend;
    private final SgdConfig optimizer;
    private final List<Velocity> velocities = new ArrayList<>();

    /// @param rate the layer's factor on the optimiser's rate, above 0
    private record Velocity(Parameter parameter, double rate, Tensor value) {}

    /// Velocities of 0 for a network, made outside every scope.
    public SgdOptimizer(Network network, SgdConfig optimizer) {
        this(network, optimizer, _ -> 1);
    }

    /// Velocities of 0 for a network whose layers learn at rates of their own, made outside every scope.
    ///
    /// @param rates each layer's factor on the optimiser's rate, by its name; a layer with 0 is frozen: it has no velocity,
    ///     does not decay and stays as it is
    public SgdOptimizer(Network network, SgdConfig optimizer, ToDoubleFunction<String> rates) {
        this.backend = network.backend();
        this.optimizer = optimizer;
        for (Parameter parameter : network.parameters()) {
            double rate = rates.applyAsDouble(parameter.layer());
            if (rate > 0) {
                velocities.add(new Velocity(parameter, rate, backend.zeros(parameter.value().shape())));
            }
        }
    }

    /// Moves every parameter that is not frozen by one step.
    ///
    /// @param gradients one per parameter, in any order; those of frozen ones are not used
    /// @param factor of the schedule, on the recipe's rate
    void update(List<Gradient> gradients, double factor) {
        for (Gradient gradient : gradients) {
            Parameter parameter = gradient.parameter();
            of(parameter).ifPresent(velocity -> backend.update(
                    parameter.value(),
                    velocity.value(),
                    gradient.value(),
                    (float) optimizer.momentum(),
                    (float) optimizer.decay(parameter.bias()),
                    (float) (optimizer.rate(parameter.bias()) * velocity.rate() * factor)));
        }
    }

    private Optional<Velocity> of(Parameter parameter) {
        return velocities.stream()
                .filter(velocity -> velocity.parameter().name().equals(parameter.name()))
                .findFirst();
    }

    /// The velocities, each under its parameter's name, to be saved.
    List<NamedTensor> entries() {
        return velocities.stream()
                .map(velocity -> new NamedTensor(
                        velocity.parameter().name(),
                        velocity.value().shape(),
                        () -> backend.view(velocity.value())))
                .toList();
    }

    /// Takes over saved velocities.
    ///
    /// @throws WeightFileException if one is missing or of another shape
    public void restore(SafetensorsFile file) throws WeightFileException {
        for (Velocity velocity : velocities) {
            backend.assign(velocity.value(), file.values(velocity.parameter().name(), velocity.value().shape()));
        }
    }

    record Gradient(Parameter parameter, Tensor value) {}
}
