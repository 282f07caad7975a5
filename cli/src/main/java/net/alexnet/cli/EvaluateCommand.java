package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import net.alexnet.Evaluation;
import net.alexnet.train.ModelFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet evaluate`.
@Command(name = "evaluate", mixinStandardHelpOptions = true, description = "Measures how often a model, or the average of several, is wrong: top-1 and top-5 error, and its most frequent mistakes.")
final class EvaluateCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "MODEL", arity = "0..*", description = Engine.MODELS
            + " The probabilities of several are averaged. Default: runs/latest.")
    private List<Path> models = List.of(Path.of("runs/latest"));

    @Option(names = "--data", paramLabel = "DIR", description = "A prepared dataset, class folders, ILSVRC-2012's tars, CIFAR-10's batches or IDX files; the validation part of"
            + " those that have one. Default: the pictures that the run was validated on.")
    private Optional<Path> data = Optional.empty();

    @Option(names = "--out", paramLabel = "FILE", description = "Write every picture's class and five most probable classes to a CSV file.")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--submission", paramLabel = "FILE", description = "Write the ILSVRC's format: a line for each picture with the ids of its five most probable classes.")
    private Optional<Path> submission = Optional.empty();

    @Option(names = "--checkpoint", paramLabel = "WHICH", description = Engine.CHECKPOINTS)
    private ModelFile.Which which = ModelFile.Which.RESULT;

    @Option(names = "--progress", paramLabel = "MODE", description = "auto, plain or none. Default: auto.")
    private ConsoleProgress.Mode mode = ConsoleProgress.Mode.AUTO;

    @Option(names = "--json", description = "Print one JSON object to standard output, and nothing else.")
    private boolean json;

    @Mixin
    private ViewOption views = new ViewOption();

    @Mixin
    private Engine engine = new Engine();

    EvaluateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (out.isPresent() && out.map(EvaluateCommand::absolute).equals(submission.map(EvaluateCommand::absolute))) {
            throw new UsageException("--out and --submission name the same file, " + out.get() + "; name two");
        }
        Evaluation.Builder evaluation = Evaluation.of(models.toArray(Path[]::new))
                .options(engine.options().checkpoint(which).views(views.views().count()));
        data.ifPresent(evaluation::on);
        out.ifPresent(evaluation::predictionsTo);
        submission.ifPresent(evaluation::submissionTo);
        try (ConsoleProgress progress = new ConsoleProgress(terminal, mode)) {
            Evaluation result = evaluation.listener(progress).run();
            progress.clear();
            EvaluationReport report = new EvaluationReport(result, views.views().count());
            if (json) {
                terminal.out().println(Json.of(report.json()));
            } else {
                report.lines().forEach(terminal.out()::println);
            }
        }
        return 0;
    }

    private static Path absolute(Path file) {
        return file.toAbsolutePath().normalize();
    }
}
