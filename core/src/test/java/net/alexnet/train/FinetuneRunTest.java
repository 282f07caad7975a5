package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.alexnet.data.Dataset;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.ListSet;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.TestImages;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.CacheFolder;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Initialization;
import net.alexnet.nn.Network;
import net.alexnet.nn.TinyNetworks;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.reference.ReferenceBackend;
import net.alexnet.train.Trainer.Outcome;
import net.alexnet.train.config.FineTuneConfig;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.Recipe.Mean;
import net.alexnet.train.config.Recipe.Values;
import net.alexnet.train.config.Schedule;
import net.alexnet.train.config.Schedule.Plateau;
import net.alexnet.train.config.SgdConfig;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Fine-tuning from pictures to checkpoints, on the reference backend.
@Timeout(60)
class FinetuneRunTest {
    private static final List<String> CLASSES = List.of("cat", "dog");
    private static final TestImages.Codec CODEC = new TestImages.Codec();
    private static final int SIDE = 10;
    private static final Preprocessing BASE_PREPROCESSING = new Preprocessing(1, SIDE, TinyNetworks.INPUT,
            List.of(99.5), 0.0125);

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();
    private final RecordingProgress progress = new RecordingProgress();

    @TempDir
    private Path root;
    private AlexNet table = table(Variant.SMALL, 5);
    private RunFolder folder = new RunFolder(Path.of(""));

    /// Narrow, with dropout, which a cut must respect.
    private static AlexNet table(Variant table, int classes) {
        return AlexNet.of(table).withSize(TinyNetworks.INPUT, 1, 0.001).withClasses(classes);
    }

    @BeforeEach
    void makeABase() throws IOException {
        base(3);
    }

    private void base(long seed) throws IOException {
        ModelCard card = new ModelCard(table, List.of("a", "b", "c", "d", "e"), BASE_PREPROCESSING, "made by a test");
        Network network = Network.initialize(table.architecture(), Initialization.HE, seed, backend);
        Safetensors.write(root.resolve("base.safetensors"), Model.metadata(card), network.entries());
    }

    @Test
    void frozenLayersStayAndOthersMoveAndTheHeadIsNew() throws Exception {
        start(recipe("conv5"), 0, step -> false);
        try (WeightFile base = SafetensorsFile.open(root.resolve("base.safetensors"));
                WeightFile tuned = newest().openModel();
                WeightFile momentum = newest().openMomentum()) {
            for (String name : base.names()) {
                if (name.startsWith("conv")) {
                    assertThat(tuned.read(name)).as(name).isEqualTo(base.read(name));
                } else if (!name.startsWith("fc8")) {
                    assertThat(tuned.read(name)).as(name).isNotEqualTo(base.read(name));
                }
            }
            assertThat(tuned.shape("fc8.weight").dim(0)).isEqualTo(2);
            assertThat(momentum.names()).allMatch(name -> name.startsWith("fc")).hasSize(6);
        }
        ModelCard card = Model.read(newest().modelFile()).on(backend).card();
        assertThat(card.preprocessing()).isEqualTo(BASE_PREPROCESSING);
        assertThat(card.classes()).isEqualTo(CLASSES);
        assertThat(card.origin()).contains("fine-tuned", "base.safetensors", "ABC");
    }

    @Test
    void microBatchesPassThroughTheFrozenLayersToo() throws Exception {
        start(recipe("conv5"), 0, step -> step >= 2);
        List<float[]> whole = parameters();
        start(TinyRun.inMicroBatches(recipe("conv5"), 3), 0, step -> step >= 2);
        List<float[]> cut = parameters();
        for (int i = 0; i < whole.size(); i++) {
            assertThat(cut.get(i)).containsExactly(whole.get(i), org.assertj.core.api.Assertions.within(1e-6f));
        }
        assertThat(cut.getLast()).isNotEqualTo(whole.getLast()); // the sums were rounded otherwise
    }

