package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.inference.FeatureCache;
import net.alexnet.inference.FeatureExtractor;
import net.alexnet.inference.FeatureLayer;
import net.alexnet.inference.Model;
import net.alexnet.io.CacheFolder;
import net.alexnet.nn.Architecture;
import net.alexnet.tensor.Backend;
import net.alexnet.train.ModelFile;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options that `features` and `similar` have in common, and the features of the model that
/// they name, which are stored in the user's cache.
final class FeatureOptions {
    @Option(names = "--layer", paramLabel = "LAYER", description = "conv1 ... fc8 (with the activation behind it), pool5, norm1, softmax and so on, as 'inspect' lists them. Default: the last"
            + " hidden layer, fc7.")
    private Optional<String> layer = Optional.empty();

    @Option(names = "--checkpoint", paramLabel = "WHICH", description = Engine.CHECKPOINTS)
    private ModelFile.Which which = ModelFile.Which.RESULT;

    @Option(names = "--force", description = "Replace the output file if it exists.")
    private boolean force;

    @Option(names = "--progress", paramLabel = "MODE", description = "auto, plain or none. Default: auto.")
    private ConsoleProgress.Mode mode = ConsoleProgress.Mode.AUTO;

    @Option(names = "--json", description = "JSON on standard output, and nothing else there.")
    private boolean json;

    @Mixin
    private ViewOption viewOption = new ViewOption();

    @Mixin
    private Engine engine = new Engine();

    boolean force() {
        return force;
    }

    boolean json() {
        return json;
    }

    /// What a command does with the features of a model.
    @FunctionalInterface
    interface Work {
        /// Does the work.
        ///
        /// @return the exit code
        int with(FeatureCache features, ImageCodec codec, ConsoleProgress progress)
                throws IOException, InterruptedException;
    }

    /// Opens a model and works with its features.
    int run(Path model, Terminal terminal, ImageCodec codec, Work work) throws IOException, InterruptedException {
        ModelFile file = ModelFile.find(model, which);
        try (ConsoleProgress progress = new ConsoleProgress(terminal, mode); Backend backend = engine.open()) {
            Model opened = file.open(backend);
            viewOption.note(opened.card().preprocessing())
                    .ifPresent(note -> terminal.err().println("note: " + note));
            FeatureLayer wanted = layer(opened.network().architecture());
            FeatureExtractor extractor = new FeatureExtractor(opened.network(), wanted,
                    opened.card().preprocessing(), viewOption.views(), FeatureCache.BATCH, engine.threads());
            FeatureCache.Tools tools = new FeatureCache.Tools(CacheFolder.ofUser(), codec, progress,
                    "computing features", terminal.interruption()::asked);
            return work.with(new FeatureCache(extractor, file.layers(wanted.end()), tools), codec, progress);
        }
    }

    private FeatureLayer layer(Architecture architecture) {
        try {
            return layer.map(name -> FeatureLayer.of(architecture, name))
                    .orElseGet(() -> FeatureLayer.lastHidden(architecture));
        } catch (IllegalArgumentException e) {
            throw new UsageException("--layer: " + e.getMessage());
        }
    }
}
