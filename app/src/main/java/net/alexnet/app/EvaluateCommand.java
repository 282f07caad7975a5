package net.alexnet.app;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import net.alexnet.dataset.Dataset;
import net.alexnet.dataset.Datasets;
import net.alexnet.dataset.EvaluationSet;
import net.alexnet.dataset.PreparedPictures;
import net.alexnet.eval.Evaluator;
import net.alexnet.eval.Scores.Confusion;
import net.alexnet.eval.Scores.Report;
import net.alexnet.image.PictureCodec;
import net.alexnet.model.Model;
import net.alexnet.recipe.Recipe;
import net.alexnet.tensor.Backend;
import net.alexnet.torch.OpenCvCodec;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet evaluate`.
@Command(name = "evaluate", mixinStandardHelpOptions = true, description = "Counts how often a model is wrong: top-1 and top-5 error, and what it takes for what.")
final class EvaluateCommand implements Callable<Integer> {
    private static final int BATCH = 128;

    private final Terminal terminal;
    private final PictureCodec codec = new OpenCvCodec();

    @Parameters(paramLabel = "RUN", description = "A run's folder, one of its checkpoints, or a model.safetensors.")
    private Path model = Path.of("runs/latest");

    @Option(names = "--data", paramLabel = "DIR", description = "Pictures in one subfolder per class, or in IDX files; of a folder with train/ and val/, val/. Default:"
            + " what the run was validated on.")
    private @Nullable Path data;

    @Option(names = "--checkpoint", paramLabel = "WHICH", description = "last or best of the run's checkpoints. Default: last.")
    private ModelFile.Which which = ModelFile.Which.LAST;

    @Option(names = "--progress", paramLabel = "MODE", description = "auto, plain or none. Default: auto.")
    private ProgressMode mode = ProgressMode.AUTO;

    @Option(names = "--json", description = "One JSON object on standard output, and nothing else there.")
    private boolean json;

    @Mixin
    private Engine engine = new Engine();

    EvaluateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (ConsoleProgress progress = new ConsoleProgress(terminal, mode);
                Backend backend = engine.open()) {
            Model opened = ModelFile.open(model, which, backend);
            EvaluationSet set = pictures(opened);
            progress.say(set.description());
            PreparedPictures squares = PreparedPictures.prepare(
                    set.pictures(),
                    codec,
                    opened.card().preprocessing().resize(),
                    opened.card().preprocessing().channels(),
                    engine.threads(),
                    PreparedPictures.defaultBudget(),
                    (done, total) -> progress.preparing("evaluation", done, total));
            squares.rejected()
                    .forEach(one -> progress.warning("left out " + one.name() + ": " + one.reason()));
            Report report = new Evaluator(squares, opened.card().preprocessing(), BATCH, engine.threads())
                    .evaluate(opened.network(), progress::validating, () -> false)
                    .orElseThrow();
            progress.clear();
            print(report, squares.rejected().size(), opened.card().classes());
            return 0;
        }
    }

    private EvaluationSet pictures(Model opened) throws IOException {
        List<String> classes = opened.card().classes();
        int channels = opened.card().preprocessing().channels();
        if (data != null) {
            EvaluationSet set = Datasets.openForEvaluation(data, codec, channels, classes);
            if (holdsTrainingPictures(data, set)) {
                terminal.err()
                        .println("warning: the model was trained on a part of " + data
                                + ", so this error is too good; leave"
                                + " --data away for the pictures that were held out");
            }
            return set;
        }
        if (isModelFile()) {
            throw new MisuseException(
                    "a model file does not say which pictures to evaluate it on; name them with --data DIR");
        }
        Recipe recipe = RunCheckpoint.last(model).run().recipe();
        Dataset dataset = DataSource.open(recipe, codec);
        if (!dataset.classes().equals(classes)) {
            throw new IOException("the classes of " + dataset.name() + " are no longer those of the model: found "
                    + dataset.classes() + ", expected " + classes
                    + ". Put them back, or name other pictures with --data");
        }
        return new EvaluationSet("the pictures that the run was validated on", dataset.validation());
    }

    /// Whether the model's run held its validation pictures out of this folder, which is now taken whole.
    private boolean holdsTrainingPictures(Path folder, EvaluationSet set) throws IOException {
        if (isModelFile()) {
            return false;
        }
        Recipe recipe = RunCheckpoint.last(model).run().recipe();
        return recipe.data().source().equals(DataSource.absolute(folder.toString()))
                && DataSource.open(recipe, codec).validation().size() < set.pictures().size();
    }

    private boolean isModelFile() {
        return Files.isRegularFile(model) && !model.endsWith("latest");
    }

    /// A line of `confusions` in the JSON.
    private record Taken(@JsonProperty("class") String className, String takenFor, int count) {}

    private void print(Report report, int unreadable, List<String> classes) {
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("n", report.n());
            object.put("top1_error", report.top1Error());
            object.put("top5_error", report.top5Error());
            object.put("loss", report.loss());
            object.put("unreadable", unreadable);
            object.put("confusions", report.confusions().stream()
                    .map(pair -> new Taken(classes.get(pair.label()), classes.get(pair.guess()), pair.count()))
                    .toList());
            terminal.out().println(Json.of(object));
            return;
        }
        terminal.out().println("top-1 error " + Text.percent(report.top1Error()) + "  (" + report.missedTop1() + " of "
                + report.n() + " pictures)");
        terminal.out().println("top-5 error " + Text.percent(report.top5Error()) + "  (" + report.missedTop5() + " of "
                + report.n() + " pictures)");
        if (!report.confusions().isEmpty()) {
            terminal.out().println("commonest mistakes:");
            for (Confusion pair : report.confusions()) {
                terminal.out().println(String.format(
                        Locale.ROOT, "%6d  %s taken for %s", pair.count(), classes.get(pair.label()),
                        classes.get(pair.guess())));
            }
        }
    }
}
