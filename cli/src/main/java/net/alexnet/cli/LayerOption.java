package net.alexnet.cli;

import java.util.Optional;
import net.alexnet.inference.FeatureLayer;
import net.alexnet.nn.Architecture;
import picocli.CommandLine.Option;

/// The option that says which layer's output is wanted.
final class LayerOption {
    @Option(names = "--layer", paramLabel = "LAYER", description = "conv1 ... fc8 (with the neuron behind it), pool5, norm1, softmax and so on, as 'inspect' lists them. Default: the last hidden"
            + " layer, fc7.")
    private Optional<String> name = Optional.empty();

    FeatureLayer of(Architecture architecture) {
        try {
            return name.map(layer -> FeatureLayer.of(architecture, layer))
                    .orElseGet(() -> FeatureLayer.lastHidden(architecture));
        } catch (IllegalArgumentException e) {
            throw new UsageException("--layer: " + e.getMessage());
        }
    }
}
