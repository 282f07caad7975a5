package net.alexnet.cli;

import java.nio.file.Path;
import java.util.Optional;
import net.alexnet.Features;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The options that `features`, `similar` and `figure neighbors` have in common.
final class FeatureOptions {
    @Parameters(index = "0", paramLabel = "MODEL", description = ModelOptions.MODELS)
    private Path model = Path.of("");

    @Option(names = "--layer", paramLabel = "LAYER", description = "conv1 to fc8 (with the activation that follows), pool5, norm1, softmax and so on; inspect lists them."
            + " pixels stands for the picture itself."
            + " Default: the last hidden layer, fc7.")
    private Optional<String> layer = Optional.empty();

    @Mixin
    private ModelOptions options = new ModelOptions();

    /// The layer's name for a person.
    String layer() {
        return layer.orElse("the last hidden layer");
    }

    Features features(ConsoleProgress progress) {
        Features features = Features.of(model).options(options.options()).listener(progress);
        return layer.map(features::layer).orElse(features);
    }
}
