package net.alexnet.train;

import module java.base;
import net.alexnet.data.Dataset;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.KFold;
import net.alexnet.data.RejectedImage;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.MeanImage;
import net.alexnet.data.image.PixelStatistics;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.loader.Augmentation;
import net.alexnet.data.loader.DataLoader;
import net.alexnet.data.loader.EpochShuffle;
import net.alexnet.data.loader.PcaColorNoise;
import net.alexnet.data.loader.Rank;
import net.alexnet.data.loader.TrainingSampler;
import net.alexnet.distributed.Group;
import net.alexnet.inference.FeatureKey;
import net.alexnet.inference.LabelSuspects;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.inference.TopKErrors.Report;
import net.alexnet.inference.Validation;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.CacheFolder;
import net.alexnet.io.Hashes;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.io.Texts;
import net.alexnet.io.WeightFile;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Network;
import net.alexnet.nn.Parameter;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.train.Trainer.Linear;
import net.alexnet.train.Trainer.Outcome;
import net.alexnet.train.config.FineTuneConfig;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.Recipe.Values;

/// Starts, fine-tunes and resumes training runs: it prepares all parts of a run and hands them to the [Trainer]. The caller
/// holds the run's lock. A new run becomes the latest when its first batch is ready.
public final class TrainingRun {
    /// Keys of a model file's metadata: fingerprints of the images that it was trained and validated on, and of their
    /// pixels if the preprocessing is the base's and so does not depend on them.
    private static final String PICTURES = "pictures_sha256";

    private static final String VALIDATION = "validation_sha256";
    private static final String PIXELS = "pixels_sha256";

    /// A key of a model file's metadata: the hash of the model that the result of the run is a mean with.
    private static final String START = "start_sha256";

    /// Of the folds. It is not the run's seed, so runs with different seeds are validated on the same images.
    private static final long FOLD_SEED = 1;

    /// Batches that are loaded ahead, or micro-batches where a step has several.
    private static final int DEPTH = 3;

    /// Batches or micro-batches in memory during a run: those loaded ahead, and the one that is trained on.
    public static final int INPUTS = DEPTH + 1;

    /// What a run works with. It does not affect the run's result, except for the backend.
    ///
    /// @param backend computes
    /// @param codec decodes images
    /// @param workers threads that load images
    /// @param cache where features of frozen layers are stored
    /// @param progress is told how the run goes
    /// @param group of the ranks that train together
    /// @param stop called between steps with the number of steps done; if it returns true, the run saves and ends
    public record Resources(Backend backend, ImageCodec codec, int workers, CacheFolder cache, RunListener progress,
            Group group, LongPredicate stop) {
        /// Of the only rank.
        public Resources(Backend backend, ImageCodec codec, int workers, CacheFolder cache, RunListener progress,
                LongPredicate stop) {
            this(backend, codec, workers, cache, progress, Group.SOLO, stop);
        }
    }

    private final RunFolder folder;
    private final Recipe recipe;
    private final Resources resources;
    private final TrainingPictures pictures;
    private final ModelCard card;

    private TrainingRun(
            RunFolder folder, Recipe recipe, TrainingPictures all, Optional<Preprocessing> base, Resources resources)
            throws IOException {
        this.folder = folder;
        this.recipe = recipe;
        this.resources = resources;
        this.pictures = new TrainingPictures(split(recipe, all.dataset()), all.statistics(), all.rejected());
        this.card = new ModelCard(
                recipe.network(), pictures.dataset().classes(),
                base.map(this::fitted).orElseGet(() -> preprocessing(pictures.statistics())),
                recipe.fineTuning().map(tuning -> tuning.origin(recipe.name()))
                        .orElse("trained as " + recipe.name()));
        List<RejectedImage> rejected = pictures.rejected();
        if (resources.group.isRankZero()) {
            RejectedImage.write(folder.path(), rejected);
        }
        if (!rejected.isEmpty()) {
            Dataset readable = pictures.dataset();
            int total = readable.training().size() + readable.validation().size() + rejected.size();
            resources.progress.warning(rejected.size() + " of " + total + " pictures cannot be read and are skipped; "
                    + folder.path().resolve("rejected.tsv") + " lists them. The first is " + rejected.getFirst().name()
                    + ": " + rejected.getFirst().reason());
            readable.unlearned().ifPresent(resources.progress::warning);
        }
    }

