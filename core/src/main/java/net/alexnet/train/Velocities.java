package net.alexnet.train;

import java.util.ArrayList;
import java.util.List;
import net.alexnet.net.Network;
import net.alexnet.net.Parameter;
import net.alexnet.optim.MomentumSgd;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Tensor;
import net.alexnet.weights.Entry;
import net.alexnet.weights.SafetensorsFile;
import net.alexnet.weights.WeightFileException;

/// The momentum of every parameter, and the update of §5 with it.
public final class Velocities {
    private final Backend backend;
    private final MomentumSgd optimizer;
    private final List<Velocity> velocities = new ArrayList<>();

    private record Velocity(Parameter parameter, Tensor value) {}

    /// Velocities of 0 for a network, made outside every scope.
    public Velocities(Network network, MomentumSgd optimizer) {
        this.backend = network.backend();
        this.optimizer = optimizer;
        for (Parameter parameter : network.parameters()) {
            velocities.add(new Velocity(parameter, backend.zeros(parameter.value().shape())));
        }
    }

    /// Moves every parameter by one step.
    ///
    /// @param gradients one per parameter, in any order
    /// @param factor of the schedule, on the recipe's rate
    void update(List<Gradient> gradients, double factor) {
        for (Gradient gradient : gradients) {
            Parameter parameter = gradient.parameter();
            backend.update(
                    parameter.value(),
                    of(parameter),
                    gradient.value(),
                    (float) optimizer.momentum(),
                    (float) optimizer.decay(parameter.bias()),
                    (float) (optimizer.rate(parameter.bias()) * factor));
        }
    }

    private Tensor of(Parameter parameter) {
        return velocities.stream()
                .filter(velocity -> velocity.parameter().name().equals(parameter.name()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no velocity for " + parameter.name()))
                .value();
    }

    /// The velocities, each under its parameter's name, to be saved.
    List<Entry> entries() {
        return velocities.stream()
                .map(velocity -> new Entry(
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
