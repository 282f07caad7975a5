package net.alexnet.cli;

import java.io.IOException;
import picocli.CommandLine.Option;

/// A command that takes so long that it shows its progress.
abstract class ProgressCommand extends BaseCommand {
    @Option(names = "--progress", paramLabel = "MODE", description = "auto (a bar on a terminal), plain (lines for a log) or none. Default: auto.")
    private ConsoleProgress.Mode mode = ConsoleProgress.Mode.AUTO;

    @Override
    public final Integer call() throws IOException, InterruptedException {
        try (ConsoleProgress progress = new ConsoleProgress(terminal(), mode)) {
            return run(progress);
        }
    }

    /// Does the work and returns the exit code.
    abstract int run(ConsoleProgress progress) throws IOException, InterruptedException;
}
