package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import module java.base;
import net.alexnet.data.Dataset;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.ListSet;
import net.alexnet.data.image.TestImages;
import net.alexnet.distributed.Group;
import net.alexnet.distributed.ThreadRanks;
import net.alexnet.io.CacheFolder;
import net.alexnet.io.WeightFile;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Layer.DropoutScaling;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Precision;
import net.alexnet.train.RunListener.Epoch;
import net.alexnet.train.RunListener.LayerHealth;
import net.alexnet.train.RunListener.Step;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.Recipe.Mean;
import net.alexnet.train.config.Recipe.Values;
import net.alexnet.train.config.RecipeReader;
import net.alexnet.train.config.Schedule.Constant;
import net.alexnet.train.config.SgdConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A run whose steps are divided, into micro-batches or over ranks, learns what the run with whole batches on one device
/// learns, with dropout and all augmentation. An epoch has batches of 10, 10 and 3 pictures.
@Timeout(240)
public abstract class DividedStepContract {
    private static final List<String> CLASSES = List.of("cat", "dog", "owl");
    private static final int TRAINING = 23;
    private static final int STEPS = 3;
    private static final TestImages.Codec CODEC = new TestImages.Codec();

    /// How far parameters may differ, relative to how far they moved. Winograd's weight gradients round more.
    private static final double DENSE = 1e-5;

    private static final double CONV = 1e-4;

    /// Steps after which parameters are compared. Where sums are rounded otherwise, a pooling of a later step may find another
    /// maximum, and its effect is no rounding error.
    private final int compared;

    private final Supplier<Backend> engine;
    private final AlexNet network;
    private Backend backend;

    @TempDir
    private Path runs;

    /// @param engine makes a backend of the same kind at every call
    /// @param network that it trains in milliseconds
    /// @param compared the steps after which parameters are compared, 1 to 3
    protected DividedStepContract(Supplier<Backend> engine, AlexNet network, int compared) {
        this.engine = engine;
        this.compared = compared;
        this.network = network.withClasses(CLASSES.size()).withDropout(.5, DropoutScaling.AT_TEST);
    }

    @BeforeEach
    final void open() {
        backend = engine.get();
    }

    @AfterEach
    final void close() {
        backend.close();
    }

    private record Ended(TrainingState state, Map<String, float[]> parameters, RunFolder folder,
            RecordingProgress progress) {
        byte[] model() throws IOException {
            return Files.readAllBytes(last(folder).modelFile());
        }
    }

    private Recipe recipe(Map<String, String> settings) {
        int side = network.input() + 4;
        Recipe recipe = new Recipe("micro", 4, network,
                new Recipe.Pictures(side, true, 1, true, 0.1, Mean.IMAGE, Values.STANDARDIZED),
                new Recipe.Data("nowhere", 0.25, List.of(), 0, 0, 0), 10, null, Recipe.Parallel.DATA, 2,
                Precision.FLOAT32,
                new SgdConfig(0.01, 0.9, 0.0005, 2, false), new Constant(), new Recipe.Checkpoints(1, 0, 9),
                new Recipe.Monitor(1, 1, 1000, 0), null);
        return RecipeReader.read("test", RecipeReader.write(recipe), settings);
    }

    private static Map<String, String> microBatch(int pictures) {
        return Map.of("micro_batch", String.valueOf(pictures));
    }

    private Ended train(Map<String, String> settings, int steps) throws Exception {
        return train(settings, Group.SOLO, backend, steps);
    }

    private Ended train(Map<String, String> settings, Group group, Backend computes, int steps) throws Exception {
        Recipe recipe = recipe(settings);
        RecordingProgress progress = new RecordingProgress();
        RunFolder folder = group.isRankZero() ? RunFolder.create(runs, recipe) : new RunFolder(runs.resolve("never"));
        TrainingRun.Resources resources = resources(progress, group, computes, steps);
        TrainingState state = TrainingRun.start(folder, recipe, pictures(recipe, resources), resources).state();
        return group.isRankZero() ? ended(folder, state, progress) : new Ended(state, Map.of(), folder, progress);
    }

