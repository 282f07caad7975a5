package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import net.alexnet.data.RejectedImage;
import net.alexnet.inference.Ensemble;
import net.alexnet.inference.Ensemble.Member;
import net.alexnet.inference.Ensemble.Outcome;
import net.alexnet.inference.PredictionWriter;
import net.alexnet.tensor.Backend;
import net.alexnet.torch.OpenCvCodec;
import net.alexnet.train.ModelFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet evaluate`.
@Command(name = "evaluate", mixinStandardHelpOptions = true, description = "Counts how often a model, or the average of several, is wrong: top-1 and top-5 error, and what it takes for what.")
final class EvaluateCommand implements Callable<Integer> {
    private static final int BATCH = 128; // views at a time

    private final Terminal terminal;

    @Parameters(paramLabel = "RUN", arity = "0..*", description = "A run's folder, one of its checkpoints, a model.safetensors, or the name of a pulled model. Of several the probabilities are averaged."
            + " Default: runs/latest.")
    private List<Path> models = List.of(Path.of("runs/latest"));

    @Option(names = "--data", paramLabel = "DIR", description = "A prepared dataset, class folders, ILSVRC-2012's tars, CIFAR-10's batches or IDX files; of those with a validation part, that. Default:"
            + " what the run was validated on.")
    private Optional<Path> data = Optional.empty();

    @Option(names = "--out", paramLabel = "FILE", description = "A table (CSV) of every picture's class and five most probable classes.")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--submission", paramLabel = "FILE", description = "The ILSVRC's format: a line for each picture with the ids of its five most probable classes.")
    private Optional<Path> submission = Optional.empty();

    @Option(names = "--checkpoint", paramLabel = "WHICH", description = "last or best of the run's checkpoints. Default: last; of a fine-tuned run, best.")
    private ModelFile.@Nullable Which which;

    @Option(names = "--progress", paramLabel = "MODE", description = "auto, plain or none. Default: auto.")
    private ProgressMode mode = ProgressMode.AUTO;

    @Option(names = "--json", description = "One JSON object on standard output, and nothing else there.")
    private boolean json;

    @Mixin
    private ViewOption viewOption = new ViewOption();

    @Mixin
    private Engine engine = new Engine();

    EvaluateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        requireTwoFiles();
        try (ConsoleProgress progress = new ConsoleProgress(terminal, mode);
                Backend backend = engine.open();
                PredictionFiles files = new PredictionFiles()) {
            List<NamedModel> opened = NamedModel.open(models, which, backend);
            if (out.isPresent()) { // before hours are spent on what cannot be written
                files.add(PredictionWriter.predictions(out.get(), opened.getFirst().classes()));
            }
            for (NamedModel model : opened) {
                viewOption.note(model.model().card().preprocessing())
                        .ifPresent(note -> note(model.path() + ": " + note));
            }
            EvaluationData pictures = EvaluationData.open(
                    data, opened, new EvaluationData.Tools(new OpenCvCodec(), engine.threads(), progress));
            for (RejectedImage one : pictures.rejected()) {
                progress.warning("left out " + one.name() + ": " + one.reason());
            }
            Outcome outcome = evaluate(opened, pictures, files, progress);
            progress.clear();
            print(new EvaluationReport(
                    outcome,
                    viewOption.views(),
                    models.stream().map(Path::toString).toList(),
                    pictures.rejected().size(),
                    opened.getFirst().classes()));
            return 0;
        }
    }

    private Outcome evaluate(
            List<NamedModel> opened, EvaluationData pictures, PredictionFiles files, ConsoleProgress progress)
            throws IOException, InterruptedException {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < opened.size(); i++) {
            members.add(new Member(opened.get(i).model().network(), pictures.inputs().get(i)));
        }
        if (submission.isPresent()) {
            List<String> classes = opened.getFirst().classes();
            files.add(PredictionWriter.submission(submission.get(), submissionIds(pictures, classes)));
        }
        Ensemble ensemble = new Ensemble(members, viewOption.views(), BATCH, engine.threads());
        Outcome outcome = ensemble.evaluate(progress::validating, files, () -> false).orElseThrow();
        files.finish();
        return outcome;
    }

    private void requireTwoFiles() {
        if (out.isPresent() && out.map(EvaluateCommand::absolute).equals(submission.map(EvaluateCommand::absolute))) {
            throw new UsageException("--out and --submission name the same file, " + out.get() + "; name two");
        }
    }

    private static Path absolute(Path file) {
        return file.toAbsolutePath().normalize();
    }

    /// The numbers that a submission gives to the classes.
    ///
    /// @throws IOException if pictures were left out: the server counts lines, and all after the gap would be wrong
    private List<Integer> submissionIds(EvaluationData pictures, List<String> classes) throws IOException {
        List<RejectedImage> rejected = pictures.rejected();
        if (!rejected.isEmpty()) {
            throw new IOException("--submission needs a line for every picture, but " + rejected.size()
                    + " cannot be read, the first being " + rejected.getFirst().name() + " ("
                    + rejected.getFirst().reason() + "). Mend or replace what was left out, or use --out");
        }
        if (pictures.submissionIds().isPresent()) {
            return pictures.submissionIds().get();
        }
        if (classes.stream().allMatch(name -> name.matches("n\\d{8}"))) {
            throw new IOException(
                    "--submission needs the ids of ILSVRC-2012's devkit, which do not follow the order of the"
                            + " wnids, and these pictures come without them; name the folder of the tars and the devkit with"
                            + " --data, or what was prepared from it");
        }
        note("these pictures come without the ILSVRC's ids, so --submission numbers the classes in their order: 1 is "
                + classes.getFirst() + ", " + classes.size() + " is " + classes.getLast());
        return IntStream.rangeClosed(1, classes.size()).boxed().toList();
    }

    private void note(String text) {
        terminal.err().println("note: " + text);
    }

    private void print(EvaluationReport report) {
        if (json) {
            terminal.out().println(report.json());
        } else {
            report.lines().forEach(terminal.out()::println);
        }
    }
}
