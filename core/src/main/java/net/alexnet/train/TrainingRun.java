package net.alexnet.train;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import net.alexnet.data.Dataset;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.KFold;
import net.alexnet.data.RejectedImage;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.MeanImage;
import net.alexnet.data.image.PixelStatistics;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.loader.Augmentation;
import net.alexnet.data.loader.BatchSource;
import net.alexnet.data.loader.DataLoader;
import net.alexnet.data.loader.EpochShuffle;
import net.alexnet.data.loader.PcaColorNoise;
import net.alexnet.data.loader.Rank;
import net.alexnet.data.loader.TrainingSampler;
import net.alexnet.inference.Evaluator;
import net.alexnet.inference.FeatureKey;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.inference.Validation;
import net.alexnet.io.CacheFolder;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.train.Trainer.Outcome;
import net.alexnet.train.checkpoint.Checkpoint;
import net.alexnet.train.checkpoint.CheckpointStore;
import net.alexnet.train.checkpoint.TrainingState;
import net.alexnet.train.config.FineTuneConfig;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.Recipe.Values;

/// Puts a run together, from the pictures to the loop, and lets it go. The caller holds the run's [RunLock]; a run becomes
/// the latest when its first pictures are there.
public final class TrainingRun {
    /// The key of a model file's metadata for the fingerprint of the pictures that it was trained on.
    private static final String PICTURES = "pictures_sha256";

    /// The key for one of the pictures that judged it, in any order. Files of older versions lack it.
    private static final String VALIDATION = "validation_sha256";

    /// The key for one of the pictures' pixels, where the preprocessing is a base's and so tells nothing of them.
    private static final String PIXELS = "pixels_sha256";

    /// Of the folds; not the run's, so that runs that differ in their seed are judged by the same pictures.
    private static final long FOLD_SEED = 1;

    /// Batches assembled ahead of the loop.
    private static final int DEPTH = 3;

    /// Batches in memory while a run goes on: those made ahead, and the one that is learnt from.
    public static final int INPUTS = DEPTH + 1;

    /// What a run needs and is not made of.
    ///
    /// @param backend computes
    /// @param codec reads pictures
    /// @param workers threads that read pictures and assemble batches
    /// @param cache where features of frozen layers are stored
    /// @param progress is told how it goes
    /// @param stop asked with the number of steps done whether to save and end
    public record Tools(Backend backend, ImageCodec codec, int workers, CacheFolder cache, RunListener progress,
            LongPredicate stop) {}

    private final RunFolder folder;
    private final Recipe recipe;
    private final Tools tools;
    private final TrainingPictures pictures;
    private final ModelCard card;

    private TrainingRun(
            RunFolder folder, Recipe recipe, TrainingPictures all, Optional<Preprocessing> base, Tools tools)
            throws IOException {
        TrainingPictures pictures = all.with(judgedBy(recipe, all.squares()));
        this.folder = folder;
        this.recipe = recipe;
        this.tools = tools;
        this.pictures = pictures;
        this.card = new ModelCard(
                recipe.network(), pictures.squares().classes(),
                base.orElseGet(() -> preprocessing(pictures.statistics())), origin(recipe));
        List<RejectedImage> rejected = pictures.rejected();
        folder.writeRejected(rejected);
        if (!rejected.isEmpty()) {
            Dataset squares = pictures.squares();
            int source = squares.training().size() + squares.validation().size() + rejected.size();
            tools.progress.warning(rejected.size() + " of " + source
                    + " pictures cannot be read and are left out; " + folder.path().resolve("rejected.tsv")
                    + " lists them. The first is " + rejected.getFirst().name() + ": " + rejected.getFirst().reason());
        }
    }

    /// Trains from the start.
    ///
    /// @param folder new, made for this recipe
    /// @param recipe for the pictures' classes
    public static Outcome start(RunFolder folder, Recipe recipe, TrainingPictures pictures, Tools tools)
            throws IOException, InterruptedException {
        TrainingRun run = new TrainingRun(folder, recipe, pictures, Optional.empty(), tools);
        try (Scope _ = tools.backend.scope()) {
            Network network = Network.initialize(
                    recipe.network().architecture(), recipe.network().initialization(), recipe.seed(), tools.backend);
            SgdOptimizer optimizer = new SgdOptimizer(network, recipe.optimizer());
            return run.go(network, optimizer, TrainingState.start(recipe.seed()), "");
        }
    }

