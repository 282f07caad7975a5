package net.alexnet;

import module java.base;
import net.alexnet.data.Dataset;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.inference.Engines;
import net.alexnet.tensor.Backend;
import net.alexnet.train.AutoConfig;
import net.alexnet.train.Checkpoint;
import net.alexnet.train.DataSource;
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

    /// Names the pictures: where those of a resumed run are now if they were moved, or another folder than the recipe's.
    public Training picturesIn(Path folder) {
        pictures = DataSource.absolute(folder);
        return self();
    }

    /// Names the pictures, as [#picturesIn(Path)], or their address as [#on(String)].
    public Training picturesIn(String source) {
        pictures = DataSource.named(source);
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
        return ended(resumed == null ? begin(stop) : resume(resumed, stop), stop);
    }

    // --- a new run -------------------------------------------------------------------------------------------------

    private TrainingResult begin(BooleanSupplier stop) throws IOException, InterruptedException {
        String name = recipeName(pictures != null ? AutoConfig.RECIPE : QUICKSTART);
        Map<String, String> all = settings();
        Recipe named = Recipes.read(name, all);
        if (named.fineTuning().isPresent()) {
            throw new RecipeException(
                    "recipe " + name + " starts from a trained network: fine-tune one instead (./alexnet finetune MODEL"
                            + " --data DIR --recipe " + name + ")");
        }
        if (named.data().source().isEmpty()) {
            throw new RecipeException(
                    "recipe " + name + " needs pictures: name a folder with one subfolder per class (--data)");
        }
        try (Backend backend = open(named.precision())) {
            ImageCodec codec = Engines.find().codec();
            Recipe recipe = named.withSource(DataSource.absolute(named.data().source()));
            DataSource source = source(recipe, codec, stop);
            Dataset dataset = source.dataset();
            recipe = recipe.withClasses(dataset.classes().size());
            if (name.equals(AutoConfig.RECIPE)) {
                recipe = fitted(recipe, source, all);
            }
            describe(dataset, dataset.split());
            describeValidation(recipe, dataset);
            TrainingPictures ready = pictures(source, recipe, codec, stop);
            if (estimates) {
                estimate(recipe, dataset, backend);
            }
            RunFolder folder = create(recipe);
            try (RunFolder.Lock _ = folder.lock()) {
                describe(folder, recipe);
                return TrainingResult.of(folder, recipe,
                        TrainingRun.start(folder, recipe, ready, tools(backend, codec, stop)));
            }
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
        if (recipeName != null || !settings.isEmpty()) {
            throw new IllegalArgumentException(
                    "a resumed run continues with its own recipe; start a new run for another recipe or other settings");
        }
        RunFolder run = RunCheckpoint.run(path); // once: another process may make another run the latest at any time
        RunCheckpoint.last(run, path); // refuses a run without a checkpoint before its folder is locked
        try (RunFolder.Lock _ = run.lock()) {
            Checkpoint checkpoint = RunCheckpoint.last(run, path).load();
            Recipe recipe = RecipeReader.readStored(checkpoint.folder() + ", its recipe", checkpoint.recipe(),
                    settings());
            if (checkpoint.state().finished(recipe.epochs())) {
                listener.warning("the run " + run.path() + " is finished after " + checkpoint.state().epoch()
                        + " epochs; start a new run with more epochs to train longer");
                return TrainingResult.of(run, recipe, new Outcome(checkpoint.state(), true, Optional.empty(), 0,
                        Optional.empty()));
            }
            try (Backend backend = open(recipe.precision())) {
                ImageCodec codec = Engines.find().codec();
                DataSource source = source(recipe, codec, stop);
                describeValidation(recipe, source.dataset());
                TrainingPictures ready = pictures(source, recipe, codec, stop);
                listener.message("resuming " + run.path() + " at step " + checkpoint.state().step());
                return TrainingResult.of(run, recipe,
                        TrainingRun.resume(run, recipe, checkpoint, ready, tools(backend, codec, stop)));
            }
        }
    }
}
