package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongPredicate;
import net.alexnet.data.Dataset;
import net.alexnet.inference.TopKErrors.Report;
import net.alexnet.io.CacheFolder;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Precision;
import net.alexnet.torch.OpenCvCodec;
import net.alexnet.train.AutoConfig;
import net.alexnet.train.DataSource;
import net.alexnet.train.Probe;
import net.alexnet.train.RunCheckpoint;
import net.alexnet.train.RunFolder;
import net.alexnet.train.RunLock;
import net.alexnet.train.Trainer.Outcome;
import net.alexnet.train.TrainingPictures;
import net.alexnet.train.TrainingRun;
import net.alexnet.train.checkpoint.Checkpoint;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.RecipeReader;
import net.alexnet.train.config.Recipes;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `alexnet train`.
@Command(name = "train", mixinStandardHelpOptions = true, description = "Trains a network: on the embedded sample, on your own pictures, or as the paper did.", footer = {
    "",
    "  ./alexnet train                                   ten kinds of clothing, in minutes",
    "  ./alexnet train --data pictures/                  one subfolder of pictures per class",
    "  ./alexnet train --recipe paper --data ilsvrc2012/ the paper's run",
    "  ./alexnet train --resume runs/latest              goes on where a run was stopped"
})
final class TrainCommand implements Callable<Integer> {
    private static final String SLOWER = "precision bfloat16 is meant for GPUs: on a CPU it gives up the float32 kernels of"
            + " this program; ./alexnet bench with --precision float32 and bfloat16 tells what that means here";

    private final Terminal terminal;

    @Option(names = "--recipe", paramLabel = "NAME|FILE", description = "A recipe by name (quickstart, fashion-mnist, cifar10, pictures, paper) or a YAML file. Default: quickstart,"
            + " with --data pictures.")
    private @Nullable String recipeName;

    @Option(names = "--data", paramLabel = "DIR", description = "The pictures; wins over the recipe's data.source.")
    private @Nullable Path data;

    @Option(names = "--resume", paramLabel = "RUN", description = "Go on with a run that was stopped.")
    private @Nullable Path resume;

    @Option(names = "--runs", paramLabel = "DIR", defaultValue = "runs", description = "Where runs are kept. Default: runs.")
    private Path runs = Path.of("runs");

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Another value for a key of the recipe, such as optimizer.learning_rate=0.005; may be given often.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--epochs", paramLabel = "N", description = "Short for --set epochs=N.")
    private @Nullable Integer epochs;

    @Option(names = "--seed", paramLabel = "N", description = "Short for --set seed=N.")
    private @Nullable Long seed;

    @Option(names = "--max-steps", paramLabel = "N", description = "Save and stop once the run has made N steps in all; --resume goes on.")
    private long maxSteps = Long.MAX_VALUE;

    @Option(names = "--progress", paramLabel = "MODE", description = "auto, plain (lines for a log) or none. Default: auto.")
    private ProgressMode mode = ProgressMode.AUTO;

    @Option(names = "--json", description = "One JSON object on standard output, and nothing else there.")
    private boolean json;

    @Mixin
    private Engine engine = new Engine();

    TrainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (maxSteps < 1) {
            throw new UsageException("--max-steps must be at least 1, found " + maxSteps);
        }
        return resume == null
                ? with(Recipes.read(recipeName(), settings()).precision(), this::start)
                : goOn(resume);
    }

    /// What is done with an engine.
    @FunctionalInterface
    private interface Work {
        int with(TrainingRun.Tools tools, ConsoleProgress progress) throws IOException, InterruptedException;
    }

    private int with(Precision precision, Work work) throws IOException, InterruptedException {
        try (ConsoleProgress progress = new ConsoleProgress(terminal, mode);
                Backend backend = engine.open(precision)) {
            progress.say(backend.describe());
            if (precision == Precision.BFLOAT16 && !backend.isFasterIn(precision)) {
                progress.say(SLOWER);
            }
            LongPredicate stop = step -> terminal.interruption().asked() || step >= maxSteps;
            return work.with(new TrainingRun.Tools(backend, new OpenCvCodec(), engine.threads(),
                    CacheFolder.ofUser(), progress, stop), progress);
        }
    }

    private String recipeName() {
        return recipeName != null ? recipeName : data != null ? AutoConfig.RECIPE : "quickstart";
    }

    // --- a new run -------------------------------------------------------------------------------------------------

    private int start(TrainingRun.Tools tools, ConsoleProgress progress) throws IOException, InterruptedException {
        String name = recipeName();
        boolean pictures = name.equals(AutoConfig.RECIPE);
        Recipe recipe = Recipes.read(name, settings());
        if (recipe.fineTuning().isPresent()) {
            throw new UsageException(
                    "recipe " + name + " starts from a trained network: ./alexnet finetune MODEL --data DIR"
                            + (name.equals("finetune") ? "" : " --recipe " + name));
        }
        if (recipe.data().source().isEmpty()) {
            throw new UsageException(
                    "recipe " + name + " needs pictures: --data DIR, a folder with one subfolder per class");
        }
        recipe = recipe.withSource(DataSource.absolute(recipe.data().source()));
        DataSource source = DataSource.open(recipe, new OpenCvCodec());
        Dataset dataset = source.dataset();
        recipe = recipe.withClasses(dataset.classes().size());
        if (pictures) {
            if (source.largestSide() < AutoConfig.smallestSide() && AutoConfig.sizes(settings().keySet())) {
                throw new UsageException(dataset.name() + " was prepared with squares of " + source.largestSide()
                        + " pixels; recipe pictures makes networks that want " + AutoConfig.smallestSide()
                        + " or more. Take a recipe for small pictures, such as --recipe cifar10, or set a size with"
                        + " --set network.input and --set pictures.resize");
            }
            AutoConfig fit = AutoConfig.of(
                    recipe, dataset.training().size(), tools.workers(),
                    source.largestSide(), settings().keySet());
            recipe = fit.recipe();
            progress.say(fit.reason());
        }
        progress.say(dataset.name() + ": " + dataset.classes().size() + " classes, " + dataset.training().size()
                + " pictures to train on, " + dataset.validation().size() + " to judge by; " + dataset.split());
        TrainingPictures ready = pictures(source, recipe, tools, progress);
        if (progress.follows()) {
            expect(recipe, dataset, tools.backend(), progress);
        }
        terminal.interruption().hear(); // or a run that is stopped before its first step would leave a folder
        RunFolder folder = RunFolder.create(runs, recipe);
        try (RunLock _ = folder.lock()) {
            progress.say("run: " + folder.path() + ", with this recipe:\n"
                    + RecipeReader.write(recipe).indent(2).stripTrailing());
            return report(folder, TrainingRun.start(folder, recipe, ready, tools), progress);
        }
    }

    private TrainingPictures pictures(
            DataSource source, Recipe recipe, TrainingRun.Tools tools, ConsoleProgress progress)
            throws IOException, InterruptedException {
        return source.pictures(recipe.pictures().resize(), recipe.network().channels(), new OpenCvCodec(),
                tools.workers(), CacheFolder.ofUser(), progress, terminal.interruption()::asked);
    }

    private Map<String, String> settings() {
        Map<String, String> all = new LinkedHashMap<>();
        if (data != null) {
            all.put("data.source", Json.of(data.toAbsolutePath().normalize().toString()));
        }
        if (epochs != null) {
            all.put("epochs", epochs.toString());
        }
        if (seed != null) {
            all.put("seed", seed.toString());
        }
        all.putAll(settings);
        return all;
    }

    private static void expect(Recipe recipe, Dataset dataset, Backend backend, ConsoleProgress progress) {
        double speed = Probe.imagesPerSecond(recipe, backend);
        double trained = (double) recipe.epochs() * dataset.training().size();
        double judged = (double) recipe.epochs() * dataset.validation().size() / 3;
        progress.say("expected to take about " + Text.duration((trained + judged) / speed) + ", at "
                + Math.round(speed) + " images/s");
    }

    // --- a stopped run ---------------------------------------------------------------------------------------------

    private int goOn(Path path) throws IOException, InterruptedException {
        if (recipeName != null || epochs != null || seed != null || !settings.isEmpty()) {
            throw new UsageException(
                    "--resume goes on with the run's own recipe; leave --recipe, --set, --epochs and --seed"
                            + " away, or start a new run. --data may say where its pictures are now");
        }
        RunFolder run = RunCheckpoint.run(path); // once: another process may make another run the latest at any time
        RunCheckpoint.last(run, path); // a run without one is refused before its folder is locked
        try (RunLock _ = run.lock()) {
            Checkpoint checkpoint = RunCheckpoint.last(run, path).load();
            Recipe recipe = RecipeReader.readStored(checkpoint.folder() + ", its recipe", checkpoint.recipe(),
                    settings());
            return with(recipe.precision(), (tools, progress) -> goOn(run, checkpoint, recipe, tools, progress));
        }
    }

    private int goOn(RunFolder run, Checkpoint checkpoint, Recipe recipe, TrainingRun.Tools tools,
            ConsoleProgress progress) throws IOException, InterruptedException {
        if (checkpoint.state().finished(recipe.epochs())) {
            terminal.err()
                    .println("the run " + run.path() + " is finished: there is nothing to go on with after its "
                            + checkpoint.state().epoch()
                            + " epochs. For a longer one start a new run with more --epochs");
            return report(run, new Outcome(checkpoint.state(), true, Optional.empty(), 0), progress);
        }
        TrainingPictures ready = pictures(DataSource.open(recipe, new OpenCvCodec()), recipe, tools, progress);
        progress.say("resuming " + run.path() + " at step " + checkpoint.state().step());
        return report(run, TrainingRun.resume(run, recipe, checkpoint, ready, tools), progress);
    }

    // --- the end ---------------------------------------------------------------------------------------------------

    private int report(RunFolder folder, Outcome outcome, ConsoleProgress progress) {
        progress.clear();
        Optional<Report> report = outcome.report();
        if (json) {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            object.put("run", folder.path().toString());
            object.put("epochs", outcome.state().epoch());
            object.put("steps", outcome.state().step());
            object.put("finished", outcome.finished());
            object.put("images_per_second", outcome.imagesPerSecond());
            object.put("top1_error", report.map(Report::top1Error).orElse(outcome.state().validationError()));
            object.put("top5_error", report.map(Report::top5Error).orElse(null));
            terminal.out().println(Json.of(object));
        } else {
            report.ifPresent(r -> terminal.out().println("top-1 error " + Text.percent(r.top1Error()) + ", top-5 error "
                    + Text.percent(r.top5Error()) + " on " + r.n() + " pictures after epoch "
                    + outcome.state().epoch()));
            terminal.out().println("run: " + folder.path());
            if (outcome.finished()) {
                terminal.out().println("use it: ./alexnet classify " + folder.path() + " PICTURE");
            }
        }
        if (!outcome.finished()) {
            terminal.err()
                    .println("stopped after step " + outcome.state().step() + " and saved; go on with: ./alexnet train"
                            + " --resume " + folder.path());
        }
        return 0;
    }
}
