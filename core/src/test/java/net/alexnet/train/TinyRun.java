package net.alexnet.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.ListSet;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.data.loader.Augmentation;
import net.alexnet.data.loader.DataLoader;
import net.alexnet.data.loader.EpochShuffle;
import net.alexnet.data.loader.Rank;
import net.alexnet.data.loader.TrainingSampler;
import net.alexnet.distributed.Group;
import net.alexnet.inference.Validation;
import net.alexnet.io.WeightFile;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Network;
import net.alexnet.nn.TinyNetworks;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Precision;
import net.alexnet.train.Trainer.Outcome;
import net.alexnet.train.Trainer.Parts;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.Recipe.Mean;
import net.alexnet.train.config.Recipe.Values;
import net.alexnet.train.config.RecipeReader;
import net.alexnet.train.config.Schedule;
import net.alexnet.train.config.Schedule.Constant;
import net.alexnet.train.config.SgdConfig;
import org.jspecify.annotations.Nullable;

/// A run whose steps take milliseconds: three classes of stripes, 22 training pictures in batches of 8, 8 and 6, and 9
/// validation pictures.
final class TinyRun {
    static final List<String> CLASSES = List.of("flat", "upright", "checked");
    static final int TRAINING = 22;
    static final int VALIDATION = 9;
    static final int BATCHES = 3;

    private static final int SIDE = TinyNetworks.INPUT;
    private static final Preprocessing PREPROCESSING = new Preprocessing(1, SIDE, SIDE, List.of(127.5), 1 / 127.5);

    final Path folder;
    final Recipe recipe;
    final Backend backend;
    final RecordingProgress progress;
    final Network network;
    final SgdOptimizer optimizer;
    private @Nullable Network tower;
    TrainingState state;
    LongPredicate stop = step -> false;
    BooleanSupplier gone = () -> false;
    boolean validated = true;
    Group group = Group.SOLO;

    TinyRun(Path folder, Recipe recipe, Backend backend, RecordingProgress progress) {
        this.folder = folder;
        this.recipe = recipe;
        this.backend = backend;
        this.progress = progress;
        AlexNet table = recipe.network();
        this.network = Network.initialize(table.architecture(), table.initialization(), recipe.seed(), backend);
        this.optimizer = new SgdOptimizer(network, recipe.optimizer());
        this.state = TrainingState.start(recipe.seed());
    }

    static Recipe recipe(int epochs) {
        return recipe(epochs, 1, new Recipe.Monitor(2, 1, 1000, 0));
    }

    /// @param everyEpochs after how many epochs a checkpoint is saved
    static Recipe recipe(int epochs, int everyEpochs, Recipe.Monitor monitor) {
        return recipe(epochs, new SgdConfig(0.02, 0.9, 0.0005, 2, false), new Constant(),
                new Recipe.Checkpoints(everyEpochs, 0, 99), monitor);
    }

    static Recipe recipe(int epochs, SgdConfig optimizer, Schedule schedule, Recipe.Checkpoints checkpoints,
            Recipe.Monitor monitor) {
        return new Recipe("tiny", 11, TinyNetworks.of(CLASSES.size()),
                new Recipe.Pictures(SIDE, false, 1, false, 0, Mean.CHANNEL, Values.STANDARDIZED),
                new Recipe.Data("", 0.2, List.of(), 0, 0, 0), 8, null, Recipe.Parallel.DATA,
                epochs, Precision.FLOAT32,
                optimizer, schedule, checkpoints, monitor, null);
    }

    /// The same recipe in micro-batches.
    ///
    /// @param pictures of a micro-batch; 0 for whole batches
    static Recipe inMicroBatches(Recipe recipe, int pictures) {
        return pictures == 0
                ? recipe
                : RecipeReader.read("tiny", RecipeReader.write(recipe),
                        Map.of("micro_batch", String.valueOf(pictures)));
    }

    /// Takes over a checkpoint of this run.
    void restore(Checkpoint checkpoint) throws IOException {
        try (WeightFile weights = checkpoint.openModel(); WeightFile momentum = checkpoint.openMomentum()) {
            for (var parameter : network.parameters()) {
                backend.assign(parameter.value(), weights.read(parameter.name()));
            }
            optimizer.restore(momentum);
        }
        state = checkpoint.state();
    }

    Outcome run() throws IOException, InterruptedException {
        boolean towers = recipe.parallel() == Recipe.Parallel.TOWERS && group.rank().world() > 1;
        Network trained = towers ? network.keepTower(group) : network;
        tower = trained;
        SgdOptimizer updates = towers ? optimizer.of(trained) : optimizer;
        TrainingSampler plan = new TrainingSampler(
                new TrainingSampler.Pictures(TRAINING, SIDE, SIDE, EpochShuffle.WHOLE), recipe.batch(),
                recipe.picturesAtOnce(), Augmentation.NONE,
                recipe.seed(), towers ? Rank.SOLO : group.rank(), state.epoch(), state.batchInEpoch());
        Optional<Validation> validation = validated
                ? Optional
                        .of(SharedValidation.on(set(VALIDATION, 1000), PREPROCESSING, recipe.batch(), 1, group))
                : Optional.empty();
        ImageDataset training = set(TRAINING, 0);
        ImageDataset vanishing = ListSet.map(training, sample -> sample.with(() -> {
            if (gone.getAsBoolean()) {
                throw new UnreadableImageException("no such file");
            }
            return sample.source().content();
        }));
        try (DataLoader loader = new DataLoader(vanishing, PREPROCESSING, plan, recipe.batch(), 2, 2)) {
            return Trainer
                    .run(new Parts(trained, 0, updates, recipe, state, loader, BATCHES, validation, Optional.empty(),
                            store(), Map.of(),
                            List.of(),
                            folder, progress, group, step -> stop.test(step)));
        }
    }

    CheckpointStore store() {
        return new CheckpointStore(folder.resolve("checkpoints"), recipe.checkpoints().keep());
    }

    /// Every parameter's values, in order.
    List<float[]> parameters() {
        return (tower == null ? network : tower).parameters().stream()
                .map(parameter -> backend.download(parameter.value())).toList();
    }

    /// What this rank trains, once it runs.
    Network tower() {
        return Objects.requireNonNull(tower);
    }

    private static ImageDataset set(int size, int seed) {
        List<Integer> labels = IntStream.range(0, size).mapToObj(i -> i % CLASSES.size()).toList();
        return ListSet.of(CLASSES, labels, i -> picture(i % CLASSES.size(), seed + i));
    }

    /// Stripes of two pixels, more or less bright by the picture's number.
    static Image picture(int label, int number) {
        byte[] samples = new byte[SIDE * SIDE];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int stripe = switch (label) {
                    case 0 -> y / 2;
                    case 1 -> x / 2;
                    default -> x / 2 + y / 2;
                };
                int dark = number * 37 % 60;
                samples[y * SIDE + x] = (byte) (stripe % 2 == 0 ? dark : 255 - dark);
            }
        }
        return new Image(SIDE, SIDE, 1, samples);
    }
}
