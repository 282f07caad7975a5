package net.alexnet.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import net.alexnet.dataset.Rejected;
import net.alexnet.eval.AnswerFile;
import net.alexnet.eval.Ensemble;
import net.alexnet.eval.Ensemble.Member;
import net.alexnet.eval.Ensemble.Outcome;
import net.alexnet.tensor.Backend;
import net.alexnet.torch.OpenCvCodec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet evaluate`.
@Command(name = "evaluate", mixinStandardHelpOptions = true, description = "Counts how often a model, or the average of several, is wrong: top-1 and top-5 error, and what it takes for what.")
final class EvaluateCommand implements Callable<Integer> {
    private static final int BATCH = 128; // views at a time

    private final Terminal terminal;

    @Parameters(paramLabel = "RUN", arity = "0..*", description = "A run's folder, one of its checkpoints, or a model.safetensors. Of several the probabilities are averaged."
            + " Default: runs/latest.")
    private List<Path> models = List.of(Path.of("runs/latest"));

    @Option(names = "--data", paramLabel = "DIR", description = "Pictures in one subfolder per class, or in IDX files; of a folder with train/ and val/, val/. Default:"
            + " what the run was validated on.")
    private Optional<Path> data = Optional.empty();

    @Option(names = "--out", paramLabel = "FILE", description = "A table (CSV) of every picture's class and five best guesses.")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--submission", paramLabel = "FILE", description = "The ILSVRC's format: a line for each picture with the ids of its five best guesses.")
    private Optional<Path> submission = Optional.empty();

    @Option(names = "--checkpoint", paramLabel = "WHICH", description = "last or best of the run's checkpoints. Default: last.")
    private ModelFile.Which which = ModelFile.Which.LAST;

    @Option(names = "--progress", paramLabel = "MODE", description = "auto, plain or none. Default: auto.")
    private ProgressMode mode = ProgressMode.AUTO;

    @Option(names = "--json", description = "One JSON object on standard output, and nothing else there.")
    private boolean json;

    @Mixin
    private ViewOption look = new ViewOption();

    @Mixin
    private Engine engine = new Engine();

    EvaluateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        requireTwoFiles();
        try (ConsoleProgress progress = new ConsoleProgress(terminal, mode);
                Backend backend = engine.open()) {
            List<NamedModel> opened = NamedModel.open(models, which, backend);
            for (NamedModel model : opened) {
                look.note(model.model().card().preprocessing()).ifPresent(note -> note(model.path() + ": " + note));
            }
            EvaluationData pictures = EvaluationData.open(
                    data, opened, new EvaluationData.Tools(new OpenCvCodec(), engine.threads(), progress));
            for (Rejected one : pictures.rejected()) {
                progress.warning("left out " + one.name() + ": " + one.reason());
            }
            Outcome outcome = evaluate(opened, pictures, progress);
            progress.clear();
            print(new EvaluationReport(
                    outcome,
                    look.views(),
                    models.stream().map(Path::toString).toList(),
                    pictures.rejected().size(),
                    opened.getFirst().classes()));
            return 0;
        }
    }

    private Outcome evaluate(List<NamedModel> opened, EvaluationData pictures, ConsoleProgress progress)
            throws IOException, InterruptedException {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < opened.size(); i++) {
            members.add(new Member(opened.get(i).model().network(), pictures.inputs().get(i)));
        }
        Ensemble ensemble = new Ensemble(members, look.views(), BATCH, engine.threads());
        List<String> classes = opened.getFirst().classes();
        try (AnswerFiles files = new AnswerFiles()) {
            if (out.isPresent()) {
                files.add(AnswerFile.predictions(out.get(), classes));
            }
            if (submission.isPresent()) {
                files.add(AnswerFile.submission(submission.get(), submissionIds(pictures, classes)));
            }
            Outcome outcome = ensemble.evaluate(progress::validating, files, () -> false).orElseThrow();
            files.finish();
            return outcome;
        }
    }

    private void requireTwoFiles() {
        if (out.isPresent() && out.map(Path::toAbsolutePath).equals(submission.map(Path::toAbsolutePath))) {
            throw new MisuseException("--out and --submission name the same file, " + out.get() + "; name two");
        }
    }

    /// The numbers that a submission gives to the classes.
    ///
    /// @throws IOException if pictures were left out: the server counts lines, and all after the gap would be wrong
    private List<Integer> submissionIds(EvaluationData pictures, List<String> classes) throws IOException {
        List<Rejected> rejected = pictures.rejected();
        if (!rejected.isEmpty()) {
            throw new IOException("--submission needs a line for every picture, but " + rejected.size()
                    + " cannot be read, the first being " + rejected.getFirst().name() + " ("
                    + rejected.getFirst().reason() + "). Mend or replace what was left out, or use --out");
        }
        if (pictures.submissionIds().isPresent()) {
            return pictures.submissionIds().get();
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
