package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import net.alexnet.data.Dataset;
import net.alexnet.data.DatasetException;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.ListSet;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.PixelStatistics;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.ResizeAndCenterCrop;
import net.alexnet.data.image.TestImages;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.inference.Model;
import net.alexnet.inference.Predictor;
import net.alexnet.inference.Views;
import net.alexnet.io.CacheFolder;
import net.alexnet.tensor.reference.ReferenceBackend;
import net.alexnet.train.Trainer.Outcome;
import net.alexnet.train.config.Recipe;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Whole runs from pictures to checkpoints, on the reference backend.
@Timeout(60)
class TrainingRunTest {
    private static final List<String> CLASSES = List.of("cat", "dog");
    private static final Recipe RECIPE = TinyRecipe.named("tiny", 2);
    private static final int TRAINING = 10;
    private static final TestImages.Codec CODEC = new TestImages.Codec();

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();
    private final RecordingProgress progress = new RecordingProgress();

    @TempDir
    private Path runs;
    private RunFolder folder = new RunFolder(Path.of(""));

    @BeforeEach
    void create() throws IOException {
        folder = RunFolder.create(runs, RECIPE);
    }

    @Test
    void makesAModelThatNeedsNothingElse() throws Exception {
        Outcome outcome = start(dataset(0), resources(step -> false));
        assertThat(outcome.finished()).isTrue();
        assertThat(outcome.state().step()).isEqualTo(6);
        assertThat(outcome.report().orElseThrow().images()).isEqualTo(4);
        assertThat(progress.prepared).containsExactly("reading training pictures 10", "reading validation pictures 4");
        assertThat(progress.started).hasSize(1);
        Model model = Model.read(newest().modelFile()).on(backend);
        assertThat(model.card().network()).isEqualTo(RECIPE.network());
        assertThat(model.card().classes()).isEqualTo(CLASSES);
        assertThat(model.card().origin()).isEqualTo("trained as tiny");
        List<Image> images = List.of(TestImages.pattern(10, 10, 1, 0));
        assertThat(new Predictor(model, Views.CENTER, CODEC).probabilities(images).getFirst())
                .hasSize(CLASSES.size());
        assertThat(RunFolder.open(runs.resolve("latest"))).isEqualTo(folder);
    }

    @Test
    void takesTheMeanAndTheScaleFromTheTrainingPicturesAlone() throws Exception {
        start(dataset(0), resources(step -> false));
        PixelStatistics.Accumulator sums = new PixelStatistics.Accumulator(10, 1);
        for (int i = 0; i < TRAINING; i++) {
            sums.add(ResizeAndCenterCrop.middle(training(0).source(i).image(new byte[0]), 10, CODEC));
        }
        PixelStatistics statistics = sums.statistics();
        Preprocessing preprocessing = Model.read(newest().modelFile()).on(backend).card().preprocessing();
        assertThat(preprocessing.mean()).isEqualTo(statistics.mean());
        assertThat(preprocessing.scale().getFirst()).isCloseTo(1 / statistics.std().getFirst(), within(1e-12));
        assertThat(preprocessing.resize()).isEqualTo(10);
        assertThat(preprocessing.crop()).isEqualTo(8);
    }

    @Test
    void resumesBitForBit() throws Exception {
        Outcome whole = start(dataset(0), resources(step -> false));
        byte[] expected = Files.readAllBytes(newest().modelFile());
        for (int stop : List.of(2, 3, 5)) { // in an epoch, at the end of one, in the next
            folder = RunFolder.create(runs, RECIPE);
            start(dataset(0), resources(step -> step >= stop));
            assertThat(newest().state().step()).isEqualTo(stop);
            Outcome outcome = resume(dataset(0), resources(step -> false));
            assertThat(outcome.state()).isEqualTo(whole.state());
            assertThat(Files.readAllBytes(newest().modelFile())).isEqualTo(expected);
        }
    }

    @Test
    void refusesToResumeWithOtherPictures() throws Exception {
        start(dataset(0), resources(step -> step >= 2));
        assertThatThrownBy(() -> resume(dataset(50), resources(step -> false)))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("toys", folder.path().toString(), "preprocessing", "start a new run");
    }

