package net.alexnet.cli;

import module java.base;
import net.alexnet.Evaluation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet evaluate`.
@Command(name = "evaluate", description = "Measure the top-1 and top-5 error of a model, or of the average of several, and list its most frequent mistakes."
        + " The top-5 error is shown if it is above 0; with five classes or fewer it is always 0.", footer = {
            "", "Examples:",
            "  ./alexnet evaluate runs/latest                               the run's validation pictures",
            "  ./alexnet evaluate runs/latest --data prepared/ --views 10   ten views, as in the paper",
            "  ./alexnet evaluate RUN1 RUN2 --data pictures/ --out predictions.csv"})
final class EvaluateCommand extends ProgressCommand {
    @Parameters(paramLabel = "MODEL", arity = "0..*", description = ModelOptions.MODELS
            + " The probabilities of several are averaged. Default: runs/latest.")
    private List<Path> models = List.of(Path.of("runs/latest"));

    @Option(names = "--data", paramLabel = "DIR", description = "The pictures: " + TrainingCommand.SOURCES
            + " Where there is a"
            + " validation part, only that is used. Default: the pictures that the run was validated on, as they were"
            + " prepared; the originals may give a slightly different error, because preparing stores JPEG.")
    private Optional<String> data = Optional.empty();

    @Option(names = "--out", paramLabel = "FILE", description = "Write the class and the five most probable classes of each picture to FILE.csv.")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--submission", paramLabel = "FILE", description = "Write the ILSVRC format to FILE.txt: for each picture a line with the ids of its five most probable classes.")
    private Optional<Path> submission = Optional.empty();

    @Option(names = "--force", description = "Replace the files of --out and --submission if they exist.")
    private boolean force;

    @Mixin
    private ModelOptions options = new ModelOptions();

    @Override
    int run(ConsoleProgress progress) throws IOException, InterruptedException {
        if (out.isPresent() && out.map(EvaluateCommand::absolute).equals(submission.map(EvaluateCommand::absolute))) {
            throw new IllegalArgumentException(
                    "--out and --submission name the same file, " + out.get() + "; name two");
        }
        if (out.isPresent()) {
            requireEnding("--out", out.get(), ".csv");
            requireWritable("--out: ", out.get(), models, force);
        }
        if (submission.isPresent()) {
            requireEnding("--submission", submission.get(), ".txt");
            requireWritable("--submission: ", submission.get(), models, force);
        }
        Evaluation.Builder evaluation = Evaluation.of(models.toArray(Path[]::new)).options(options.options());
        data.ifPresent(evaluation::on);
        out.ifPresent(evaluation::predictionsTo);
        submission.ifPresent(evaluation::submissionTo);
        EvaluationReport report = new EvaluationReport(evaluation.listener(progress).run(), options.views());
        progress.clear();
        print(report.json(), report.lines());
        return 0;
    }

    private static Path absolute(Path file) {
        return file.toAbsolutePath().normalize();
    }
}
