package net.alexnet.cli;

import net.alexnet.spi.Engines;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Precision;
import picocli.CommandLine.Option;

/// The options that say what computes; mixed into every command that does.
final class Engine {
    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "auto", description = "auto, cpu, cuda, cuda:N, mps, or reference for the plain Java loops. Default: ${DEFAULT-VALUE}.")
    private String device = "auto";

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute and that read pictures. Default: all cores.")
    private int threads = Runtime.getRuntime().availableProcessors();

    Backend open() {
        return open(Precision.FLOAT32);
    }

    /// @param precision in which convolutions and fully connected layers multiply
    Backend open(Precision precision) {
        try {
            return Engines.open(device, threads(), precision);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--" + e.getMessage());
        }
    }

    int threads() {
        return threads(threads);
    }

    /// What `--threads` says, if it may.
    static int threads(int threads) {
        if (threads < 1 || threads > 1024) {
            throw new UsageException("--threads must be 1 to 1024, found " + threads);
        }
        return threads;
    }
}