    /// Trains from scratch.
    ///
    /// @param folder new, made for this recipe
    /// @param recipe for the images' classes
    public static Outcome start(RunFolder folder, Recipe recipe, TrainingPictures pictures, Resources resources)
            throws IOException, InterruptedException {
        TrainingRun run = new TrainingRun(folder, recipe, pictures, Optional.empty(), resources);
        try (Scope _ = resources.backend.scope()) {
            Network network = Network.initialize(
                    recipe.network().architecture(), recipe.network().initialization(), recipe.seed(),
                    resources.backend);
            return run.train(network, run.optimizer(network), TrainingState.start(recipe.seed()));
        }
    }

    /// Fine-tunes a base: a new head on all its other layers. The images go through the base's preprocessing.
    ///
    /// @param folder new, made for this recipe
    /// @param recipe with a [FineTuneConfig], for the images' classes and the base's network
    public static Outcome finetune(
            RunFolder folder, Recipe recipe, Model.Stored base, TrainingPictures pictures, Resources resources)
            throws IOException, InterruptedException {
        TrainingRun run = new TrainingRun(
                folder, recipe, pictures, Optional.of(base.card().preprocessing()), resources);
        Architecture architecture = recipe.network().architecture();
        String head = FineTuneConfig.head(architecture);
        try (Scope _ = resources.backend.scope()) {
            Network network = Network.warm(architecture, recipe.network().initialization(), recipe.seed(),
                    base.weights(), layer -> !layer.equals(head), resources.backend);
            Optional<Linear> linear = recipe.fineTuning().orElseThrow().linear()
                    ? Optional.of(run.fitHead(network, base.weights()))
                    : Optional.empty();
            return run.train(network, run.optimizer(network), TrainingState.start(recipe.seed()))
                    .with(linear);
        }
    }

    /// Resumes a stopped run. The result is bit for bit that of a run that was never stopped, unless the compute
    /// environment has changed, such as the number of threads; a warning says so.
    ///
    /// @param checkpoint of that run
    /// @throws IOException if the images are not those that the run began with
    public static Outcome resume(
            RunFolder folder, Recipe recipe, Checkpoint checkpoint, TrainingPictures pictures, Resources resources)
            throws IOException, InterruptedException {
        if (pictures.dataset().classes().size() != recipe.network().classes()) {
            throw changed(folder, pictures.dataset(), "the number of classes");
        }
        Optional<Preprocessing> base = recipe.fineTuning().isEmpty()
                ? Optional.empty()
                : Optional.of(Model.cardOf(checkpoint.modelFile()).preprocessing());
        TrainingRun run = new TrainingRun(folder, recipe, pictures, base, resources);
        try (Scope _ = resources.backend.scope()) {
            Network network;
            try (WeightFile weights = checkpoint.openModel()) {
                run.requireUnchanged(weights);
                network = Network.of(recipe.network().architecture(), weights, resources.backend);
            }
            SgdOptimizer optimizer = run.optimizer(network);
            try (WeightFile momentum = checkpoint.openMomentum()) {
                optimizer.restore(momentum);
            }
            run.shared(network, optimizer, checkpoint.state());
            List<String> changes = checkpoint.environment().changes(resources.backend.computeEnvironment());
            if (!changes.isEmpty()) {
                resources.progress.warning("the compute environment has changed since the checkpoint ("
                        + String.join("; ", changes) + "), so the last digits of the results may differ from those of"
                        + " a run that was never stopped");
            }
            return run.train(network, optimizer, checkpoint.state());
        }
    }

