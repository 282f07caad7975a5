package net.alexnet.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import net.alexnet.checkpoint.Checkpoint;
import net.alexnet.checkpoint.CheckpointStore;
import net.alexnet.checkpoint.TrainingState;
import net.alexnet.dataset.ListSet;
import net.alexnet.eval.Evaluator;
import net.alexnet.image.Picture;
import net.alexnet.image.Preprocessing;
import net.alexnet.image.UnreadablePictureException;
import net.alexnet.input.Augmentation;
import net.alexnet.input.EpochOrder;
import net.alexnet.input.Feed;
import net.alexnet.input.Rank;
import net.alexnet.input.TrainingPlan;
import net.alexnet.net.AlexNet;
import net.alexnet.net.Network;
import net.alexnet.net.TinyNetworks;
import net.alexnet.optim.Constant;
import net.alexnet.optim.MomentumSgd;
import net.alexnet.optim.Schedule;
import net.alexnet.recipe.Recipe;
import net.alexnet.recipe.Recipe.Mean;
import net.alexnet.recipe.Recipe.Values;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Precision;
import net.alexnet.train.Trainer.Outcome;
import net.alexnet.train.Trainer.Parts;
import net.alexnet.weights.SafetensorsFile;

/// A run of milliseconds a step: three classes of stripes, 22 pictures to learn from in batches of 8, 8 and 6, and 9 to
/// judge by.
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
    final Velocities velocities;
    TrainingState state;
    LongPredicate stop = step -> false;
    BooleanSupplier gone = () -> false;

    TinyRun(Path folder, Recipe recipe, Backend backend, RecordingProgress progress) {
        this.folder = folder;
        this.recipe = recipe;
        this.backend = backend;
        this.progress = progress;
        AlexNet table = recipe.network();
        this.network = Network.initialize(table.architecture(), table.initialization(), recipe.seed(), backend);
        this.velocities = new Velocities(network, recipe.optimizer());
        this.state = TrainingState.start(recipe.seed());
    }

    static Recipe recipe(int epochs) {
        return recipe(epochs, new MomentumSgd(0.02, 0.9, 0.0005, 2, false), new Constant(),
                new Recipe.Checkpoints(1, 0, 99),
                new Recipe.Watch(2, 1, 1000));
    }

    static Recipe recipe(int epochs, MomentumSgd optimizer, Schedule schedule, Recipe.Checkpoints checkpoints,
            Recipe.Watch watch) {
        return new Recipe("tiny", 11, TinyNetworks.of(CLASSES.size()),
                new Recipe.Pictures(SIDE, false, false, 0, Mean.CHANNEL, Values.STANDARDIZED),
                new Recipe.Data("", 0.2, List.of(), 0), 8,
                epochs, Precision.FLOAT32,
                optimizer, schedule, checkpoints, watch);
    }

    /// Takes over a checkpoint of this run.
    void restore(Checkpoint checkpoint) throws IOException {
        try (SafetensorsFile weights = checkpoint.openModel(); SafetensorsFile momentum = checkpoint.openMomentum()) {
            for (var parameter : network.parameters()) {
                backend.assign(parameter.value(), weights.read(parameter.name()));
            }
            velocities.restore(momentum);
        }
        state = checkpoint.state();
    }

    Outcome run() throws IOException, InterruptedException {
        TrainingPlan plan = new TrainingPlan(
                new TrainingPlan.Pictures(TRAINING, SIDE, SIDE, EpochOrder.WHOLE), recipe.batch(), Augmentation.NONE,
                recipe.seed(), Rank.SOLO, state.epoch(), state.batchInEpoch());
        Evaluator evaluator = new Evaluator(set(VALIDATION, 1000), PREPROCESSING, recipe.batch(), 1);
        ListSet training = set(TRAINING, 0);
        ListSet vanishing = new ListSet(CLASSES, training.labels(), i -> {
            if (gone.getAsBoolean()) {
                throw new UnreadablePictureException("no such file");
            }
            return training.picture(i);
        });
        try (Feed feed = new Feed(vanishing, PREPROCESSING, plan, recipe.batch(), 2, 2)) {
            return Trainer
                    .run(new Parts(network, 0, velocities, recipe, state, feed, BATCHES, evaluator, store(), Map.of(),
                            List.of(),
                            folder, progress, step -> stop.test(step)));
        }
    }

    CheckpointStore store() {
        return new CheckpointStore(folder.resolve("checkpoints"), recipe.checkpoints().keep());
    }

    /// Every parameter's values, in order.
    List<float[]> parameters() {
        return network.parameters().stream().map(parameter -> backend.download(parameter.value())).toList();
    }

    private static ListSet set(int size, int seed) {
        List<Integer> labels = IntStream.range(0, size).mapToObj(i -> i % CLASSES.size()).toList();
        return new ListSet(CLASSES, labels, i -> picture(i % CLASSES.size(), seed + i));
    }

    /// Stripes of two pixels, more or less bright by the picture's number.
    static Picture picture(int label, int number) {
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
        return new Picture(SIDE, SIDE, 1, samples);
    }
}
