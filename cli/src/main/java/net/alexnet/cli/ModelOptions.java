package net.alexnet.cli;

import net.alexnet.Options;
import net.alexnet.tensor.Precision;
import net.alexnet.train.ModelFile;
import picocli.CommandLine.Option;

/// The options that say how a model is used.
final class ModelOptions extends ComputeOptions {
    /// What an argument `MODEL` may be.
    static final String MODELS = "A run's folder, one of its checkpoints, a safetensors file, another framework's file (.pth, .onnx,"
            + " .caffemodel, .keras), or the name of a pulled model.";

    /// Which of a run's checkpoints is used.
    static final String CHECKPOINTS = "Which of a run's checkpoints: last or best. Default: last. The best is the one"
            + " with the lowest validation error; without validation pictures there is none, and the last is taken.";

    @Option(names = "--checkpoint", paramLabel = "WHICH", description = CHECKPOINTS)
    private ModelFile.Which checkpoint = ModelFile.Which.LAST;

    @Option(names = "--views", paramLabel = "1|10", defaultValue = "1", description = "1 for the center of a picture; 10 for the mean over its corners, its center and their mirror images, as in"
            + " the paper. Default: ${DEFAULT-VALUE}.")
    private int views = 1;

    @Option(names = "--precision", paramLabel = "P", description = "float32, or bfloat16: rounded values, faster on CPUs with AMX; probabilities change a little. Default: float32.")
    private Precision precision = Precision.FLOAT32;

    int views() {
        return views;
    }

    @Override
    Options options() {
        if (views != 1 && views != 10) {
            throw new IllegalArgumentException("--views must be 1 or 10, found " + views);
        }
        return super.options().checkpoint(checkpoint).views(views).precision(precision);
    }
}