    /// Resumes on another rank than 0, whose state is shared.
    ///
    /// @param folder that rank 0 writes
    public static Outcome follow(RunFolder folder, Recipe recipe, TrainingPictures pictures, Resources resources)
            throws IOException, InterruptedException {
        TrainingRun run = new TrainingRun(folder, recipe, pictures, Optional.empty(), resources);
        try (Scope _ = resources.backend.scope()) {
            Network network = Network.initialize(
                    recipe.network().architecture(), recipe.network().initialization(), recipe.seed(),
                    resources.backend);
            SgdOptimizer optimizer = run.optimizer(network);
            return run.train(network, optimizer,
                    run.shared(network, optimizer, TrainingState.start(recipe.seed())));
        }
    }

    /// Gives all ranks the weights, the momentum and the state of rank 0.
    private TrainingState shared(Network network, SgdOptimizer optimizer, TrainingState state) throws IOException {
        if (resources.group.rank().world() == 1) {
            return state;
        }
        network.parameters().forEach(parameter -> resources.group.broadcast(parameter.value()));
        optimizer.broadcast(resources.group);
        return Checkpoint.state(resources.group.broadcastText(Checkpoint.json(state)));
    }

    private void requireUnchanged(WeightFile weights) throws IOException {
        String start = weights.metadata().get(START);
        if (start != null && !(Files.exists(folder.linear()) && start.equals(Hashes.hex(folder.linear())))) {
            throw new IOException(
                    folder.linear() + " is missing or was changed, and the run's result is a mean with its"
                            + " weights. Put the file back, or start a new run");
        }
        Map<String, String> then = new TreeMap<>(weights.metadata());
        then.remove(Model.UNSURE_BELOW); // which each validation makes anew
        Map<String, String> now = metadata();
        if (!then.equals(now)) {
            Set<String> keys = new TreeSet<>(then.keySet());
            keys.addAll(now.keySet());
            keys.removeIf(key -> Objects.equals(then.get(key), now.get(key)));
            throw changed(folder, pictures.dataset(), String.join(", ", keys));
        }
    }

    private static IOException changed(RunFolder folder, Dataset dataset, String what) {
        return new IOException("dataset " + dataset.name() + " has changed since the run " + folder.path()
                + " started (" + what + " differ). Restore the original pictures, or start a new run");
    }

    private SgdOptimizer optimizer(Network network) {
        return new SgdOptimizer(network, recipe.optimizer(),
                layer -> recipe.fineTuning().map(tuning -> tuning.learningRateFactor(network.architecture(), layer))
                        .orElse(1.0));
    }

    /// The images with the split that the recipe asks for: their own, or one of several folds.
    public static Dataset split(Recipe recipe, Dataset images) throws IOException {
        return recipe.data().folds() == 0
                ? images
                : new KFold(recipe.data().fold(), recipe.data().folds(), FOLD_SEED).of(images);
    }

    /// Whether a run was validated on exactly these images; empty if its model file does not say.
    ///
    /// @param metadata of the model file
    /// @param validation all images that can be read, in any order
    public static Optional<Boolean> wasValidatedOn(Map<String, String> metadata, ImageDataset validation) {
        return Optional.ofNullable(metadata.get(VALIDATION)).map(DatasetFingerprint.ofAnyOrder(validation)::equals);
    }

    /// The metadata of the run's model files: the card, and fingerprints of the images.
    private Map<String, String> metadata() throws IOException {
        Map<String, String> metadata = new TreeMap<>(Model.metadata(card));
        metadata.put(PICTURES, DatasetFingerprint.of(pictures.dataset().training(), pictures.dataset().validation()));
        metadata.put(VALIDATION, DatasetFingerprint.ofAnyOrder(pictures.dataset().validation()));
        if (recipe.fineTuning().isPresent()) {
            metadata.put(PIXELS, DatasetFingerprint.of(pictures.statistics()));
        }
        if (start().isPresent()) {
            metadata.put(START, Hashes.hex(folder.linear()));
        }
        return metadata;
    }

