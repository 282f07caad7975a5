package net.alexnet.cli;

import net.alexnet.Options;
import picocli.CommandLine.Option;

/// The options that say what computes.
class ComputeOptions {
    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "auto", description = "auto, cpu, cuda, cuda:N, mps, or reference for the plain Java loops. Default: ${DEFAULT-VALUE}.")
    private String device = "auto";

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute and that read pictures. Default: all cores.")
    private int threads = Runtime.getRuntime().availableProcessors();

    Options options() {
        return Options.defaults().device(device).threads(threads(threads));
    }

    /// The value of `--threads`.
    static int threads(int threads) {
        return (int) BaseCommand.within("--threads", threads, 1, 1024);
    }
}