    private Ended resume(Map<String, String> settings, RunFolder folder, int steps) throws Exception {
        return resume(settings, folder, Group.SOLO, backend, steps);
    }

    private Ended resume(Map<String, String> settings, RunFolder folder, Group group, Backend computes, int steps)
            throws Exception {
        Recipe recipe = recipe(settings);
        RecordingProgress progress = new RecordingProgress();
        TrainingRun.Resources resources = resources(progress, group, computes, steps);
        if (!group.isRankZero()) {
            RunFolder never = new RunFolder(runs.resolve("never"));
            return new Ended(TrainingRun.follow(never, recipe, pictures(recipe, resources), resources).state(),
                    Map.of(), never,
                    progress);
        }
        TrainingState state = TrainingRun.resume(folder, recipe, last(folder), pictures(recipe, resources), resources)
                .state();
        return ended(folder, state, progress);
    }

    private Ended onTwo(ThreadRanks.Work<Ended> work) throws Exception {
        return on(2, work);
    }

    /// Several ranks; what the one that leads returned.
    private Ended on(int world, ThreadRanks.Work<Ended> work) throws Exception {
        List<Ended> ranks = new ArrayList<>();
        for (Future<Ended> rank : ThreadRanks.run(world, engine, (group, computes) -> {
            long before = computes.liveTensors();
            Ended ended = work.with(group, computes);
            assertThat(computes.liveTensors()).isEqualTo(before);
            return ended;
        })) {
            ranks.add(rank.get());
        }
        assertThat(ranks).extracting(Ended::state).containsOnly(ranks.getFirst().state());
        assertThat(runs.resolve("never")).doesNotExist();
        return ranks.getFirst();
    }

    private TrainingRun.Resources resources(RecordingProgress progress, Group group, Backend computes, int steps) {
        return new TrainingRun.Resources(computes, CODEC, 1, new CacheFolder(runs.resolve("cache")), progress, group,
                step -> step >= steps);
    }

    private static Ended ended(RunFolder folder, TrainingState state, RecordingProgress progress) throws IOException {
        Checkpoint last = last(folder);
        Map<String, float[]> parameters = new LinkedHashMap<>();
        try (WeightFile weights = last.openModel(); WeightFile momentum = last.openMomentum()) {
            for (String name : momentum.names()) {
                parameters.put(name, weights.read(name));
                parameters.put(name + ".momentum", momentum.read(name));
            }
        }
        return new Ended(state, parameters, folder, progress);
    }

    private static Checkpoint last(RunFolder folder) throws IOException {
        return folder.checkpoints(9).load(folder.checkpoints(9).latest().orElseThrow());
    }

    private TrainingPictures pictures(Recipe recipe, TrainingRun.Resources resources) throws Exception {
        Dataset dataset = new Dataset("toys", CLASSES, set(TRAINING, 0), set(5, 100), "made by a test");
        return TrainingPictures.inMemory(dataset, recipe.pictures().resize(), recipe.network().channels(), CODEC, 1,
                resources.progress());
    }

    private ImageDataset set(int count, int first) {
        int side = network.input() + 4;
        return ListSet.of(CLASSES, IntStream.range(0, count).map(i -> i % CLASSES.size()).boxed().toList(),
                i -> TestImages.noise(side, side, network.channels(), first + i));
    }

    private void assertSame(Ended whole, Ended cut) throws Exception {
        Ended start = train(Map.of(), 0);
        whole.parameters().forEach((name, expected) -> {
            float[] found = Objects.requireNonNull(cut.parameters().get(name));
            float[] before = Objects.requireNonNull(start.parameters().get(name));
            double moved = 0;
            double differs = 0;
            for (int i = 0; i < expected.length; i++) {
                moved += Math.pow((double) expected[i] - before[i], 2);
                differs += Math.pow((double) expected[i] - found[i], 2);
            }
            assertThat(moved).as(name).isPositive();
            assertThat(Math.sqrt(differs / moved)).as(name).isLessThan(name.startsWith("fc") ? DENSE : CONV);
        });
    }