    private Preprocessing preprocessing(PixelStatistics statistics) {
        double std = statistics.std().stream().mapToDouble(d -> d).average().orElseThrow();
        double scale = recipe.pictures().values() == Values.STANDARDIZED && std > 0 ? 1 / std : 1;
        Optional<MeanImage> image = switch (recipe.pictures().mean()) {
            case IMAGE -> Optional.of(statistics.meanImage().center(recipe.network().input()));
            case CHANNEL -> Optional.empty();
        };
        return new Preprocessing(recipe.network().channels(), recipe.pictures().resize(), recipe.network().input(),
                statistics.mean(), scale, image);
    }

    /// The base's preprocessing, for pictures of this run's size.
    private Preprocessing fitted(Preprocessing base) {
        return base.crop() == recipe.network().input() ? base : base.ofWholePictures(recipe.network().input());
    }

    private Augmentation augmentation() {
        Recipe.Pictures how = recipe.pictures();
        Optional<PcaColorNoise> noise = how.colorNoise() == 0
                ? Optional.empty()
                : Optional.of(new PcaColorNoise(pictures.statistics().colorPca(), how.colorNoise()));
        return new Augmentation(how.randomCrop(), how.cropArea(), how.mirror(), noise);
    }

    private Outcome train(Network network, SgdOptimizer optimizer, TrainingState state)
            throws IOException, InterruptedException {
        resources.group.requireSame("the pictures",
                DatasetFingerprint.of(pictures.dataset().training(), pictures.dataset().validation())
                        + DatasetFingerprint.of(pictures.statistics()));
        if (resources.group.rank().world() == 1) {
            return trainOwn(network, optimizer, state);
        }
        return switch (recipe.parallel()) {
            case DATA, FACTORS -> trainOwn(network, optimizer, state);
            case TOWERS -> trainPart(network.keepTower(resources.group), optimizer, state);
            case HYBRID -> trainPart(network.keepUnits(resources.group), optimizer, state);
        };
    }

    /// @param part of the network that this rank computes
    /// @param optimizer of the whole network
    private Outcome trainPart(Network part, SgdOptimizer optimizer, TrainingState state)
            throws IOException, InterruptedException {
        return trainOwn(part, optimizer.of(part), state);
    }

    /// @param network that this rank computes: the whole network or its part
    private Outcome trainOwn(Network network, SgdOptimizer optimizer, TrainingState state)
            throws IOException, InterruptedException {
        ImageDataset training = pictures.dataset().training();
        Preprocessing preprocessing = card.preprocessing();
        TrainingSampler.Pictures sampled = new TrainingSampler.Pictures(training.size(), preprocessing.resize(),
                preprocessing.crop(), new EpochShuffle(recipe.data().shuffleWindow()));
        TrainingSampler sampler = new TrainingSampler(sampled, recipe.batch(), recipe.picturesAtOnce(), augmentation(),
                recipe.seed(), network.isDivided() ? Rank.SOLO : resources.group.rank(),
                state.epoch(), state.batchInEpoch());
        int from = recipe.fineTuning().map(tuning -> tuning.frozenRows(network.architecture())).orElse(0);
        try (DataLoader loader = new DataLoader(training, preprocessing, sampler, recipe.picturesAtOnce(),
                resources.workers, DEPTH,
                resources.codec)) {
            return loop(network, from, optimizer, state, loader, SharedValidation.on(pictures.dataset().validation(),
                    preprocessing, recipe.picturesAtOnce(), resources.workers, resources.group));
        }
    }

