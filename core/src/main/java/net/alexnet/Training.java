package net.alexnet;

import module java.base;
import net.alexnet.data.Dataset;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.loader.Rank;
import net.alexnet.distributed.Group;
import net.alexnet.distributed.Ranks;
import net.alexnet.inference.Engines;
import net.alexnet.io.Hashes;
import net.alexnet.io.Texts;
import net.alexnet.nn.Hybrid;
import net.alexnet.nn.Towers;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Precision;
import net.alexnet.train.AutoConfig;
import net.alexnet.train.Checkpoint;
import net.alexnet.train.DataSource;
import net.alexnet.train.MemoryNeeds;
import net.alexnet.train.Probe;
import net.alexnet.train.RunCheckpoint;
import net.alexnet.train.RunFolder;
import net.alexnet.train.Trainer.Outcome;
import net.alexnet.train.TrainingPictures;
import net.alexnet.train.TrainingRun;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.RecipeException;
import net.alexnet.train.config.RecipeReader;
import net.alexnet.train.config.Recipes;
import org.jspecify.annotations.Nullable;

/// Trains a network from its first step, or resumes a run that was stopped.
///
/// ```java
/// TrainingResult result = Training.on(Path.of("photos/")).set("epochs", 20).runsIn(Path.of("runs")).run();
/// ```
///
/// A run is a folder with its recipe, a log, TensorBoard events and checkpoints. A resumed run ends with the same bits as one
/// that was never stopped, on the same machine with the same number of threads.
public final class Training extends TrainingBuilder<Training> {
    private static final String QUICKSTART = "quickstart";

    /// What rank 0 tells the others that it does.
    private static final String BEGIN = "begin";

    private final @Nullable Path resumed;
    private boolean estimates;

    private Training(@Nullable Path resumed, @Nullable String pictures) {
        this.resumed = resumed;
        this.pictures = pictures;
    }

    /// Trains on the pictures of a folder: one subfolder per class (or `train/` and `val/` of such), a prepared dataset,
    /// ILSVRC-2012's tars, CIFAR-10's batches or IDX files. Default recipe: `pictures`, which chooses the size of the network
    /// and the number of epochs.
    public static Training on(Path pictures) {
        return new Training(null, DataSource.absolute(pictures));
    }

    /// Trains on pictures as [#on(Path)] does, or on files of the web: tars of WebDataset or Parquet files at an address
    /// such as `https://host/train-{000..007}.tar`. The program first fetches the files into the cache folder; this needs
    /// `alexnet-interop` on the class path. After a stop, the next run fetches only what is missing. The address is written
    /// into the run's files, so give none that contains a password or a token.
    ///
    /// @param source a folder, a file, or an address that begins with `https://` or `http://`
    public static Training on(String source) {
        return new Training(null, DataSource.named(source));
    }

    /// Trains on the pictures that the recipe names, or on the embedded sample: 6,000 training and 1,000 test pictures of
    /// Fashion-MNIST. Default recipe: `quickstart`, which takes a minute or two.
    public static Training onSample() {
        return new Training(null, null);
    }

    /// Continues a run that was stopped.
    ///
    /// @param run its folder, one of its checkpoints, or a link such as `runs/latest`
    public static Training resume(Path run) {
        return new Training(run, null);
    }

    /// Names the pictures: where those of a resumed run are now if they were moved, or others than the recipe's.
    ///
    /// @param source as for [#on(String)]
    public Training picturesIn(String source) {
        pictures = DataSource.named(source);
        return self();
    }

    /// Trains as one of several processes, each of which calls this with its own rank, and [#run()]. Rank 0 writes the run and
    /// tells its listener how it goes; the result is the same on all ranks. If the launcher started the ranks again, they
    /// continue the run of the attempt before.
    ///
    /// @param given where the ranks meet, such as [net.alexnet.distributed.Rendezvous#of] says
    public Training ranks(Ranks given) {
        ranks = given;
        return self();
    }

    /// Measures a few steps before a new run, and tells the listener how long the run will take.
    public Training estimate() {
        estimates = true;
        return self();
    }

    @Override
    Training self() {
        return this;
    }

    @Override
    public TrainingResult run(BooleanSupplier stop) throws IOException, InterruptedException {
        if (!leads()) {
            return attend(stop);
        }
        Path again = earlier().map(RunFolder::path).orElse(resumed);
        return ended(() -> again == null ? begin(stop) : resume(again, stop), stop);
    }

    /// The run of an earlier attempt, if a launcher started the ranks again: it counts attempts, or it gives all attempts one
    /// name, of which a run is not finished.
    private Optional<RunFolder> earlier() throws IOException {
        String launch = launch();
        if (launch.isEmpty()) {
            return Optional.empty();
        }
        Optional<RunFolder> found = RunFolder.launched(
                resumed == null ? runs : RunCheckpoint.run(resumed).path().resolveSibling(""), launch);
        boolean counted = ranks != null && ranks.rendezvous().attempt() > 0;
        return found.isPresent() && (counted || !found.get().isFinished()) ? found : Optional.empty();
    }

