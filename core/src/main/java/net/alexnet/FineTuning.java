package net.alexnet;

import module java.base;
import net.alexnet.data.Dataset;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.distributed.Group;
import net.alexnet.inference.Engines;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelImporter;
import net.alexnet.io.Hashes;
import net.alexnet.nn.AlexNet;
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
/// TrainingResult result = FineTuning.on(Path.of("photos/")).run();
/// ```
///
/// The base is torchvision's published AlexNet unless [#base] names another. The new last layer starts as a linear
/// classifier of the features that the base gives, which takes seconds. Then all layers learn from augmented pictures, while
/// the learning rate falls to 0. The last checkpoint holds the mean of the weights at the start and at the end, and is the result:
/// no validation picture selected it. A stopped run is continued by [Training#resume].
public final class FineTuning extends TrainingBuilder<FineTuning> {
    /// The published model that is the base unless another is named.
    public static final String DEFAULT_BASE = "torchvision-alexnet";

    private static final String RESIZE = "pictures.resize";

    /// About how many pictures a run shows to the network in all, and the limits of its epochs.
    private static final int SHOWN = 10_000;

    private static final int FEWEST_EPOCHS = 4;
    private static final int MOST_EPOCHS = 10;

    private Path base = Path.of(DEFAULT_BASE);

    private FineTuning(String source) {
        pictures = source;
    }

    /// Fine-tunes on pictures.
    ///
    /// @param folder as for [Training#on]
    public static FineTuning on(Path folder) {
        return new FineTuning(DataSource.absolute(folder));
    }

    /// Fine-tunes on pictures.
    ///
    /// @param source as for [Training#on(String)]
    public static FineTuning on(String source) {
        return new FineTuning(DataSource.named(source));
    }

    /// Starts from another model than torchvision's AlexNet: whatever [ImageClassifier#load(Path)] takes, or the name of a
    /// published model, which is fetched once. Layers that it has no trained weights for are left out if they are the last
    /// ones, so a file of convolutions alone will do. [Options#checkpoint] says which checkpoint of a run.
    public FineTuning base(Path model) {
        base = model;
        return self();
    }

    /// Freezes a layer and all layers before it. Default: `none`.
    ///
    /// @param layer the name of a layer with weights, or `none`
    public FineTuning freeze(String layer) {
        return set("finetune.freeze", layer);
    }

