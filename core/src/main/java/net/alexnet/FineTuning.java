package net.alexnet;

import module java.base;
import net.alexnet.data.Dataset;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Engines;
import net.alexnet.inference.Model;
import net.alexnet.io.Hashes;
import net.alexnet.tensor.Backend;
import net.alexnet.train.DataSource;
import net.alexnet.train.ModelFile;
import net.alexnet.train.RunCheckpoint;
import net.alexnet.train.RunFolder;
import net.alexnet.train.TrainingPictures;
import net.alexnet.train.TrainingRun;
import net.alexnet.train.config.FineTuneConfig;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.Recipe.Mean;
import net.alexnet.train.config.Recipe.Values;
import net.alexnet.train.config.RecipeException;
import net.alexnet.train.config.Recipes;

/// Fits a trained network to other pictures: its last layer is replaced by one for their classes, and some of the others learn
/// too.
///
/// ```java
/// TrainingResult result = FineTuning.of(Path.of("model.safetensors")).on(Path.of("photos/")).run();
/// ```
///
/// By default the convolutions stay as they are, so each picture goes through them once, its features are cached, and an epoch
/// takes seconds. The result is the best epoch's checkpoint. A stopped run is continued by [Training#resume].
public final class FineTuning extends TrainingBuilder<FineTuning> {
    private final Path base;

    private FineTuning(Path base) {
        this.base = base;
    }

    /// Starts from a model: whatever [ImageClassifier#load(Path)] takes. [Options#checkpoint] says which checkpoint of a run.
    public static FineTuning of(Path model) {
        return new FineTuning(model);
    }

    /// The pictures, as for [Training#on]. Has to be called.
    public FineTuning on(Path folder) {
        pictures = folder;
        return self();
    }

    /// Freezes a layer and all layers before it. Default: `conv5`.
    ///
    /// @param layer the name of a layer with weights, or `none`
    public FineTuning freeze(String layer) {
        return set("finetune.freeze", layer);
    }

    /// Multiplies a layer's learning rate. Default: 10 for the new last layer, 1 for the others.
    ///
    /// @param layer its name, or the beginning of several names and `*`, such as `conv*`
    /// @param factor at least 0; 0 freezes the layer
    public FineTuning learningRate(String layer, double factor) {
        return set("finetune.learning_rate_factors." + layer, factor);
    }

    @Override
    FineTuning self() {
        return this;
    }

    @Override
    public TrainingResult run(BooleanSupplier stop) throws IOException, InterruptedException {
        return with(stop, 0).folds().getFirst();
    }

    /// Cross-validates: deals all pictures into parts and makes one run for each part, which is validated on it.
    ///
    /// @param folds how many parts, at least 2
    /// @param stop as for [#run(BooleanSupplier)]; the runs after a stopped one are not made
    public CrossValidation crossValidate(int folds, BooleanSupplier stop) throws IOException, InterruptedException {
        if (folds < 2) {
            throw new IllegalArgumentException("folds must be at least 2, found " + folds);
        }
        return with(stop, folds);
    }

    /// @param folds 0 for a single run
    private CrossValidation with(BooleanSupplier stop, int folds) throws IOException, InterruptedException {
        Recipe template = template();
        Model.Stored stored = ModelFile.find(base, options.checkpoint()).stored();
        Recipe onBase = onBase(template, stored);
        String head = FineTuneConfig.head(onBase.network().architecture());
        List<String> untrained = stored.untrainedLayers().stream().filter(layer -> !layer.equals(head)).toList();
        if (!untrained.isEmpty()) {
            listener.warning("the base has no trained weights of " + String.join(", ", untrained)
                    + ", so these layers start from initial values");
        }
        try (Backend backend = open(onBase.precision())) {
            ImageCodec codec = Engines.find().codec();
            DataSource source = DataSource.open(onBase, codec);
            Dataset dataset = source.dataset();
            Recipe recipe = onBase.withClasses(dataset.classes().size());
            if (folds > 0) {
                TrainingRun.split(recipe.withFold(1, folds), dataset); // refuses too many folds before any work
            }
            describe(dataset, folds > 0 ? "cross-validation in " + folds + " folds" : dataset.split());
            if (recipe.start().cachesFeatures(recipe.network().architecture())) {
                listener.message("learning from cached features of " + recipe.fineTuning().orElseThrow().views()
                        + " views of each training picture; pictures.random_crop and pictures.mirror have no effect without"
                        + " finetune.augment");
            }
            TrainingPictures ready = pictures(source, recipe, codec, stop);
            boolean seen = hasSeen(stored, recipe, ready.dataset().validation(), codec, folds);
            if (seen) {
                listener.warning("the base model was trained on pictures of " + DataSource.root(recipe, codec)
                        + (folds > 0 ? "" : ", perhaps on some of the validation pictures")
                        + ", so the validation error is optimistic");
            }
            Job job = new Job(stored, ready, backend, codec, stop);
            if (folds > 0) {
                return folds(recipe, folds, seen, job);
            }
            RunFolder folder = RunFolder.create(runs, recipe);
            describe(folder, recipe);
            return new CrossValidation(folder.path(), List.of(run(folder, recipe, job)), seen);
        }
    }