    /// One step without momentum and decay, of biases and weights alike: what a layer moves is its rate times its gradient,
    /// and the gradient is the same in both runs.
    @Test
    void atATenthOfTheRateALayerMovesATenth() throws Exception {
        start(recipe(1, f -> rates(f, Map.of()), "none", false), 0, step -> step >= 1);
        List<float[]> whole = parameters();
        start(recipe(1, f -> rates(f, Map.of("conv*", 0.1)), "none", false), 0, step -> step >= 1);
        List<float[]> tenth = parameters();
        start(recipe(1, f -> rates(f, Map.of("*", 1e-30)), "none", false), 0, step -> step >= 1);
        List<float[]> before = parameters();
        double moved = 0;
        for (int i = 0; i < whole.size(); i++) {
            double factor = i < 10 ? 0.1 : 1; // five convolutions
            for (int k = 0; k < whole.get(i).length; k++) {
                double full = whole.get(i)[k] - before.get(i)[k];
                assertThat((double) tenth.get(i)[k] - before.get(i)[k])
                        .isCloseTo(factor * full, org.assertj.core.api.Assertions.within(1e-6));
                moved = Math.max(moved, i < 10 ? Math.abs(full) : 0);
            }
        }
        assertThat(moved).isGreaterThan(1e-4);
    }

    @Test
    void featuresAreFoundAgainButNotForOtherPicturesOrLayers() throws Exception {
        start(linear(), 0, step -> false);
        assertThat(progress.features).containsExactly(false, false);
        start(linear(), 0, step -> false);
        assertThat(progress.features.subList(2, 4)).containsExactly(true, true);
        start(linear(), 1, step -> false); // the training pictures are others
        assertThat(progress.features.subList(4, 6)).containsExactly(false, true);
        base(4);
        start(linear(), 0, step -> false);
        assertThat(progress.features.subList(6, 8)).containsExactly(false, false);
    }

    /// Half of the way from the start to where the run would have ended.
    @Test
    void theResultIsTheMeanOfTheStartAndTheEnd() throws Exception {
        start(recipe(2, f -> LINEAR, "none", true), 0, step -> false);
        List<float[]> end = parameters();
        start(recipe(2, f -> averaged(), "none", true), 0, step -> false);
        List<float[]> mean = parameters();
        double moved = 0;
        try (WeightFile start = SafetensorsFile.open(folder.linear())) {
            List<String> names = List.copyOf(start.names());
            for (int i = 0; i < mean.size(); i++) {
                float[] first = start.read(names.get(i));
                for (int k = 0; k < first.length; k++) {
                    assertThat(mean.get(i)[k]).isEqualTo((float) (0.5 * first[k] + 0.5 * end.get(i)[k]));
                    moved = Math.max(moved, Math.abs(first[k] - end.get(i)[k]));
                }
            }
        }
        assertThat(moved).isGreaterThan(1e-4);
    }

    @Test
    void aResumedRunNeedsTheModelThatItStartedFrom() throws Exception {
        Recipe recipe = recipe(2, f -> averaged(), "none", true);
        start(recipe, 0, step -> step >= 2);
        TrainingRun.Resources resources = resources(step -> false);
        Files.move(folder.linear(), root.resolve("away"));
        assertThatThrownBy(() -> TrainingRun.resume(folder, recipe, newest(), pictures(0, resources), resources))
                .isInstanceOf(IOException.class).hasMessageContaining("linear.safetensors");
        Files.move(root.resolve("away"), folder.linear());
        assertThat(TrainingRun.resume(folder, recipe, newest(), pictures(0, resources), resources).finished()).isTrue();
    }

    /// A run that is stopped while its result is validated has saved where the last step left it.
    @Test
    void aRunThatIsStoppedBeforeItsResultIsValidatedResumesBitForBit() throws Exception {
        Recipe recipe = recipe(2, f -> averaged(), "none", true);
        start(recipe, 0, step -> false);
        byte[] expected = Files.readAllBytes(newest().modelFile());
        long last = newest().state().step();
        AtomicInteger asked = new AtomicInteger();
        start(recipe, 0, step -> step == last && asked.getAndIncrement() > 0);
        assertThat(newest().state().batchInEpoch()).as("the epoch is open").isPositive();
        TrainingRun.Resources resources = resources(step -> false);
        assertThat(TrainingRun.resume(folder, recipe, newest(), pictures(0, resources), resources).finished()).isTrue();
        assertThat(Files.readAllBytes(newest().modelFile())).isEqualTo(expected);
    }

