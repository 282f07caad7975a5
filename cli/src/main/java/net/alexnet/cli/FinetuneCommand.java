package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongPredicate;
import net.alexnet.data.Dataset;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Model;
import net.alexnet.io.CacheFolder;
import net.alexnet.io.Hashes;
import net.alexnet.tensor.Backend;
import net.alexnet.torch.OpenCvCodec;
import net.alexnet.train.DataSource;
import net.alexnet.train.ModelFile;
import net.alexnet.train.RunCheckpoint;
import net.alexnet.train.RunFolder;
import net.alexnet.train.RunLock;
import net.alexnet.train.TrainingPictures;
import net.alexnet.train.TrainingRun;
import net.alexnet.train.config.FineTuneConfig;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.Recipe.Mean;
import net.alexnet.train.config.Recipe.Values;
import net.alexnet.train.config.RecipeReader;
import net.alexnet.train.config.Recipes;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet finetune`.
@Command(name = "finetune", mixinStandardHelpOptions = true, description = "Fits a trained network to your own pictures: a new last layer, and as many of the others as you like.", footer = {
    "",
    "  ./alexnet finetune runs/latest --data pictures/                   the convolutions stay as they are",
    "  ./alexnet finetune model.safetensors --data pictures/ --freeze fc7   only the new head learns",
    "  ./alexnet finetune runs/latest --data pictures/ --freeze none --rate 'conv*=0.1'",
    "  ./alexnet finetune runs/latest --data pictures/ --folds 5         cross-validation",
    "  ./alexnet train --resume runs/latest                              goes on where a run was stopped"
})
final class FinetuneCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "MODEL", description = "The base: a run's folder, one of its checkpoints, a model.safetensors, or the name of a pulled model.")
    private Path model = Path.of("");

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "The pictures, one subfolder per class.")
    private Path data = Path.of("");

    @Option(names = "--recipe", paramLabel = "FILE", defaultValue = "finetune", description = "Another recipe than finetune.")
    private String recipeName = "finetune";

    @Option(names = "--freeze", paramLabel = "LAYER", description = "This layer and all before it stay as they are; none for no layer. Default: conv5.")
    private @Nullable String freeze;

    @Option(names = "--rate", paramLabel = "LAYER=FACTOR", description = "A factor on the rate of a layer, such as 'conv*=0.1'; 0 freezes it. Default: fc8=10, the new head's.")
    private Map<String, Double> rates = new LinkedHashMap<>();

    @Option(names = "--views", paramLabel = "N", description = "Views of each training picture whose features are stored: 1, 2 or 10. Default: 2.")
    private @Nullable Integer views;

    @Option(names = "--augment", description = "Pictures go through the frozen layers in every epoch, cropped and mirrored anew.")
    private boolean augment;

    @Option(names = "--patience", paramLabel = "N", description = "Stop after N epochs without a better validation error. Default: 10.")
    private @Nullable Integer patience;

    @Option(names = "--folds", paramLabel = "K", description = "Cross-validation: K runs, each judged by another part of all pictures.")
    private int folds;

    @Option(names = "--epochs", paramLabel = "N", description = "Short for --set epochs=N.")
    private @Nullable Integer epochs;

    @Option(names = "--batch", paramLabel = "N", description = "Short for --set batch=N.")
    private @Nullable Integer batch;

    @Option(names = "--seed", paramLabel = "N", description = "Short for --set seed=N.")
    private @Nullable Long seed;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Another value for a key of the recipe, such as optimizer.learning_rate=0.005; may be given often.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--checkpoint", paramLabel = "WHICH", description = "last or best of the base's checkpoints. Default: last; of a fine-tuned run, best.")
    private ModelFile.@Nullable Which which;

    @Option(names = "--runs", paramLabel = "DIR", defaultValue = "runs", description = "Where runs are kept. Default: runs.")
    private Path runs = Path.of("runs");

    @Option(names = "--max-steps", paramLabel = "N", description = "Save and stop once the run has made N steps in all; train --resume goes on.")
    private long maxSteps = Long.MAX_VALUE;

    @Option(names = "--progress", paramLabel = "MODE", description = "auto, plain (lines for a log) or none. Default: auto.")
    private ProgressMode mode = ProgressMode.AUTO;

    @Option(names = "--json", description = "One JSON object on standard output, and nothing else there.")
    private boolean json;

    @Mixin
    private Engine engine = new Engine();

    FinetuneCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (maxSteps < 1) {
            throw new UsageException("--max-steps must be at least 1, found " + maxSteps);
        }
        if (folds != 0 && folds < 2) {
            throw new UsageException("--folds must be at least 2, found " + folds);
        }
        if (folds != 0 && maxSteps < Long.MAX_VALUE) {
            throw new UsageException("--max-steps stops one run, and --folds makes several; give one of them");
        }
        Recipe template = template();
        ModelFile file = ModelFile.find(model, which);
        Model.Stored base = file.stored();
        Recipe recipe = onBase(template, base);
        try (ConsoleProgress progress = new ConsoleProgress(terminal, mode);
                Backend backend = engine.open(recipe.precision())) {
            progress.say(backend.describe());
            LongPredicate stop = step -> terminal.interruption().asked() || step >= maxSteps;
            TrainingRun.Tools tools = new TrainingRun.Tools(backend, new OpenCvCodec(), engine.threads(),
                    CacheFolder.ofUser(), progress, stop);
            return start(recipe, base, tools, progress);
        }
    }

    // --- the recipe ------------------------------------------------------------------------------------------------

    private Recipe template() throws IOException {
        for (String key : settings.keySet()) {
            if (key.equals("data.folds") || key.equals("data.fold")) {
                throw new UsageException(key + " is set for each run of a cross-validation; --folds K makes one");
            }
            if (key.startsWith("network") || key.equals("pictures.resize") || key.equals("pictures.mean")
                    || key.equals("pictures.values") || key.equals("finetune.model") || key.equals("finetune.sha256")) {
                throw new UsageException(
                        key + " is the base's and cannot be set; train a network of your own instead");
            }
        }
        Map<String, String> all = new LinkedHashMap<>();
        all.put("data.source", Json.of(DataSource.absolute(data.toString())));
        put(all, "finetune.freeze", freeze);
        rates.forEach((layer, factor) -> put(all, "finetune.learning_rate_factors." + layer, factor));
        put(all, "finetune.views", views);
        put(all, "finetune.augment", augment ? true : null);
        put(all, "schedule.patience", patience);
        put(all, "epochs", epochs);
        put(all, "batch", batch);
        put(all, "seed", seed);
        all.putAll(settings);
        return Recipes.read(recipeName, all);
    }

    private static void put(Map<String, String> all, String key, @Nullable Object value) {
        if (value != null) {
            all.put(key, value.toString());
        }
    }

    /// The recipe with everything that is the base's; its classes are not known yet.
    private Recipe onBase(Recipe template, Model.Stored base) throws IOException {
        FineTuneConfig finetune = template.fineTuning().orElseThrow(() -> new UsageException("recipe " + recipeName
                + " has no 'finetune' group; copy recipes/finetune.yaml and change that"));
        Path weights = base.weights().path().toAbsolutePath().normalize();
        Preprocessing preprocessing = base.card().preprocessing();
        Recipe recipe = template.onBase(base.card().network(), preprocessing.resize(),
                preprocessing.meanImage().isPresent() ? Mean.IMAGE : Mean.CHANNEL,
                preprocessing.scale().stream().allMatch(one -> one == 1) ? Values.RAW : Values.STANDARDIZED,
                finetune.from(weights.toString(), Hashes.hex(weights)));
        if ((views != null || settings.containsKey("finetune.views")) && !finetune.cachesFeatures(
                recipe.network().architecture())) {
            throw new UsageException("--views is how many views of a picture are stored, and "
                    + (finetune.augment() ? "with --augment" : "where no layer at the network's beginning is frozen")
                    + " nothing is stored: pictures are cropped and mirrored anew in every epoch; leave --views away");
        }
        finetune.check(recipe.network().architecture(), recipe.pictures());
        return recipe;
    }

    // --- the runs --------------------------------------------------------------------------------------------------

    private int start(Recipe onBase, Model.Stored base, TrainingRun.Tools tools, ConsoleProgress progress)
            throws IOException, InterruptedException {
        DataSource source = DataSource.open(onBase, new OpenCvCodec());
        Dataset dataset = source.dataset();
        Recipe recipe = onBase.withClasses(dataset.classes().size());
        if (folds > 0) {
            TrainingRun.split(recipe.withFold(1, folds), dataset); // refuses too many folds before anything is made
        }
        progress.say(dataset.name() + ": " + dataset.classes().size() + " classes, " + dataset.training().size()
                + " pictures to train on, " + dataset.validation().size() + " to judge by; "
                + (folds > 0 ? "all of them are dealt into " + folds + " folds" : dataset.split()));
        views(recipe).ifPresent(progress::say);
        TrainingPictures ready = source.pictures(recipe.pictures().resize(), recipe.network().channels(),
                new OpenCvCodec(), tools.workers(), CacheFolder.ofUser(), progress, terminal.interruption()::asked);
        terminal.interruption().hear(); // or a run that is stopped while features are computed would leave a folder
        boolean learnt = learnt(base, DataSource.root(recipe, tools.codec()), ready.squares().validation());
        if (learnt) {
            progress.warning("the base was trained on pictures of " + DataSource.root(recipe, tools.codec()) + ", and"
                    + (folds > 0 ? "" : " perhaps") + " on some that judge here, so this error is too good"
                    + (folds > 0
                            ? "; without --folds, and with the base's data.hold_out, what was held out from it judges"
                            : ""));
        }
        if (folds > 0) {
            return folds(recipe, base, learnt, ready, tools, progress);
        }
        RunFolder folder = RunFolder.create(runs, recipe);
        progress.say("run: " + folder.path() + ", with this recipe:\n"
                + RecipeReader.write(recipe).indent(2).stripTrailing());
        FinetuneReport report = run(folder, recipe, base, ready, tools);
        progress.clear();
        print(report.json(), report.lines());
        if (!report.finished()) {
            terminal.err().println(report.goOn());
        }
        return 0;
    }

    /// Whether the base has learnt from pictures that are to judge: it, or what it was fine-tuned from in its turn, was
    /// trained on the same source, and was not judged by just these. All folds together judge by every picture.
    private boolean learnt(Model.Stored base, String root, ImageDataset validation) {
        boolean heldOut = TrainingRun.wasValidatedOn(base.weights().metadata(), validation).orElse(false);
        try {
            Path weights = base.weights().path().toAbsolutePath();
            while (folds > 0 || !heldOut) {
                Recipe recipe = RunCheckpoint.last(weights.resolveSibling("")).run().recipe();
                if (DataSource.maySame(DataSource.root(recipe, new OpenCvCodec()), root)) {
                    return true;
                }
                Optional<FineTuneConfig> finetune = recipe.fineTuning();
                if (finetune.isEmpty()) {
                    return false;
                }
                weights = Path.of(finetune.get().model());
            }
        } catch (IOException e) {
            // not a run's, or of one that has gone: nothing tells
        }
        return false;
    }

    private static FinetuneReport run(RunFolder folder, Recipe recipe, Model.Stored base, TrainingPictures ready,
            TrainingRun.Tools tools) throws IOException, InterruptedException {
        try (RunLock _ = folder.lock()) {
            return new FinetuneReport(folder, TrainingRun.finetune(folder, recipe, base, ready, tools));
        }
    }

    /// What of the recipe stored features leave without effect.
    private static Optional<String> views(Recipe recipe) {
        return recipe.start().cachesFeatures(recipe.network().architecture())
                ? Optional.of("learning from stored views, " + recipe.fineTuning().orElseThrow().views()
                        + " of each training picture (--views); pictures.random_crop and pictures.mirror change nothing but"
                        + " with --augment")
                : Optional.empty();
    }

    private int folds(Recipe recipe, Model.Stored base, boolean learnt, TrainingPictures ready,
            TrainingRun.Tools tools, ConsoleProgress progress) throws IOException, InterruptedException {
        RunFolder all = RunFolder.createForFolds(runs, recipe);
        try (RunLock _ = all.lock()) {
            return folds(all.path(), recipe, base, learnt, ready, tools, progress);
        }
    }

    private int folds(Path all, Recipe recipe, Model.Stored base, boolean learnt, TrainingPictures ready,
            TrainingRun.Tools tools, ConsoleProgress progress) throws IOException, InterruptedException {
        List<FinetuneReport> reports = new ArrayList<>();
        boolean finished = true;
        for (int number = 1; number <= folds && finished; number++) {
            Recipe one = recipe.withFold(number, folds);
            RunFolder folder = RunFolder.create(all, "fold-" + number, one);
            progress.say("fold " + number + " of " + folds + ": " + folder.path());
            FinetuneReport report = run(folder, one, base, ready, tools);
            reports.add(report);
            finished = report.finished();
        }
        progress.clear();
        FoldsReport report = new FoldsReport(all, reports, learnt);
        if (finished) {
            report.write();
        }
        print(report.json(), report.lines());
        if (!finished) {
            terminal.err().println("stopped in fold " + reports.size() + " of " + folds
                    + "; the same command begins anew, with the features that are stored");
        }
        return 0;
    }

    private void print(Map<String, @Nullable Object> object, List<String> lines) {
        if (json) {
            terminal.out().println(Json.of(object));
        } else {
            lines.forEach(terminal.out()::println);
        }
    }
}