    /// Trains from a base: all of it but the head, which is new. The pictures go through the base's preprocessing.
    ///
    /// @param folder new, made for this recipe
    /// @param recipe with what to freeze, for the pictures' classes and the base's network
    public static Outcome finetune(
            RunFolder folder, Recipe recipe, Model.Stored base, TrainingPictures pictures, Tools tools)
            throws IOException, InterruptedException {
        TrainingRun run = new TrainingRun(
                folder, recipe, pictures, Optional.of(base.card().preprocessing()), tools);
        Architecture architecture = recipe.network().architecture();
        String head = FineTuneConfig.head(architecture);
        try (Scope _ = tools.backend.scope()) {
            Network network = Network.warm(architecture, recipe.network().initialization(), recipe.seed(),
                    base.weights(), layer -> !layer.equals(head), tools.backend);
            return run.go(
                    network, run.optimizer(network), TrainingState.start(recipe.seed()), run.frozen(base.weights()));
        }
    }

    /// Goes on where a run was left, bit for bit as if it had not been; if what computes has changed since, as the number of
    /// threads, a warning says so.
    ///
    /// @param checkpoint of that run
    /// @throws IOException if the pictures are no longer those that the run began with
    public static Outcome resume(
            RunFolder folder, Recipe recipe, Checkpoint checkpoint, TrainingPictures pictures, Tools tools)
            throws IOException, InterruptedException {
        if (pictures.squares().classes().size() != recipe.network().classes()) {
            throw changed(folder, pictures.squares(), "the number of classes");
        }
        Optional<Preprocessing> base = recipe.finetune() == null
                ? Optional.empty()
                : Optional.of(Model.cardOf(checkpoint.modelFile()).preprocessing());
        TrainingRun run = new TrainingRun(folder, recipe, pictures, base, tools);
        try (Scope _ = tools.backend.scope()) {
            Network network;
            String frozen;
            try (SafetensorsFile weights = checkpoint.openModel()) {
                run.requireUnchanged(weights.metadata());
                network = Network.of(recipe.network().architecture(), weights, tools.backend);
                frozen = run.frozen(weights);
            }
            SgdOptimizer optimizer = run.optimizer(network);
            try (SafetensorsFile momentum = checkpoint.openMomentum()) {
                optimizer.restore(momentum);
            }
            run.warnOfOtherNumerics(checkpoint);
            return run.go(network, optimizer, checkpoint.state(), frozen);
        }
    }

    /// @param then what the run began with
    private void requireUnchanged(Map<String, String> then) throws IOException {
        Map<String, String> now = metadata();
        if (!then.containsKey(VALIDATION)) {
            now.remove(VALIDATION);
        }
        if (!then.equals(now)) {
            Set<String> keys = new TreeSet<>(then.keySet());
            keys.addAll(now.keySet());
            keys.removeIf(key -> Objects.equals(then.get(key), now.get(key)));
            throw changed(folder, pictures.squares(), String.join(", ", keys));
        }
    }

    private void warnOfOtherNumerics(Checkpoint checkpoint) {
        List<String> changes = checkpoint.environment().map(then -> then.changes(tools.backend.computeEnvironment()))
                .orElse(List.of());
        if (!changes.isEmpty()) {
            tools.progress.warning("a run is resumed exactly where the same computes as before, which has changed ("
                    + String.join("; ", changes) + "): its results may differ in the last digits from those of a run"
                    + " that was never stopped");
        }
    }

    /// A run of fine-tuning may have frozen layers, and rates for the others.
    private SgdOptimizer optimizer(Network network) {
        FineTuneConfig finetune = recipe.finetune();
        return finetune == null
                ? new SgdOptimizer(network, recipe.optimizer())
                : new SgdOptimizer(network, recipe.optimizer(),
                        layer -> finetune.learningRateFactor(network.architecture(), layer));
    }

    /// The pictures with the split that the recipe asks for: their own, or one of several folds.
    public static Dataset judgedBy(Recipe recipe, Dataset pictures) throws IOException {
        FineTuneConfig finetune = recipe.finetune();
        return finetune == null || finetune.folds() == 0
                ? pictures
                : new KFold(finetune.fold(), finetune.folds(), FOLD_SEED).of(pictures);
    }

    /// Whether a run was judged by just these pictures; empty if its model file does not say.
    ///
    /// @param metadata of the model file
    /// @param validation all pictures of it that can be read, in any order
    public static Optional<Boolean> wasJudgedBy(Map<String, String> metadata, ImageDataset validation) {
        return Optional.ofNullable(metadata.get(VALIDATION)).map(DatasetFingerprint.ofAnyOrder(validation)::equals);
    }

    private static String origin(Recipe recipe) {
        FineTuneConfig finetune = recipe.finetune();
        return finetune == null
                ? "trained as " + recipe.name()
                : "fine-tuned as " + recipe.name() + " from " + finetune.model() + ", SHA-256 " + finetune.sha256();
    }