    /// A batch of 10 is cut into 3, 3, 3 and 1, or into 9 and 1.
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 5, 9})
    void microBatchesLearnWhatTheBatchLearns(int pictures) throws Exception {
        Ended whole = train(Map.of(), compared);
        Ended cut = train(microBatch(pictures), compared);
        assertSame(whole, cut);
        assertThat(cut.progress().steps).hasSize(compared);
        for (int i = 0; i < compared; i++) {
            assertThat(cut.progress().steps.get(i).loss()).isCloseTo(whole.progress().steps.get(i).loss(),
                    within(1e-5));
        }
    }

    @Test
    void twoRanksOfTwoMicroBatchesLearnWhatTheBatchLearns() throws Exception {
        assertSame(train(Map.of(), compared),
                onTwo((group, computes) -> train(microBatch(3), group, computes, compared)));
    }

    @Test
    void ranksThatExchangeFactorsLearnWhatTheBatchLearns() throws Exception {
        Map<String, String> factors = Map.of("parallel", "factors");
        assertSame(train(Map.of(), compared), onTwo((group, computes) -> train(factors, group, computes, compared)));
    }

    /// The three classes are divided into one and two.
    @ParameterizedTest
    @ValueSource(ints = {4, 10})
    void twoTowersLearnWhatOneDeviceLearns(int microBatch) throws Exception {
        Map<String, String> towers = Map.of("parallel", "towers", "micro_batch", String.valueOf(microBatch));
        Ended whole = train(Map.of(), compared);
        Ended two = onTwo((group, computes) -> train(towers, group, computes, compared));
        assertSame(whole, two);
        for (int i = 0; i < compared; i++) {
            assertThat(two.progress().steps.get(i).loss()).isCloseTo(whole.progress().steps.get(i).loss(),
                    within(1e-5));
        }
    }

    /// The last batch of an epoch has one picture more than a micro-batch of 2, which is fewer than there are ranks.
    @ParameterizedTest
    @CsvSource({"2, 4", "2, 10", "3, 2", "3, 10"})
    void ranksThatShareUnitsLearnWhatOneDeviceLearns(int world, int microBatch) throws Exception {
        Map<String, String> hybrid = Map.of("parallel", "hybrid", "micro_batch", String.valueOf(microBatch));
        Ended whole = train(Map.of(), compared);
        Ended shared = on(world, (group, computes) -> train(hybrid, group, computes, compared));
        assertSame(whole, shared);
        for (int i = 0; i < compared; i++) {
            assertThat(shared.progress().steps.get(i).loss()).isCloseTo(whole.progress().steps.get(i).loss(),
                    within(1e-5));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"towers", "hybrid"})
    void dividedNetworksResumeBitForBit(String parallel) throws Exception {
        Map<String, String> towers = Map.of("parallel", parallel);
        Ended whole = onTwo((group, computes) -> train(towers, group, computes, 99));
        for (int stop : List.of(2, STEPS)) { // in an epoch, and at its end
            Ended stopped = onTwo((group, computes) -> train(towers, group, computes, stop));
            Ended resumed = onTwo((group, computes) -> resume(towers, stopped.folder(), group, computes, 99));
            assertThat(resumed.state()).isEqualTo(whole.state());
            assertThat(Arrays.equals(resumed.model(), whole.model())).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"towers", "hybrid"})
    void aRunMayGoOnOnAnotherNumberOfDevices(String parallel) throws Exception {
        Map<String, String> towers = Map.of("parallel", parallel);
        RunFolder one = train(towers, 1).folder(); // a single rank has the whole network
        assertSame(train(towers, 2), onTwo((group, computes) -> resume(towers, one, group, computes, 2)));
        RunFolder two = onTwo((group, computes) -> train(towers, group, computes, 2)).folder();
        TrainingState end = resume(towers, two, 99).state();
        assertThat(end.epoch()).isEqualTo(2);
        assertThat(end.step()).isEqualTo(train(Map.of(), 99).state().step());
    }

    /// The rate of LARS follows from the norms of whole gradients, and the warm-up counts steps, not micro-batches.
    @Test
    void warmUpAndLarsAreThoseOfTheBatch() throws Exception {
        Map<String, String> settings = Map.of("optimizer.lars_trust", "0.02", "optimizer.learning_rate", "0.5",
                "schedule", "{type: warmup, epochs: 1, from: 0.1, then: {type: constant}}");
        Map<String, String> cut = new HashMap<>(settings);
        cut.put("micro_batch", "4");
        assertSame(train(settings, compared), train(cut, compared));
        assertThat(train(cut, STEPS).progress().steps).extracting(Step::learningRate).doesNotHaveDuplicates()
                .isEqualTo(train(settings, STEPS).progress().steps.stream().map(Step::learningRate).toList());
    }

    /// An epoch of one step. All that its line has: the loss, the training error, and each layer's weights, updates and dead units.
    @Test
    void whatIsLoggedIsOfTheWholeBatch() throws Exception {
        assertLogged(train(Map.of("batch", "23", "micro_batch", "4"), 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"towers", "hybrid"})
    void whatIsLoggedIsOfAllRanks(String parallel) throws Exception {
        assertLogged(
                onTwo((group, computes) -> train(Map.of("batch", "23", "parallel", parallel), group, computes, 2)));
    }

    private void assertLogged(Ended divided) throws Exception {
        Epoch whole = train(Map.of("batch", "23"), 2).progress().epochs.getFirst();
        Epoch cut = divided.progress().epochs.getFirst();
        assertThat(cut.loss()).isCloseTo(whole.loss(), within(1e-5));
        assertThat(cut.trainingError()).isEqualTo(whole.trainingError());
        assertThat(cut.layers()).hasSameSizeAs(whole.layers());
        for (int i = 0; i < cut.layers().size(); i++) {
            LayerHealth expected = whole.layers().get(i);
            LayerHealth found = cut.layers().get(i);
            assertThat(found.layer()).isEqualTo(expected.layer());
            assertThat(found.update()).isCloseTo(expected.update(), within(1e-4 * expected.update()));
            assertThat(found.weight()).isCloseTo(expected.weight(), within(1e-4 * expected.weight()));
            assertThat(found.dead()).isEqualTo(expected.dead());
        }
    }

    @Test
    void aRunMayEndAtATrainingError() throws Exception {
        Ended whole = train(Map.of(), 99);
        Map<String, String> settings = Map.of("micro_batch", "3", "monitor.stop_at_training_error", "0.99");
        assertThat(whole.state().epoch()).isEqualTo(2);
        assertThat(train(settings, 99).state().epoch()).isEqualTo(1);
    }

    @Test
    void resumesBitForBit() throws Exception {
        Map<String, String> settings = microBatch(4);
        Ended whole = train(settings, 99);
        for (int stop : List.of(2, STEPS)) { // in an epoch, and at its end
            Ended stopped = train(settings, stop);
            assertThat(stopped.state().step()).isEqualTo(stop);
            Ended resumed = resume(settings, stopped.folder(), 99);
            assertThat(resumed.state()).isEqualTo(whole.state());
            assertThat(Arrays.equals(resumed.model(), whole.model())).isTrue();
        }
    }

    @Test
    void aMicroBatchAsLargeAsTheBatchIsTheBatch() throws Exception {
        byte[] whole = train(Map.of(), STEPS).model();
        assertThat(Arrays.equals(train(microBatch(10), STEPS).model(), whole)).isTrue();
    }

    @Test
    void leavesNoTensorBehind() throws Exception {
        long before = backend.liveTensors();
        train(microBatch(4), STEPS);
        assertThat(backend.liveTensors()).isEqualTo(before);
    }
}