    /// Starts the head as a linear classifier of the features that it reads: of the center of each picture.
    private Linear fitHead(Network network, WeightFile base) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Architecture architecture = network.architecture();
        int head = architecture.rows().size() - 2;
        FeatureSet.Splits features = FeatureSet.of(network, head, FeatureKey.layers(base, architecture, head),
                pictures.dataset(), card.preprocessing(), resources);
        LinearClassifier.Features training = features.training().linear();
        LinearClassifier.Fit fit = LinearClassifier
                .fit(resources.backend, training, architecture.classes(), recipe.seed(), () -> resources.stop.test(0))
                .orElseThrow(() -> new InterruptedIOException("stopped before there was anything to save"));
        List<Parameter> parameters = network.parameters();
        resources.backend.assign(parameters.get(parameters.size() - 2).value(), fit.weight());
        resources.backend.assign(parameters.getLast().value(), fit.bias());
        Optional<Report> report = validates()
                ? Optional.of(features.validation().evaluate(network, head, recipe.picturesAtOnce(),
                        (done, total) -> resources.progress.progress("validating", done, total)))
                : Optional.empty();
        double seconds = (System.nanoTime() - start) / 1e9;
        double outOfFold = fit.outOfFoldError(training.labels());
        try (MetricsLogger logger = new MetricsLogger(folder.path(), 0, resources.progress)) {
            logger.linear(fit.penalty(), outOfFold, report, seconds);
        }
        resources.progress.message(String.format(Locale.ROOT, "a linear classifier of the features has a top-1 error of"
                + " %s%.2f %% on training pictures that it has not seen (cross-validation); it took %.0f s",
                report.map(it -> String.format(Locale.ROOT, "%.2f %% on the %d validation pictures, and of ",
                        100 * it.top1(), it.images())).orElse(""),
                100 * outOfFold, seconds));
        Map<String, String> metadata = metadata();
        report.map(Report::unsureBelow).filter(OptionalDouble::isPresent)
                .ifPresent(threshold -> metadata.put(Model.UNSURE_BELOW, String.valueOf(threshold.getAsDouble())));
        List<NamedTensor> entries = new ArrayList<>(network.entries());
        entries.addAll(Model.entries(card));
        AtomicFiles.write(folder.linear(), out -> Safetensors.write(out, metadata, entries));
        List<LabelSuspects.Suspect> suspects = LabelSuspects.of(fit.outOfFold(), training.labels(),
                architecture.classes());
        if (!suspects.isEmpty()) {
            LabelSuspects.write(folder.path(), suspects, pictures.dataset().training()::name, card.classes());
            resources.progress.message(Texts.count(suspects.size(), "training picture") + " may be in the wrong class; "
                    + folder.path().resolve(LabelSuspects.FILE) + " lists them, the most suspicious first");
        }
        return new Linear(outOfFold, report);
    }

    private boolean validates() {
        return pictures.dataset().validation().size() > 0;
    }

    /// The model that the result of the run is a mean with, if there is one.
    private Optional<Path> start() {
        boolean mean = recipe.fineTuning().map(FineTuneConfig::average).orElse(0.0) > 0;
        return Optional.of(folder.linear()).filter(file -> mean && Files.exists(file));
    }

    private Outcome loop(Network network, int from, SgdOptimizer optimizer, TrainingState state, DataLoader source,
            Validation validation) throws IOException, InterruptedException {
        source.ready(); // fails before a run that cannot begin leaves anything
        CheckpointStore store = folder.checkpoints(recipe.checkpoints().keep());
        if (state.step() == 0 && recipe.data().folds() == 0 && resources.group.isRankZero()) { // the folds of a cross-validation are not runs of their own
            folder.becomeLatest(); // not before: a stop from here on leaves a checkpoint
        }
        resources.progress.started(folder.path(), state.step());
        try {
            return Trainer.run(new Trainer.Parts(network, from, optimizer, recipe, state, source,
                    TrainingSampler.batches(pictures.dataset().training().size(), recipe.batch()),
                    Optional.of(validation).filter(_ -> validates()),
                    start(), store,
                    metadata(), Model.entries(card), folder.path(), resources.progress, resources.group,
                    resources.stop));
        } catch (DivergedException e) {
            String kept = store.latest().map(last -> "; the last good checkpoint is " + last).orElse("");
            throw new DivergedException(e.getMessage() + kept, folder.path());
        }
    }
}