    /// What the run began with, in a model file's metadata: the card, and fingerprints of the pictures.
    private Map<String, String> metadata() {
        Map<String, String> metadata = new TreeMap<>(Model.metadata(card));
        metadata.put(PICTURES, DatasetFingerprint.of(pictures.squares().training(), pictures.squares().validation()));
        metadata.put(VALIDATION, DatasetFingerprint.ofAnyOrder(pictures.squares().validation()));
        if (recipe.finetune() != null) {
            metadata.put(PIXELS, DatasetFingerprint.of(pictures.statistics()));
        }
        return metadata;
    }

    private static IOException changed(RunFolder folder, Dataset dataset, String what) {
        return new IOException("the pictures of " + dataset.name() + " are not those that the run " + folder.path()
                + " began with: their names, classes or pixels have changed (it shows in " + what
                + "), or another version of this program read them. Put them back, or start a new run");
    }

    private Preprocessing preprocessing(PixelStatistics statistics) {
        double deviation = statistics.std().stream().mapToDouble(d -> d).average().orElseThrow();
        double scale = recipe.pictures().values() == Values.STANDARDIZED && deviation > 0 ? 1 / deviation : 1;
        Optional<MeanImage> image = switch (recipe.pictures().mean()) {
            case IMAGE -> Optional.of(statistics.meanImage().center(recipe.network().input()));
            case CHANNEL -> Optional.empty();
        };
        return new Preprocessing(
                recipe.network().channels(),
                recipe.pictures().resize(),
                recipe.network().input(),
                statistics.mean(),
                scale,
                image);
    }

    private Augmentation augmentation() {
        Recipe.Pictures how = recipe.pictures();
        Optional<PcaColorNoise> noise = how.colorNoise() == 0
                ? Optional.empty()
                : Optional.of(new PcaColorNoise(pictures.statistics().colorPca(), how.colorNoise()));
        return new Augmentation(how.randomCrop(), how.mirror(), noise);
    }

    /// SHA-256 of the layers whose features are stored; empty if there are none.
    private String frozen(WeightFile weights) throws IOException {
        Architecture architecture = recipe.network().architecture();
        FineTuneConfig finetune = recipe.finetune();
        return finetune != null && finetune.stores(architecture)
                ? FeatureKey.layers(weights, architecture, finetune.cut(architecture))
                : "";
    }

    private Outcome go(Network network, SgdOptimizer optimizer, TrainingState state, String frozen)
            throws IOException, InterruptedException {
        ImageDataset training = pictures.squares().training();
        TrainingSampler.Pictures planned = new TrainingSampler.Pictures(
                training.size(),
                card.preprocessing().resize(),
                card.preprocessing().crop(),
                new EpochShuffle(recipe.data().shuffleWindow()));
        TrainingSampler plan = new TrainingSampler(
                planned, recipe.batch(), augmentation(), recipe.seed(), Rank.SOLO, state.epoch(),
                state.batchInEpoch());
        FineTuneConfig finetune = recipe.finetune();
        int from = finetune == null ? 0 : finetune.cut(network.architecture());
        if (finetune != null && finetune.stores(network.architecture())) {
            TrainingFeatures stored = TrainingFeatures.of(new FrozenLayers(network, from),
                    frozen, pictures.squares(), card.preprocessing(), finetune.views(), recipe, tools);
            return loop(network, from, optimizer, state, new FeatureSource(stored.training(), plan, recipe.seed()),
                    new FeatureValidation(stored.validation(), from, recipe.batch()));
        }
        Evaluator evaluator = new Evaluator(
                pictures.squares().validation(), card.preprocessing(), recipe.batch(), tools.workers);
        try (DataLoader feed = new DataLoader(training, card.preprocessing(), plan, recipe.batch(), tools.workers,
                DEPTH)) {
            BatchSource source = from == 0 ? feed : new FrozenSource(feed, new FrozenLayers(network, from));
            return loop(network, from, optimizer, state, source, evaluator);
        }
    }

    private Outcome loop(Network network, int from, SgdOptimizer optimizer, TrainingState state, BatchSource source,
            Validation validation) throws IOException, InterruptedException {
        source.ready(); // before there is anything of a run that cannot begin
        CheckpointStore store = folder.checkpoints(recipe.checkpoints().keep());
        if (state.step() == 0 && (recipe.finetune() == null || recipe.finetune().folds() == 0)) {
            folder.becomeLatest(); // not before: a stop from here on leaves a checkpoint. A fold is part of a whole
        }
        tools.progress.started(recipe, state);
        try {
            return Trainer.run(new Trainer.Parts(
                    network,
                    from,
                    optimizer,
                    recipe,
                    state,
                    source,
                    TrainingSampler.batches(pictures.squares().training().size(), recipe.batch()),
                    validation,
                    store,
                    metadata(),
                    Model.entries(card),
                    folder.path(),
                    tools.progress,
                    tools.stop));
        } catch (DivergedException e) {
            String kept = store.latest().map(last -> "; the last good checkpoint is " + last).orElse("");
            throw new DivergedException(e.getMessage() + kept);
        }
    }
}