    /// What the run's folder keeps, to be found again by the next attempt: the launcher's name of the run, and what it was
    /// asked for. Empty without a launcher that names runs.
    private String launch() throws IOException {
        String name = ranks == null ? "" : ranks.rendezvous().run();
        return name.isEmpty()
                ? ""
                : name + " " + Hashes.hex((resumed != null ? resumed.toString() : RecipeReader.write(named()))
                        .getBytes(StandardCharsets.UTF_8));
    }

    /// Does on another rank than 0 what rank 0 does.
    private TrainingResult attend(BooleanSupplier stop) throws IOException, InterruptedException {
        try (Backend backend = open(resumed == null ? named().precision() : Precision.FLOAT32);
                Group group = join(backend)) {
            return group.broadcastText("").equals(BEGIN)
                    ? begin(named(), backend, group, stop)
                    : follow(backend, group, stop);
        }
    }

    // --- a new run -------------------------------------------------------------------------------------------------

    private TrainingResult begin(BooleanSupplier stop) throws IOException, InterruptedException {
        Recipe named = named();
        try (Backend backend = open(named.precision()); Group group = join(backend)) {
            if (ranks == null && named.precision() == Precision.FLOAT32 && backend.isFasterIn(Precision.BFLOAT16)) {
                listener.message("this device has units for bfloat16: with precision=bfloat16 it trains faster, on"
                        + " rounded values");
            }
            group.broadcastText(BEGIN);
            return begin(named, backend, group, stop);
        }
    }

    private String name() {
        return recipeName(pictures != null ? AutoConfig.RECIPE : QUICKSTART);
    }

    private Recipe named() throws IOException {
        String name = name();
        Recipe named = Recipes.read(name, settings());
        if (named.fineTuning().isPresent()) {
            throw new RecipeException(
                    "recipe " + name + " starts from a trained network: fine-tune one instead (./alexnet finetune MODEL"
                            + " --data DIR --recipe " + name + ")");
        }
        if (named.data().source().isEmpty()) {
            throw new RecipeException(
                    "recipe " + name + " needs pictures: name a folder with one subfolder per class (--data)");
        }
        return named;
    }

    private TrainingResult begin(Recipe named, Backend backend, Group group, BooleanSupplier stop)
            throws IOException, InterruptedException {
        requireForRanks(named);
        group.requireSame("the recipe", RecipeReader.write(named.withSource(""))); // a host may have its pictures elsewhere
        ImageCodec codec = Engines.find().codec();
        Recipe recipe = named.withSource(DataSource.absolute(named.data().source()));
        DataSource source = source(recipe, codec, stop);
        Dataset dataset = source.dataset();
        recipe = recipe.withClasses(dataset.classes().size());
        if (name().equals(AutoConfig.RECIPE)) {
            recipe = fitted(recipe, source, settings());
        }
        if (group.rank().world() > 1) {
            recipe = RecipeReader.read("the recipe of rank 0", group.broadcastText(RecipeReader.write(recipe)),
                    Map.of());
        }
        describe(dataset, dataset.split());
        describeValidation(recipe, dataset);
        TrainingPictures ready = pictures(source, recipe, codec, stop);
        if (backend.computeEnvironment().device().equals("cpu") && group.rank().world() == 1) {
            MemoryNeeds.warning(recipe, options.threads(), backend.memory(),
                    MemoryNeeds.available().orElse(Long.MAX_VALUE)).ifPresent(listener::warning);
        }
        if (estimates && group.rank().world() == 1) {
            estimate(recipe, dataset, backend);
        }
        if (!group.isRankZero()) {
            RunFolder folder = new RunFolder(Path.of(group.broadcastText("")));
            return TrainingResult.of(folder, recipe,
                    TrainingRun.start(folder, recipe, ready, resources(backend, codec, group, stop)));
        }
        RunFolder folder = create(recipe);
        try (RunFolder.Lock _ = folder.lock()) {
            folder.launchedBy(launch());
            group.broadcastText(folder.path().toString());
            describe(folder, recipe);
            return TrainingResult.of(folder, recipe,
                    TrainingRun.start(folder, recipe, ready, resources(backend, codec, group, stop)));
        }
    }

    private Recipe fitted(Recipe recipe, DataSource source, Map<String, String> all) {
        Dataset dataset = source.dataset();
        if (source.largestSide() < AutoConfig.smallestSide() && AutoConfig.sizes(all.keySet())) {
            throw new RecipeException(dataset.name() + " was prepared with pictures of " + source.largestSide()
                    + " pixels; recipe pictures needs " + AutoConfig.smallestSide() + " or more. Use a recipe for small"
                    + " pictures, such as cifar10, or set network.input and pictures.resize");
        }
        AutoConfig fit = AutoConfig.of(recipe, dataset.training().size(), options.threads(),
                source.largestSide(), all.keySet());
        listener.message(fit.reason());
        listener.message("this trains from scratch; fine-tuning a published model (./alexnet finetune --data DIR) is"
                + " likely to halve the error");
        return fit.recipe();
    }

