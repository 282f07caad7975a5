package net.alexnet;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import module java.base;
import net.alexnet.data.Dataset;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.PreparedDataset;
import net.alexnet.data.RemotePictures;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.distributed.Group;
import net.alexnet.distributed.Ranks;
import net.alexnet.inference.Engines;
import net.alexnet.inference.TopKErrors.Report;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Texts;
import net.alexnet.report.HtmlReport;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Precision;
import net.alexnet.train.DataSource;
import net.alexnet.train.DivergedException;
import net.alexnet.train.EvaluationData;
import net.alexnet.train.ModelFile;
import net.alexnet.train.RunFolder;
import net.alexnet.train.TrainingPictures;
import net.alexnet.train.TrainingRun;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.RecipeException;
import net.alexnet.train.config.RecipeReader;
import org.jspecify.annotations.Nullable;

/// What [Training] and [FineTuning] have in common. A builder is used by one thread, and for one run.
///
/// @param <B> the kind of builder
public abstract sealed class TrainingBuilder<B extends TrainingBuilder<B>> permits Training, FineTuning {
    final Map<String, String> settings = new LinkedHashMap<>();
    Options options = Options.defaults();
    TrainingListener listener = TrainingListener.NONE;
    Path runs = Path.of("runs");
    @Nullable
    String folderName;
    @Nullable
    String pictures; // as data.source has them
    @Nullable
    String test;
    @Nullable
    String recipeName;
    @Nullable
    Ranks ranks;
    private long maxSteps = Long.MAX_VALUE;

    /// Sets a key of the recipe, such as `epochs`, `seed`, `batch` or `data.hold_out`; it takes precedence over the recipe's
    /// own value. An unknown key or a bad value is reported when the run starts.
    ///
    /// @param value a number, a boolean, or a YAML text
    public B set(String key, Object value) {
        settings.put(key, value.toString());
        return self();
    }

    /// Another recipe than the default: `quickstart`, `fashion-mnist`, `cifar10`, `pictures`, `paper`, `finetune`,
    /// or a YAML file; for fine-tuning one with a group `finetune`. A resumed run continues with its own.
    public B recipe(String nameOrFile) {
        recipeName = nameOrFile;
        return self();
    }

    /// The folder in which the run makes its own folder. Default: `runs` in the working directory.
    public B runsIn(Path folder) {
        runs = folder;
        return self();
    }

    /// The name of the run's own folder. Default: the time and the recipe's name. A number is appended if there is such a folder.
    public B named(String folder) {
        folderName = folder;
        return self();
    }

    /// A listener for the progress of the run. Default: none.
    public B listener(TrainingListener given) {
        listener = given;
        return self();
    }

    /// Evaluates the finished run on other pictures, once: see [TrainingResult#test]. They have no influence on the run. A
    /// stopped run is not evaluated; name the pictures again to resume it. If the evaluation itself is stopped, the
    /// result is that of the finished run without a test, and a warning says so.
    ///
    /// @param folder as for [Evaluation.Builder#on], of no other classes than the training pictures; it is checked before
    ///     the run starts
    public B test(Path folder) {
        return test(folder.toString());
    }

    /// As [#test(Path)], for what [Evaluation.Builder#on(String)] takes: a folder, or an address.
    public B test(String source) {
        test = source;
        return self();
    }

    /// The device, the threads and the cache folder.
    public B options(Options given) {
        options = given;
        return self();
    }