    private record Job(Model.Stored base, TrainingPictures pictures, Backend backend, ImageCodec codec,
            BooleanSupplier stop) {}

    private TrainingResult run(RunFolder folder, Recipe recipe, Job job) throws IOException, InterruptedException {
        try (RunFolder.Lock _ = folder.lock()) {
            return TrainingResult.of(folder, recipe, TrainingRun.finetune(folder, recipe, job.base, job.pictures,
                    tools(job.backend, job.codec, job.stop)));
        }
    }

    private CrossValidation folds(Recipe recipe, int folds, boolean seen, Job job)
            throws IOException, InterruptedException {
        RunFolder all = RunFolder.createForFolds(runs, recipe);
        List<TrainingResult> results = new ArrayList<>();
        try (RunFolder.Lock _ = all.lock()) {
            for (int number = 1; number <= folds && (results.isEmpty() || results.getLast().finished()); number++) {
                Recipe one = recipe.withFold(number, folds);
                RunFolder folder = RunFolder.create(all.path(), "fold-" + number, one);
                listener.message("fold " + number + " of " + folds + ": " + folder.path());
                results.add(run(folder, one, job));
            }
        }
        return new CrossValidation(all.path(), List.copyOf(results), seen);
    }

    // --- the recipe ------------------------------------------------------------------------------------------------

    private Recipe template() throws IOException {
        if (pictures == null) {
            throw new IllegalArgumentException("fine-tuning needs pictures: call on(folder)");
        }
        for (String key : settings.keySet()) {
            if (key.equals("data.folds") || key.equals("data.fold")) {
                throw new RecipeException(key + " cannot be set; cross-validation (--folds K) sets it for each run");
            }
            if (key.startsWith("network") || key.equals("pictures.resize") || key.equals("pictures.mean")
                    || key.equals("pictures.values") || key.equals("finetune.model") || key.equals("finetune.sha256")) {
                throw new RecipeException(key + " is the base model's and cannot be set; train a new network instead");
            }
        }
        return Recipes.read(recipeName("finetune"), settings());
    }

    /// The recipe with everything that is the base's; its classes are not known yet.
    private Recipe onBase(Recipe template, Model.Stored stored) throws IOException {
        FineTuneConfig finetune = template.fineTuning().orElseThrow(() -> new RecipeException("recipe "
                + recipeName("finetune") + " has no group 'finetune'; start from a copy of recipes/finetune.yaml"));
        Path weights = stored.weights().path().toAbsolutePath().normalize();
        Preprocessing preprocessing = stored.card().preprocessing();
        Recipe recipe = template.onBase(stored.card().network(), preprocessing.resize(),
                preprocessing.meanImage().isPresent() ? Mean.IMAGE : Mean.CHANNEL,
                preprocessing.scale().stream().allMatch(one -> one == 1) ? Values.RAW : Values.STANDARDIZED,
                finetune.from(weights.toString(), Hashes.hex(weights)));
        if (settings.containsKey("finetune.views") && !finetune.cachesFeatures(recipe.network().architecture())) {
            throw new RecipeException("finetune.views (--views) is how many views of a picture are cached, and "
                    + (finetune.augment() ? "with finetune.augment (--augment)" : "without a frozen first layer")
                    + " nothing is cached; leave it out");
        }
        finetune.check(recipe.network().architecture(), recipe.pictures());
        return recipe;
    }

    /// Whether the base was trained on pictures that are validated on: it, or the model that it was fine-tuned from, was
    /// trained on the same source and not validated on exactly these. All folds together validate on every picture.
    private static boolean hasSeen(Model.Stored stored, Recipe own, ImageDataset validation, ImageCodec codec,
            int folds)
            throws IOException {
        boolean heldOut = TrainingRun.wasValidatedOn(stored.weights().metadata(), validation).orElse(false);
        if (folds == 0 && heldOut) {
            return false;
        }
        String root = DataSource.root(own, codec);
        try {
            Path weights = stored.weights().path().toAbsolutePath();
            while (true) {
                Recipe recipe = RunCheckpoint.last(weights.resolveSibling("")).run().recipe();
                if (DataSource.maySame(DataSource.root(recipe, codec), root)) {
                    return true;
                }
                Optional<FineTuneConfig> finetune = recipe.fineTuning();
                if (finetune.isEmpty()) {
                    return false;
                }
                weights = Path.of(finetune.get().model());
            }
        } catch (IOException e) {
            return false; // the base is not a run's, or its run is gone
        }
    }
}