    private void estimate(Recipe recipe, Dataset dataset, Backend backend) {
        double speed = Probe.imagesPerSecond(recipe, backend);
        double images = dataset.training().size() + dataset.validation().size() / 3.0; // a forward pass is a third of a step
        listener.estimated(recipe.epochs() * images / speed, speed);
    }

    // --- a stopped run ---------------------------------------------------------------------------------------------

    private TrainingResult resume(Path path, BooleanSupplier stop) throws IOException, InterruptedException {
        if (resumed != null && (recipeName != null || !settings.isEmpty())) {
            throw new IllegalArgumentException(
                    "a resumed run continues with its own recipe; start a new run for another recipe or other settings");
        }
        RunFolder run = RunCheckpoint.run(path); // once: another process may make another run the latest at any time
        RunCheckpoint.last(run, path); // refuses a run without a checkpoint before its folder is locked
        try (RunFolder.Lock _ = run.lock()) {
            if (resumed != null) {
                run.launchedBy(launch());
            }
            Checkpoint checkpoint = RunCheckpoint.last(run, path).load();
            Recipe recipe = RecipeReader.read(checkpoint.folder() + ", its recipe", checkpoint.recipe(),
                    resumed == null ? Map.of() : settings());
            if (checkpoint.state().finished(recipe.epochs()) && ranks == null) {
                listener.warning("the run " + run.path() + " is finished after "
                        + Texts.count(checkpoint.state().epoch(), "epoch")
                        + (pictures == null ? "" : ", so it does not train on the pictures that are named")
                        + "; start a new run with more epochs to train longer");
                return TrainingResult.of(run, recipe, new Outcome(checkpoint.state(), true, Optional.empty(), 0,
                        Optional.empty()));
            }
            requireForRanks(recipe);
            try (Backend backend = open(recipe.precision()); Group group = join(backend)) {
                group.broadcastText("resume");
                group.broadcastText(run.path().toString());
                group.broadcastText(RecipeReader.write(recipe));
                ImageCodec codec = Engines.find().codec();
                DataSource source = source(recipe, codec, stop);
                describeValidation(recipe, source.dataset());
                TrainingPictures ready = pictures(source, recipe, codec, stop);
                listener.message("resuming " + run.path() + " at step " + checkpoint.state().step());
                return TrainingResult.of(run, recipe,
                        TrainingRun.resume(run, recipe, checkpoint, ready, resources(backend, codec, group, stop)));
            }
        }
    }

    private void requireForRanks(Recipe recipe) {
        if (ranks != null && (recipe.fineTuning().isPresent() || recipe.precision() != Precision.FLOAT32)) {
            throw new IllegalArgumentException("several ranks train from scratch and in float32, found a run that "
                    + (recipe.fineTuning().isPresent() ? "fine-tunes" : "computes in " + recipe.precision())
                    + ": train it with one process");
        }
        if (ranks == null || ranks.rendezvous().rank().world() == 1) {
            return;
        }
        Rank rank = ranks.rendezvous().rank();
        switch (recipe.parallel()) {
            case DATA, FACTORS -> {
                return;
            }
            case TOWERS -> Towers.part(recipe.network().architecture(), rank); // refuses what cannot be divided
            case HYBRID -> Hybrid.part(recipe.network().architecture(), rank);
        }
        if (recipe.optimizer().larsTrust() > 0) {
            throw new IllegalArgumentException("found LARS (optimizer.lars_trust) with parallel: "
                    + recipe.parallel().name().toLowerCase(Locale.ROOT) + ", where a rank"
                    + " has parts of layers only, without their norms: train with one process, or with parallel=data");
        }
        if (recipe.parallel() == Recipe.Parallel.TOWERS && ranks.wire() == Ranks.Wire.BFLOAT16) {
            throw new IllegalArgumentException("towers exchange float32 only, found the wire format bfloat16:"
                    + " leave it out");
        }
    }

    /// Resumes on another rank than 0, which reads the checkpoint and shares it.
    private TrainingResult follow(Backend backend, Group group, BooleanSupplier stop)
            throws IOException, InterruptedException {
        RunFolder folder = new RunFolder(Path.of(group.broadcastText("")));
        Recipe recipe = RecipeReader.read("the recipe of rank 0", group.broadcastText(""), settings());
        ImageCodec codec = Engines.find().codec();
        TrainingPictures ready = pictures(source(recipe, codec, stop), recipe, codec, stop);
        return TrainingResult.of(folder, recipe,
                TrainingRun.follow(folder, recipe, ready, resources(backend, codec, group, stop)));
    }
}