    /// Saves and stops once the run has made this many steps in all.
    ///
    /// @param steps at least 1
    public B maxSteps(long steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("maxSteps must be at least 1, found " + steps);
        }
        maxSteps = steps;
        return self();
    }

    /// Trains on this thread.
    ///
    /// @throws IllegalArgumentException if the recipe has an unknown key or a bad value, or does not fit the pictures
    /// @throws IOException if pictures cannot be read or the run cannot be written
    /// @throws InterruptedException if this thread is interrupted; the run can be resumed from its last checkpoint
    /// @throws net.alexnet.train.DivergedException if the loss is no longer a number
    /// @throws net.alexnet.tensor.BackendException if the engine is missing or fails
    public TrainingResult run() throws IOException, InterruptedException {
        return run(() -> false);
    }

    /// Trains on this thread until it is told to stop.
    ///
    /// @param stop polled before every step, while pictures are prepared and during a test; true to save and stop
    /// @throws java.io.InterruptedIOException if it was stopped before there was anything to save
    public abstract TrainingResult run(BooleanSupplier stop) throws IOException, InterruptedException;

    /// Trains on a thread of its own.
    public RunningTraining start() {
        return new RunningTraining(this);
    }

    abstract B self();

    String recipeName(String usual) {
        return recipeName != null ? recipeName : usual;
    }

    /// The keys that were set, and the pictures as one of them.
    Map<String, String> settings() {
        Map<String, String> all = new LinkedHashMap<>();
        if (pictures != null) { // quoted as YAML has it
            all.put("data.source", JsonNodeFactory.instance.textNode(pictures).toString());
        }
        all.putAll(settings);
        return all;
    }

    /// The group of the ranks that train together; the only rank's, if this is one.
    Group join(Backend backend) {
        Group group = ranks == null || ranks.rendezvous().rank().world() == 1
                ? Group.SOLO
                : Engines.find().join(ranks, backend);
        if (!group.isRankZero()) {
            listener = TrainingListener.NONE; // rank 0 tells how the run goes
        }
        return group;
    }

    /// Whether this process writes the run's files and reports.
    boolean leads() {
        return ranks == null || ranks.rendezvous().rank().number() == 0;
    }

    Backend open(Precision precision) {
        String device = ranks == null
                ? options.device()
                : Engines.find().deviceOfRank(options.device(), ranks.rendezvous().localRank());
        Backend backend = Engines.open(device, options.threads(), precision);
        if (leads()) {
            listener.message(backend.describe());
        }
        if (precision == Precision.BFLOAT16 && !backend.isFasterIn(precision)) {
            listener.message("bfloat16 is not known to be faster than float32 on this device");
        }
        return backend;
    }

    void describe(Dataset dataset, String split) {
        listener.message(dataset.name() + ": " + dataset.classes().size() + " classes, " + dataset.training().size()
                + " training and " + dataset.validation().size() + " validation pictures; " + Texts.clause(split));
        dataset.warnings().forEach(listener::warning);
    }

    /// Says so where there are no validation pictures.
    ///
    /// @throws RecipeException if the schedule needs them
    void describeValidation(Recipe recipe, Dataset dataset) throws IOException {
        if (TrainingRun.split(recipe, dataset).validation().size() > 0) {
            return;
        }
        if (recipe.schedule().needsValidation()) {
            throw new RecipeException("the schedule plateau lowers the learning rate by the validation error, but "
                    + dataset.name() + " has no validation pictures. Take another schedule, such as --set"
                    + " 'schedule={type: polynomial, power: 1}', or hold pictures out (data.hold_out)");
        }
        listener.message("without validation pictures no epoch is validated: the run has no validation error, no best"
                + " checkpoint, and no threshold for classify --unsure");
    }

    RunFolder create(Recipe recipe) throws IOException {
        if (folderName == null) {
            return RunFolder.create(runs, recipe);
        }
        Files.createDirectories(runs);
        return RunFolder.create(runs, folderName, recipe);
    }

    void describe(RunFolder folder, Recipe recipe) {
        listener.message("run: " + folder.path() + ", with this recipe:");
        RecipeReader.write(recipe).lines().forEach(line -> listener.message("  " + line));
    }

    DataSource source(Recipe recipe, ImageCodec codec, BooleanSupplier stop) throws IOException, InterruptedException {
        return DataSource.open(recipe, codec, options.caches(), listener, stop);
    }

    TrainingPictures pictures(DataSource source, Recipe recipe, ImageCodec codec, BooleanSupplier stop)
            throws IOException, InterruptedException {
        int side = recipe.pictures().resize();
        int channels = recipe.network().channels();
        Optional<ImageDataset> tested = test == null
                ? Optional.empty()
                : Optional.of(EvaluationData.check(RemotePictures.local(test, options.caches(), listener, stop),
                        source.dataset().classes(), side, channels, codec));
        TrainingPictures ready = source.pictures(side, channels, recipe.data().folds() > 0, codec, options.threads(),
                options.caches(), listener, stop);
        if (tested.isPresent()) {
            ImageDataset training = source.stored(side, channels, codec, options.caches())
                    .map(PreparedDataset::training).orElse(source.dataset().training());
            long equal = tested.get().countEqual(training, listener, stop);
            if (equal > 0) {
                listener.warning(equal + " of the " + tested.get().size() + " test pictures of " + test
                        + " are training pictures too, so the test's error may be too low");
            }
        }
        return ready;
    }

    /// Makes a run.
    interface Run {
        TrainingResult make() throws IOException, InterruptedException;
    }

    /// The result of a run that ended: tested, and with its page in its folder, if it is finished. A stop leaves the page out;
    /// a run that diverged has one.
    TrainingResult ended(Run run, BooleanSupplier stop) throws IOException, InterruptedException {
        TrainingResult result;
        try {
            result = run.make();
        } catch (DivergedException e) {
            if (leads() && e.run().isPresent()) {
                report(e.run().get(), "diverged", stop);
            }
            throw e;
        }
        if (!leads()) {
            return result;
        }
        TrainingResult tested = tested(result, stop);
        if (!tested.finished()) {
            return tested;
        }
        if (!stop.getAsBoolean()) {
            report(tested.run(), "is finished and saved", stop);
        } else if (!Files.exists(tested.run().resolve(HtmlReport.FILE))) {
            listener.warning("the run " + tested.run() + " is finished and saved, but it was stopped before its "
                    + HtmlReport.FILE + " was made; ./alexnet report " + Texts.argument(tested.run().toString())
                    + " makes it");
        }
        return tested;
    }

    /// Writes the run's page. Whatever goes wrong is a warning only: the run has ended.
    ///
    /// @param end in words
    private void report(Path run, String end, BooleanSupplier stop) throws InterruptedException {
        try {
            HtmlReport.of(run).write(options.reporting(listener, stop));
        } catch (IOException | RuntimeException e) {
            listener.warning("the run " + run + " " + end + ", but its " + HtmlReport.FILE
                    + " was not written: " + (e instanceof IOException io ? AtomicFiles.reason(io) : e.getMessage())
                    + ". ./alexnet report " + Texts.argument(run.toString()) + " makes it");
        }
    }

    /// The result with the errors on the test pictures, if there are any and the run is finished.
    private TrainingResult tested(TrainingResult result, BooleanSupplier stop)
            throws IOException, InterruptedException {
        if (test == null || !result.finished()) {
            return result;
        }
        String command = "./alexnet evaluate " + Texts.argument(result.run().toString()) + " --data "
                + Texts.argument(test);
        try {
            Report errors = Evaluation.of(result.run()).on(test).options(options.checkpoint(ModelFile.Which.LAST))
                    .views(1).withoutWarningOfTraining().listener(listener).run(stop).errors();
            RunFolder folder = RunFolder.open(result.run());
            try (RunFolder.Lock _ = folder.lock()) {
                folder.logTest(result.steps(), test, errors);
            }
            return result.with(errors);
        } catch (IOException e) {
            if (e instanceof InterruptedIOException && stop.getAsBoolean()) {
                listener.warning("the run " + result.run() + " is finished and saved, but its test was stopped; "
                        + command + " tests it");
                return result;
            }
            throw new IOException("the run " + result.run() + " is finished (" + command
                    + " tests it), but its test failed: " + AtomicFiles.reason(e), e);
        }
    }

    TrainingRun.Resources resources(Backend backend, ImageCodec codec, Group group, BooleanSupplier stop) {
        return new TrainingRun.Resources(backend, codec, options.threads(), options.caches(), listener, group,
                step -> stop.getAsBoolean() || step >= maxSteps);
    }
}