    /// Multiplies a layer's learning rate. Default: 1.
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
        return ended(() -> with(stop, 0).folds().getFirst(), stop);
    }

    /// Cross-validates: deals all pictures into parts and makes one run for each part, which is validated on it.
    ///
    /// @param folds how many parts, at least 2
    /// @param stop as for [#run(BooleanSupplier)]; the runs after a stopped one are not made
    public CrossValidation crossValidate(int folds, BooleanSupplier stop) throws IOException, InterruptedException {
        if (folds < 2) {
            throw new IllegalArgumentException("folds must be at least 2, found " + folds);
        }
        if (test != null) {
            throw new IllegalArgumentException("a test is for one run, and cross-validation makes " + folds
                    + "; leave out the test pictures " + test);
        }
        return with(stop, folds);
    }

    /// @param folds 0 for a single run
    private CrossValidation with(BooleanSupplier stop, int folds) throws IOException, InterruptedException {
        Recipe template = template();
        ModelImporter.fetch(base, listener, stop);
        Model.Stored stored = ModelFile.find(base, options.checkpoint()).stored();
        Recipe onBase = onBase(template, stored);
        try (Backend backend = open(onBase.precision())) {
            ImageCodec codec = Engines.find().codec();
            DataSource source = source(onBase, codec, stop);
            Dataset dataset = source.dataset();
            Recipe recipe = fitted(sized(onBase.withClasses(dataset.classes().size()), stored.card().preprocessing(),
                    source.largestSide()), dataset);
            if (folds > 0) {
                TrainingRun.split(recipe.withFold(1, folds), dataset); // refuses too many folds before any work
            }
            describe(dataset, folds > 0 ? "cross-validation in " + folds + " folds" : dataset.split());
            if (folds == 0) {
                describeValidation(recipe, dataset);
            }
            TrainingPictures ready = pictures(source, folds > 0 ? recipe.withFold(1, folds) : recipe, codec, stop);
            boolean seen = (folds > 0 || ready.dataset().validation().size() > 0)
                    && hasSeen(stored, recipe, ready.dataset().validation(), codec, folds);
            if (seen) {
                listener.warning("the base model was trained on pictures of " + DataSource.root(recipe, codec)
                        + (folds > 0 ? "" : ", perhaps on some of the validation pictures")
                        + ", so the validation error is optimistic");
            }
            Job job = new Job(stored, ready, backend, codec, stop);
            if (folds > 0) {
                return folds(recipe, folds, seen, job);
            }
            RunFolder folder = create(recipe);
            describe(folder, recipe);
            return new CrossValidation(folder.path(), List.of(run(folder, recipe, job)), seen);
        }
    }

    private record Job(Model.Stored base, TrainingPictures pictures, Backend backend, ImageCodec codec,
            BooleanSupplier stop) {}

    private TrainingResult run(RunFolder folder, Recipe recipe, Job job) throws IOException, InterruptedException {
        try (RunFolder.Lock _ = folder.lock()) {
            return TrainingResult.of(folder, recipe, TrainingRun.finetune(folder, recipe, job.base, job.pictures,
                    resources(job.backend, job.codec, Group.SOLO, job.stop)));
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
        for (String key : settings.keySet()) {
            if (key.equals("data.folds") || key.equals("data.fold")) {
                throw new RecipeException(key + " cannot be set; cross-validation (--folds K) sets it for each run");
            }
            if (key.startsWith("network") || key.equals("pictures.mean")
                    || key.equals("pictures.values") || key.equals("finetune.model") || key.equals("finetune.sha256")) {
                throw new RecipeException(key + " is the base model's and cannot be set; train a new network instead");
            }
        }
        Map<String, String> ofTemplate = settings();
        ofTemplate.remove(RESIZE); // sized applies it: the template has another network, with another least size
        return Recipes.read(recipeName("finetune"), ofTemplate);
    }

    /// The recipe with everything that is the base's; its classes are not known yet.
    private Recipe onBase(Recipe template, Model.Stored stored) throws IOException {
        FineTuneConfig finetune = template.fineTuning().orElseThrow(() -> new RecipeException("recipe "
                + recipeName("finetune") + " has no group 'finetune'; start from a copy of recipes/finetune.yaml"));
        Path weights = stored.weights().path().toAbsolutePath().normalize();
        Preprocessing preprocessing = stored.card().preprocessing();
        List<String> leftOut = leftOut(stored);
        if (!leftOut.isEmpty()) {
            listener.message("the base has no trained weights for " + String.join(", ", new TreeSet<>(leftOut))
                    + "; these layers are left out of the network");
        }
        Recipe recipe = template.onBase(stored.card().network().withHead(leftOut, true), preprocessing.resize(),
                preprocessing.meanImage().isPresent() ? Mean.IMAGE : Mean.CHANNEL,
                preprocessing.scale().stream().allMatch(one -> one == 1) ? Values.RAW : Values.STANDARDIZED,
                finetune.from(weights.toString(), Hashes.hex(weights)));
        finetune.check(recipe.network().architecture());
        return recipe;
    }

    /// The recipe with the size of the pictures. Convolutions alone take pictures of any size, and their features of larger
    /// and of whole pictures are better, at more cost (readings in LOG.md). So without dense layers that fix the size, the
    /// network sees whole pictures of 9/7 of the base's input, 288 pixels for 224, or of `pictures.resize`. A base that sees
    /// whole pictures keeps its size.
    ///
    /// @param base the base's preprocessing
    /// @param largest the largest side that the pictures can be resized to
    private Recipe sized(Recipe recipe, Preprocessing base, int largest) {
        AlexNet network = recipe.network();
        List<String> layers = FineTuneConfig.layers(network.architecture());
        boolean free = layers.get(layers.size() - 2).startsWith("conv") && base.meanImage().isEmpty();
        String given = settings.get(RESIZE);
        if (given != null && !free) {
            throw new RecipeException(RESIZE + " cannot be set, because the base's dense layers or its mean image are"
                    + " for pictures of its own size; leave it out");
        }
        if (!free || (given == null && base.resize() == base.crop())) {
            return recipe;
        }
        int side = given == null ? Math.min(network.input() * 9 / 7, largest) : pixels(given);
        listener.message(
                "without dense layers the network takes pictures of any size; it sees whole pictures of " + side
                        + " × " + side + " pixels (" + RESIZE + ")");
        return recipe.fitted(network.withInput(side), side, recipe.batch(), recipe.epochs());
    }

    private static int pixels(String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new RecipeException(RESIZE + " must be a number of pixels, found '" + text + "'");
        }
    }

    /// The recipe with a number of epochs for these pictures, unless the user gave one.
    private Recipe fitted(Recipe recipe, Dataset dataset) {
        int epochs = Math.clamp(SHOWN / Math.max(1, dataset.training().size()), FEWEST_EPOCHS, MOST_EPOCHS);
        return settings.containsKey("epochs") || recipeName != null ? recipe : recipe.withEpochs(epochs);
    }

    /// The last hidden layers, as far as the base has no trained weights of them, and those that it leaves out itself.
    private List<String> leftOut(Model.Stored stored) {
        AlexNet network = stored.card().network();
        List<String> hidden = new ArrayList<>(FineTuneConfig.layers(network.architecture()));
        hidden.removeLast();
        List<String> leftOut = new ArrayList<>(network.without());
        while (!hidden.isEmpty() && stored.untrainedLayers().contains(hidden.getLast())) {
            leftOut.add(hidden.removeLast());
        }
        List<String> fresh = hidden.stream().filter(stored.untrainedLayers()::contains).toList();
        if (!fresh.isEmpty()) {
            listener.warning("the base has no trained weights of " + String.join(", ", fresh)
                    + ", so these layers start from initial values");
        }
        return List.copyOf(leftOut);
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