    @Test
    void damagedFeaturesAreComputedAnew() throws Exception {
        start(linear(), 0, step -> false);
        byte[] expected = Files.readAllBytes(newest().modelFile());
        for (boolean cut : List.of(true, false)) {
            for (Path file : featureFiles()) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length - 5] ^= 1;
                Files.write(file, cut ? Arrays.copyOf(bytes, bytes.length - 3) : bytes);
            }
            progress.warnings.clear();
            start(linear(), 0, step -> false);
            assertThat(progress.warnings).filteredOn(text -> text.contains("damaged"))
                    .hasSize(2);
            assertThat(Files.readAllBytes(newest().modelFile())).isEqualTo(expected);
        }
        assertThat(featureFiles()).hasSize(2);
    }

    @Test
    void resumesBitForBit() throws Exception {
        for (Recipe recipe : List.of(recipe(6, f -> f, "conv5", true), recipe(6, f -> averaged(), "none", true))) {
            Outcome whole = start(recipe, 0, step -> false);
            byte[] expected = Files.readAllBytes(newest().modelFile());
            for (int stop : List.of(4, 9)) { // in an epoch, and after three of six
                start(recipe, 0, step -> step >= stop);
                assertThat(newest().state().step()).isEqualTo(stop);
                TrainingRun.Resources resources = resources(step -> false);
                Outcome outcome = TrainingRun.resume(folder, recipe, newest(), pictures(0, resources), resources);
                assertThat(outcome.state()).isEqualTo(whole.state());
                assertThat(Files.readAllBytes(newest().modelFile())).isEqualTo(expected);
            }
        }
    }

    @Test
    void stopsEarlyAndKeepsTheBest() throws Exception {
        Recipe patient = recipe(50, f -> f, "fc7", false);
        Outcome outcome = start(patient, 0, step -> false);
        assertThat(outcome.finished()).isTrue();
        int best = 0;
        List<Double> errors = errors();
        for (int i = 0; i < errors.size(); i++) {
            best = errors.get(i) < errors.get(best) ? i : best;
        }
        assertThat(errors).hasSizeLessThan(50).hasSize(best + 1 + 4);
        Path kept = folder.checkpoints(1).best().orElseThrow();
        assertThat(folder.checkpoints(1).load(kept).state().epoch()).isEqualTo(best + 1);
    }

    @Test
    void foldsShareTheirFeaturesAndValidateOnEveryImageOnce() throws Exception {
        long validated = 0;
        for (int fold = 1; fold <= 3; fold++) {
            Outcome outcome = start(linear().withFold(fold, 3), 0, step -> false);
            validated += outcome.report().orElseThrow().images();
        }
        assertThat(validated).isEqualTo(14);
        assertThat(progress.features).containsExactly(false, true, true);
    }

    @Test
    void aRunLeavesNothingOnTheBackend() throws Exception {
        long before = backend.liveTensors();
        Recipe recipe = recipe("conv5");
        start(recipe, 0, step -> step >= 2);
        assertThat(backend.liveTensors()).isEqualTo(before);
        TrainingRun.Resources resources = resources(step -> false);
        TrainingRun.resume(folder, recipe, newest(), pictures(0, resources), resources);
        assertThat(backend.liveTensors()).isEqualTo(before);
    }

    /// The names, labels and preprocessing stay as they were: the base's.
    @Test
    void aResumedRunRefusesOtherPixels() throws Exception {
        Recipe recipe = recipe("conv5");
        start(recipe, 0, step -> step >= 2);
        TrainingRun.Resources resources = resources(step -> false);
        assertThatThrownBy(() -> TrainingRun.resume(folder, recipe, newest(), pictures(1, resources), resources))
                .isInstanceOf(IOException.class).hasMessageContainingAll("has changed", "pixels_sha256");
        assertThat(TrainingRun.resume(folder, recipe, newest(), pictures(0, resources), resources).finished()).isTrue();
    }

    @Test
    void aStopWhileFeaturesAreComputedLeavesNothingToResume() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        assertThatThrownBy(() -> start(linear(), 0, step -> asked.getAndIncrement() > 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("10 of 10 rows of features");
        assertThat(root.resolve("latest")).doesNotExist();
        assertThat(featureFiles()).isEmpty();
        start(linear(), 0, step -> false);
        assertThat(root.resolve("latest").toRealPath()).isEqualTo(folder.path().toRealPath());
        Path last = folder.path();
        start(linear().withFold(1, 3), 0, step -> false);
        assertThat(root.resolve("latest").toRealPath()).as("a fold is part of a whole").isEqualTo(last.toRealPath());
    }

    // --- what the tests are made of ----------------------------------------------------------------------------------

    private static final FineTuneConfig LINEAR = new FineTuneConfig("base.safetensors", "ABC", "none", Map.of(), true,
            0);

    private static FineTuneConfig averaged() {
        return new FineTuneConfig("base.safetensors", "ABC", "none", Map.of(), true, 0.5);
    }

    private static FineTuneConfig rates(FineTuneConfig finetune, Map<String, Double> rates) {
        return new FineTuneConfig(finetune.model(), finetune.sha256(), finetune.freeze(), rates, finetune.linear(),
                finetune.average());
    }

    private Recipe linear() {
        return recipe(2, f -> LINEAR, "none", true);
    }

    private Recipe recipe(String freeze) {
        return recipe(2, f -> f, freeze, true);
    }

    private Recipe recipe(int epochs, UnaryOperator<FineTuneConfig> change, String freeze, boolean mirror) {
        FineTuneConfig finetune = new FineTuneConfig("base.safetensors", "ABC", freeze, Map.of("fc8", 10.0), false, 0);
        FineTuneConfig start = change.apply(finetune);
        int resize = table.input() + 2;
        return new Recipe("tuned", 4, table.withClasses(2),
                new Recipe.Pictures(resize, false, 1, mirror, 0, Mean.CHANNEL, Values.STANDARDIZED),
                new Recipe.Data("nowhere", 0.25, List.of(), 0, 0, 0), 4, null, Recipe.Parallel.DATA, epochs,
                Precision.FLOAT32,
                new SgdConfig(0.002, 0.9, 0.0005, 2, false),
                start.linear() ? new Schedule.Constant() : new Plateau(4, 0.1, 0, 0),
                new Recipe.Checkpoints(1, 0, 99), new Recipe.Monitor(1, 1, 1000, 0), start);
    }

    private Outcome start(Recipe recipe, int first, LongPredicate stop) throws Exception {
        folder = RunFolder.create(root, recipe);
        TrainingRun.Resources resources = resources(stop);
        return TrainingRun.finetune(folder, recipe, Model.read(root.resolve("base.safetensors")),
                pictures(first, resources),
                resources);
    }

    private TrainingPictures pictures(int first, TrainingRun.Resources resources) throws Exception {
        return TrainingPictures.inMemory(dataset(first), SIDE, 1, resources.codec(), resources.workers(), progress);
    }

    private static Dataset dataset(int first) {
        ImageDataset training = ListSet.of(CLASSES, labels(10), i -> TestImages.pattern(20 + i, 20, 1, first + 3 * i));
        ImageDataset validation = ListSet.of(CLASSES, labels(4), i -> TestImages.pattern(11, 10, 1, 100 + i));
        return new Dataset("toys", CLASSES, training, validation, "made by a test");
    }

    private static List<Integer> labels(int count) {
        return IntStream.range(0, count).map(i -> i % 2).boxed().toList();
    }

    private TrainingRun.Resources resources(LongPredicate stop) {
        return new TrainingRun.Resources(backend, CODEC, 2, new CacheFolder(root), progress, stop);
    }

    private Checkpoint newest() throws IOException {
        return folder.checkpoints(99).load(folder.checkpoints(99).latest().orElseThrow());
    }

    private List<float[]> parameters() throws IOException {
        List<float[]> values = new ArrayList<>();
        try (WeightFile file = newest().openModel()) {
            for (String name : file.names()) {
                values.add(file.values(name).toArray(NamedTensor.FLOAT));
            }
        }
        return values;
    }

    /// The validation error of every epoch of the last run.
    private List<Double> errors() throws IOException {
        List<Double> errors = new ArrayList<>();
        try (Stream<String> lines = Files.lines(folder.path().resolve("log.jsonl"))) {
            lines.filter(line -> line.contains("\"top1_error\"")).forEach(line -> errors.add(Double.valueOf(
                    line.replaceAll(".*\"top1_error\":([0-9.E-]+).*", "$1"))));
        }
        return errors;
    }

    private List<Path> featureFiles() throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve("features"))) {
            return files.filter(file -> file.endsWith("features.npy")).sorted().toList();
        }
    }
}
