package net.alexnet.cli;

import java.util.Optional;
import java.util.regex.Pattern;
import net.alexnet.Options;
import net.alexnet.io.Texts;
import picocli.CommandLine.Option;

/// The options that say what computes.
class ComputeOptions {
    private static final Pattern DEVICE = Pattern.compile("auto|cpu|cuda(:\\d+)?|mps|reference",
            Pattern.CASE_INSENSITIVE);

    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "auto", description = "auto, cpu, cuda, cuda:N, mps, or reference for the plain Java loops. Default: ${DEFAULT-VALUE}.")
    private String device = "auto";

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute and that read pictures. Default: all cores.")
    private Optional<Integer> threads = Optional.empty();

    Options options() {
        return options(1);
    }

    /// @param processes that share this machine's cores, if the user has not said how many threads each may use
    Options options(int processes) {
        if (!DEVICE.matcher(device).matches()) { // said here, before hours of other work
            throw new IllegalArgumentException("--device must be auto, cpu, cuda, cuda:N, mps or reference, found "
                    + Texts.argument(device));
        }
        int cores = Runtime.getRuntime().availableProcessors();
        return Options.defaults().device(device).threads(threads(threads.orElse(Math.max(1, cores / processes))));
    }

    /// The value of `--threads`.
    static int threads(int threads) {
        return (int) BaseCommand.within("--threads", threads, 1, 1024);
    }
}
