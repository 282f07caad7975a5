package net.alexnet.cli;

import net.alexnet.Options;
import net.alexnet.inference.Engines;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Precision;
import picocli.CommandLine.Option;

/// The options that say what computes; mixed into every command that does.
final class Engine {
    /// What a command that wants a model takes.
    static final String MODELS = "A run's folder, one of its checkpoints, a .safetensors file, another framework's weights (.pth, .onnx,"
            + " .caffemodel), or the name of a pulled model.";

    /// Which of a run's checkpoints is taken.
    static final String CHECKPOINTS = "last, best, or result of a run's checkpoints. Default: result, which is the best of a"
            + " fine-tuned run and the last of any other.";

    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "auto", description = "auto, cpu, cuda, cuda:N, mps, or reference for the plain Java loops. Default: ${DEFAULT-VALUE}.")
    private String device = "auto";

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute and that read pictures. Default: all cores.")
    private int threads = Runtime.getRuntime().availableProcessors();

    Options options() {
        return Options.defaults().device(device).threads(threads());
    }

    Backend open() {
        return open(Precision.FLOAT32);
    }

    /// @param precision in which convolutions and fully connected layers multiply
    Backend open(Precision precision) {
        return Engines.open(device, threads(), precision);
    }

    int threads() {
        return threads(threads);
    }

    /// The value of `--threads`, if it is allowed.
    static int threads(int threads) {
        if (threads < 1 || threads > 1024) {
            throw new UsageException("--threads must be 1 to 1024, found " + threads);
        }
        return threads;
    }
}
