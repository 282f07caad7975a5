package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import net.alexnet.io.AtomicFiles;
import net.alexnet.nn.AlexNet;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Precision;
import net.alexnet.train.Benchmark;
import net.alexnet.train.BenchmarkReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `alexnet bench`.
@Command(name = "bench", mixinStandardHelpOptions = true, description = "Measures a network on this machine: images per second, each layer's passes beside the rate of a plain matrix product, and memory.", footer = {
    "",
    "  ./alexnet bench                                   the paper's network, 128 pictures a step",
    "  ./alexnet bench quickstart --batch 64 --svg layers.svg",
    "",
    "No pictures are needed: it computes on noise, and keeps nothing."
})
final class BenchCommand implements Callable<Integer> {
    private static final int MOST_ROUNDS = 10_000;

    private final Terminal terminal;

    @Mixin
    private NetworkChoice choice = new NetworkChoice();

    @Mixin
    private Engine engine = new Engine();

    @Option(names = "--precision", paramLabel = "P", description = "float32 or bfloat16: what convolutions and fully connected layers multiply. Default: float32.")
    private Precision precision = Precision.FLOAT32;

    @Option(names = "--rounds", paramLabel = "N", description = "How often everything is read, after a warm-up. Default: 5.")
    private int rounds = 5;

    @Option(names = "--svg", paramLabel = "FILE", description = "Write a chart of the layers' times.")
    private Optional<Path> svg = Optional.empty();

    @Option(names = "--progress", paramLabel = "MODE", description = "auto, plain (lines for a log) or none. Default: auto.")
    private ProgressMode mode = ProgressMode.AUTO;

    @Option(names = "--json", description = "One JSON object on standard output, and nothing else there.")
    private boolean json;

    BenchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (rounds < 1 || rounds > MOST_ROUNDS) {
            throw new UsageException("--rounds must be 1 to " + MOST_ROUNDS + ", found " + rounds);
        }
        svg.ifPresent(BenchCommand::requirePlace);
        int batch = choice.batch();
        AlexNet network = choice.network();
        BenchmarkReport report;
        try (ConsoleProgress progress = new ConsoleProgress(terminal, mode);
                Backend backend = engine.open(precision)) {
            progress.say(backend.describe());
            report = Benchmark.run(network, batch, rounds, engine.threads(), backend,
                    done -> progress.measured(done, rounds));
        }
        if (svg.isPresent()) {
            AtomicFiles.writeString(svg.get(), new BenchChart(report).svg());
        }
        if (json) {
            terminal.out().println(Json.of(BenchJson.of(report)));
        } else {
            new BenchTable(report).lines().forEach(terminal.out()::println);
        }
        return 0;
    }

    /// Refuses before anything is measured what would fail after it.
    private static void requirePlace(Path file) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw new UsageException("--svg " + file + " is a folder; name a file to be written");
        }
        if (!Files.isDirectory(folder)) {
            throw new UsageException("--svg " + file + " cannot be written: there is no folder " + folder);
        }
        if (!Files.isWritable(folder)) {
            throw new UsageException("--svg " + file + " cannot be written: the folder " + folder
                    + " may not be written to");
        }
    }
}