    @Test
    void refusesToResumeWithOtherLabels() throws Exception {
        start(dataset(0), resources(step -> step >= 2));
        ImageDataset swapped = ListSet.of(CLASSES, labels(TRAINING + 1).subList(1, TRAINING + 1),
                i -> training(0).source(i).image(new byte[0]));
        assertThatThrownBy(() -> resume(dataset(swapped), resources(step -> false)))
                .isInstanceOf(IOException.class).hasMessageContainingAll("toys", "pictures_sha256");
    }

    @Test
    void picturesThatCannotBeReadAreLeftOutListedAndWarnedOf() throws Exception {
        ImageDataset broken = ListSet.of(CLASSES, labels(TRAINING), i -> {
            if (i == 3 || i == 4) {
                throw new UnreadableImageException("cut in half");
            }
            return training(0).source(i).image(new byte[0]);
        });
        Outcome outcome = start(dataset(broken), resources(step -> false));
        assertThat(outcome.state().step()).isEqualTo(4); // 8 pictures in batches of 4, twice
        assertThat(progress.warnings).singleElement().asString().contains("2 of 14 pictures",
                folder.path().resolve("rejected.tsv").toString(), "picture-3", "cut in half");
        assertThat(folder.path().resolve("rejected.tsv"))
                .hasContent("file\treason\npicture-3\tcut in half\npicture-4\tcut in half\n");
    }

    @Test
    void aRunWithoutASinglePictureDoesNotBecomeTheLatest() {
        ImageDataset broken = ListSet.of(CLASSES, labels(TRAINING), i -> {
            throw new UnreadableImageException("a text");
        });
        assertThatThrownBy(() -> start(dataset(broken), resources(step -> false)))
                .isInstanceOf(DatasetException.class).hasMessageContaining("picture-0: a text");
        assertThat(runs.resolve("latest")).doesNotExist();
    }

    /// A picture set of one colour has no deviation to divide by.
    @Test
    void picturesOfOneColorAreNotDividedByZero() throws Exception {
        ImageDataset gray = ListSet.of(CLASSES, labels(TRAINING),
                i -> CODEC.decode(TestImages.Codec.file(10, 10, 99), 1));
        Outcome outcome = start(dataset(gray), resources(step -> false));
        assertThat(outcome.finished()).isTrue();
        assertThat(Model.read(newest().modelFile()).on(backend).card().preprocessing().scale()).containsExactly(1.0);
    }

    private static TrainingPictures pictures(Dataset dataset, TrainingRun.Resources resources)
            throws IOException, InterruptedException {
        return TrainingPictures.inMemory(dataset, 10, 1, resources.codec(), resources.workers(), resources.progress());
    }

    private Outcome start(Dataset dataset, TrainingRun.Resources resources) throws IOException, InterruptedException {
        return TrainingRun.start(folder, RECIPE, pictures(dataset, resources), resources);
    }

    private Outcome resume(Dataset dataset, TrainingRun.Resources resources) throws IOException, InterruptedException {
        TrainingPictures pictures = pictures(dataset, resources);
        return TrainingRun.resume(folder, RECIPE, newest(), pictures, resources);
    }

    private TrainingRun.Resources resources(LongPredicate stop) {
        return new TrainingRun.Resources(backend, CODEC, 2, new CacheFolder(runs.resolve("cache")), progress, stop);
    }

    private Checkpoint newest() throws IOException {
        return folder.checkpoints(9).load(folder.checkpoints(9).latest().orElseThrow());
    }

    private static Dataset dataset(int first) {
        return dataset(training(first));
    }

    private static Dataset dataset(ImageDataset training) {
        ImageDataset validation = ListSet.of(CLASSES, labels(4), i -> TestImages.pattern(11, 10, 1, 100 + i));
        return new Dataset("toys", CLASSES, training, validation, "made by a test");
    }

    private static ImageDataset training(int first) {
        return ListSet.of(CLASSES, labels(TRAINING), i -> TestImages.pattern(20 + i, 20, 1, first + 3 * i));
    }

    private static List<Integer> labels(int count) {
        return IntStream.range(0, count).map(i -> i % 2).boxed().toList();
    }
}
