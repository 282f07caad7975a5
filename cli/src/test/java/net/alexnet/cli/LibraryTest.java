package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import net.alexnet.Classification;
import net.alexnet.Evaluation;
import net.alexnet.FineTuning;
import net.alexnet.ImageClassifier;
import net.alexnet.ImageReadException;
import net.alexnet.Options;
import net.alexnet.RunningTraining;
import net.alexnet.Training;
import net.alexnet.TrainingListener;
import net.alexnet.TrainingResult;
import net.alexnet.train.ModelFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The library's facade with real engines, and against the commands: both give the same bits.
@Timeout(120)
class LibraryTest {
    private static final Options CPU = Options.defaults().device("cpu").threads(1);

    @TempDir
    static Path root;

    private static Path pictures;
    private static Path recipe;
    private static TrainingResult trained;
    private static final Heard HEARD = new Heard();

    /// Keeps what a listener is told.
    private static class Heard implements TrainingListener {
        final List<Step> steps = new ArrayList<>();
        final List<Epoch> epochs = new ArrayList<>();
        final List<Path> saved = new ArrayList<>();
        final List<String> warnings = new ArrayList<>();
        final CountDownLatch begun = new CountDownLatch(1);

        @Override
        public void step(Step step) {
            steps.add(step);
            begun.countDown();
        }

        @Override
        public void epoch(Epoch epoch) {
            epochs.add(epoch);
        }

        @Override
        public void saved(Path checkpoint) {
            saved.add(checkpoint);
        }

        @Override
        public void warning(String text) {
            warnings.add(text);
        }
    }

    @BeforeAll
    static void train() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 20, 1);
        recipe = ToyRecipe.in(root);
        trained = training("runs").listener(HEARD).run();
    }

    private static Training training(String runs) {
        return Training.on(pictures).recipe(recipe.toString()).options(CPU).runsIn(root.resolve(runs));
    }

    private static ImageClassifier classifier() throws IOException {
        return ImageClassifier.load(trained.run(), CPU);
    }

    private static Path picture(String name) {
        return pictures.resolve(name);
    }

    // --- training --------------------------------------------------------------------------------------------------

    @Test
    void trainsAndTellsTheListener() {
        assertThat(trained.finished()).isTrue();
        assertThat(trained.epochs()).isEqualTo(8);
        assertThat(trained.top1Error().orElseThrow()).isLessThanOrEqualTo(0.1);
        assertThat(HEARD.steps).hasSize((int) trained.steps());
        assertThat(HEARD.epochs).hasSize(8).last().satisfies(last -> assertThat(last.top1Error())
                .isEqualTo(trained.top1Error()));
        assertThat(HEARD.saved).last().satisfies(last -> assertThat(last).isDirectory());
        assertThat(HEARD.warnings).isEmpty();
    }

    @Test
    void trainsToTheBitsOfTheCommand() throws Exception {
        Result.done("train", "--data", pictures, "--recipe", recipe, "--runs", root.resolve("typed"), "--threads", 1,
                "--device", "cpu");
        long step = trained.steps();
        assertThat(new RunFiles(trained.run()).weights(step))
                .isEqualTo(RunFiles.latest(root.resolve("typed")).weights(step));
    }

    @Test
    void aStoppedRunIsResumedToTheSameBits() throws Exception {
        Heard heard = new Heard();
        RunningTraining running = training("stopped").listener(heard).start();
        heard.begun.await();
        running.stop();
        TrainingResult stopped = running.await();
        assertThat(running.isDone()).isTrue();
        assertThat(stopped.finished()).isFalse();
        assertThat(stopped.steps()).isBetween(1L, trained.steps() - 1);
        TrainingResult resumed = Training.resume(stopped.run()).options(CPU).run();
        assertThat(resumed.finished()).isTrue();
        assertThat(new RunFiles(resumed.run()).weights(trained.steps()))
                .isEqualTo(new RunFiles(trained.run()).weights(trained.steps()));
        assertThat(Training.resume(stopped.run()).options(CPU).run().finished()).as("nothing is left to do").isTrue();
        assertThatThrownBy(() -> Training.resume(stopped.run()).set("epochs", 9).run())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRunThatIsStoppedBeforeItsPageIsFinishedAndSaysSo() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        Heard heard = new Heard() {
            @Override
            public void saved(Path checkpoint) {
                super.saved(checkpoint);
                stop.set(epochs.size() == trained.epochs());
            }
        };
        TrainingResult result = training("late").listener(heard).run(stop::get);
        assertThat(result.finished()).isTrue();
        assertThat(result.run().resolve("report.html")).doesNotExist();
        assertThat(heard.warnings).last().asString().contains("report.html", "./alexnet report " + result.run());
    }

    @Test
    void aFailureOfARunningTrainingIsThrownToItsCaller() {
        RunningTraining running = Training.on(root.resolve("missing")).options(CPU).runsIn(root.resolve("none"))
                .start();
        assertThatThrownBy(running::await).isInstanceOf(IOException.class).hasMessageContaining("missing");
    }

    @Test
    void fineTunesAndCrossValidates() throws Exception {
        FineTuning tuning = FineTuning.on(pictures).base(trained.run()).options(CPU).freeze("fc7").set("epochs", 2)
                .runsIn(root.resolve("tuned"));
        TrainingResult tuned = tuning.run();
        assertThat(tuned.finished()).isTrue();
        assertThat(tuned.bestTop1Error().orElseThrow()).isLessThan(0.5);
        try (ImageClassifier classifier = tuned.classifier()) {
            assertThat(classifier.labels()).containsExactly("columns", "discs", "rows");
        }
        assertThat(tuning.crossValidate(2, () -> false)).satisfies(cross -> {
            assertThat(cross.folds()).hasSize(2).allMatch(TrainingResult::finished);
            assertThat(cross.baseHasSeen()).isTrue();
            assertThat(cross.top1Error().mean()).isBetween(0.0, 0.5);
            assertThat(cross.top1Error().standardError()).isNotNegative();
            assertThat(cross.bestTop1Error().mean()).isLessThanOrEqualTo(cross.top1Error().mean());
        });
    }

    // --- evaluating ------------------------------------------------------------------------------------------------

    @Test
    void evaluatesToTheFiguresOfTheTrainingAndOfTheCommand() throws Exception {
        Evaluation own = Evaluation.of(trained.run()).options(CPU).run();
        assertThat(own.errors().top1()).isEqualTo(trained.top1Error().orElseThrow());
        assertThat(own.center()).isEmpty();
        Path csv = root.resolve("predictions.csv");
        Evaluation ten = Evaluation.of(trained.run()).on(pictures).options(CPU).views(10).predictionsTo(csv).run();
        JsonNode typed = Result
                .done("evaluate", trained.run(), "--data", pictures, "--views", 10, "--json", "--threads", 1,
                        "--device", "cpu")
                .json();
        assertThat(ten.errors().images()).isEqualTo(60).isEqualTo(typed.get("n").asLong());
        assertThat(ten.errors().loss()).isEqualTo(typed.get("loss").asDouble());
        assertThat(ten.center().orElseThrow().loss()).isEqualTo(typed.get("center").get("loss").asDouble());
        assertThat(ten.models()).hasSize(1);
        assertThat(csv).content().hasLineCount(61);
        assertThatThrownBy(() -> Evaluation.of()).isInstanceOf(IllegalArgumentException.class);
        Path file = new RunFiles(trained.run()).checkpoint(trained.steps()).resolve("model.safetensors");
        assertThatThrownBy(() -> Evaluation.of(file).options(CPU).run()).isInstanceOf(IllegalArgumentException.class);
    }

    // --- loading ---------------------------------------------------------------------------------------------------

    @Test
    void loadsARunACheckpointAndAFile() throws Exception {
        Path checkpoint = new RunFiles(trained.run()).checkpoint(trained.steps());
        List<float[]> answers = new ArrayList<>();
        for (Path model : List.of(trained.run(), root.resolve("runs/latest"), checkpoint,
                checkpoint.resolve("model.safetensors"))) {
            try (ImageClassifier classifier = ImageClassifier.load(model, CPU)) {
                answers.add(classifier.classify(picture("discs/0.png")).probabilities());
            }
        }
        assertThat(answers).allSatisfy(answer -> assertThat(answer).isEqualTo(answers.getFirst()));
        try (ImageClassifier classifier = ImageClassifier.load(trained.run(),
                CPU.checkpoint(ModelFile.Which.BEST))) {
            assertThat(classifier.labels()).hasSize(3);
        }
    }

    @Test
    void whatIsNoModelOrNoDeviceIsRefused() throws Exception {
        assertThatThrownBy(() -> ImageClassifier.load(root.resolve("absent"))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ImageClassifier.load(pictures)).isInstanceOf(IOException.class)
                .hasMessageContaining(pictures.toString());
        Path text = Files.writeString(root.resolve("text.safetensors"), "not a model");
        assertThatThrownBy(() -> ImageClassifier.load(text)).isInstanceOf(IOException.class)
                .hasMessageContaining("text.safetensors");
        assertThatThrownBy(() -> ImageClassifier.load(trained.run(), CPU.device("abacus")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("abacus");
    }

    // --- classifying -----------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "reference"})
    void everyFormOfAPictureHasTheSameAnswer(String device) throws Exception {
        try (ImageClassifier classifier = ImageClassifier.load(trained.run(), CPU.device(device))) {
            Path file = picture("discs/0.png");
            byte[] bytes = Files.readAllBytes(file);
            Classification answer = classifier.classify(file);
            assertThat(answer.best().label()).isEqualTo("discs");
            assertThat(answer.top(5)).hasSize(3);
            assertThat(classifier.classify(bytes).probabilities()).isEqualTo(answer.probabilities());
            assertThat(classifier.classify(new ByteArrayInputStream(bytes)).probabilities())
                    .isEqualTo(answer.probabilities());
            BufferedImage decoded = ImageIO.read(file.toFile());
            assertThat(classifier.classify(decoded).probabilities()).isEqualTo(answer.probabilities());
            for (int type : new int[] {BufferedImage.TYPE_INT_ARGB, BufferedImage.TYPE_4BYTE_ABGR,
                BufferedImage.TYPE_INT_BGR}) {
                BufferedImage same = new BufferedImage(decoded.getWidth(), decoded.getHeight(), type);
                same.createGraphics().drawImage(decoded, 0, 0, null);
                assertThat(classifier.classify(same).probabilities()).as("type %s", type)
                        .isEqualTo(answer.probabilities());
            }
        }
    }

    @Test
    void grayPicturesHaveTheAnswerOfTheirFile() throws Exception {
        Path file = root.resolve("gray.png");
        ToyImages.writeGray(file, "columns");
        try (ImageClassifier classifier = classifier()) {
            assertThat(classifier.classify(ImageIO.read(file.toFile())).probabilities())
                    .isEqualTo(classifier.classify(file).probabilities());
        }
    }

    /// A picture of four times the size, of which the network sees all and not a corner.
    @Test
    void largePicturesAreResized() throws Exception {
        BufferedImage small = ImageIO.read(picture("rows/0.png").toFile());
        BufferedImage large = new BufferedImage(4 * small.getWidth(), 4 * small.getHeight(),
                BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < large.getHeight(); y++) {
            for (int x = 0; x < large.getWidth(); x++) {
                large.setRGB(x, y, small.getRGB(x / 4, y / 4));
            }
        }
        try (ImageClassifier classifier = classifier()) {
            assertThat(classifier.classify(large).best().label()).isEqualTo("rows");
            assertThat(classifier.classify(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB)).top(3)).hasSize(3);
            assertThat(classifier.classify(new BufferedImage(900, 2, BufferedImage.TYPE_INT_RGB)).top(3)).hasSize(3);
        }
    }

    @Test
    void answersAreThoseOfTheCommand() throws Exception {
        List<Path> files = List.of(picture("discs/0.png"), picture("rows/1.jpg"), picture("columns/3.jpg"));
        JsonNode typed = Result.done("classify", trained.run(), files.get(0), files.get(1), files.get(2), "--json",
                "--threads", 1, "--device", "cpu").json();
        try (ImageClassifier classifier = classifier()) {
            List<Classification> answers = classifier.classifyAll(files);
            for (int i = 0; i < files.size(); i++) {
                JsonNode best = typed.get(i).get("predictions").get(0);
                assertThat(best.get("class").asText()).isEqualTo(answers.get(i).best().label());
                assertThat(best.get("probability").floatValue()).isEqualTo(answers.get(i).best().probability());
            }
        }
    }

    @Test
    void classifiesManyFilesAndReportsTheUnreadable() throws Exception {
        Path text = picture("rows/notes.txt");
        ToyImages.writeText(text);
        try (ImageClassifier classifier = ImageClassifier.load(trained.run(), CPU.threads(2))) {
            List<Path> files = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                files.add(picture("discs/" + i % 20 + (i % 2 == 0 ? ".png" : ".jpg")));
            }
            files.add(40, text);
            Map<Path, String> failures = new TreeMap<>();
            List<Path> classified = new ArrayList<>();
            classifier.classifyEach(files, new ImageClassifier.Results() {
                @Override
                public void classified(Path file, Classification classification) {
                    classified.add(file);
                }

                @Override
                public void failed(Path file, IOException failure) {
                    failures.put(file, ((ImageReadException) failure).reason());
                }
            });
            assertThat(failures).containsOnlyKeys(text);
            files.remove(40);
            assertThat(classified).isEqualTo(files);
            assertThat(classifier.classifyAll(files)).hasSize(60);
            assertThatThrownBy(() -> classifier.classifyAll(List.of(text))).isInstanceOf(ImageReadException.class)
                    .hasMessageContaining("notes.txt");
            assertThatThrownBy(() -> classifier.classify(root.resolve("absent.jpg")))
                    .isInstanceOf(ImageReadException.class).hasMessageContainingAll("absent.jpg", "no such file");
            assertThatThrownBy(() -> classifier.classify(new byte[0])).isInstanceOf(ImageReadException.class);
            assertThat(classifier.classifyAll(List.of())).isEmpty();
        } finally {
            Files.delete(text);
        }
    }

    /// Hidden folders hold thumbnails and the like; links are followed.
    @Test
    void aFolderStandsForTheFilesThatTrainingFindsInIt() throws Exception {
        Path album = root.resolve("album");
        for (String name : List.of("b/1.png", "a.png", ".thumbnails/2.png", "b/.hidden/3.png", "b/.4.png",
                "__MACOSX/5.png")) {
            Files.createDirectories(album.resolve(name).getParent());
            Files.copy(picture("discs/0.png"), album.resolve(name));
        }
        Files.createSymbolicLink(album.resolve("c"), picture("rows"));
        try (ImageClassifier classifier = classifier()) {
            List<Path> found = new ArrayList<>();
            classifier.classifyEach(List.of(album), (file, _) -> found.add(album.relativize(file)));
            assertThat(found).startsWith(Path.of("a.png"), Path.of("b/1.png"), Path.of("c/0.png")).hasSize(22);
            Files.createDirectory(root.resolve("nothing"));
            assertThatThrownBy(() -> classifier.classifyAll(List.of(root.resolve("nothing"))))
                    .isInstanceOf(IOException.class).hasMessageContaining("nothing");
        }
    }

    @Test
    void tenViewsAreAveraged() throws Exception {
        Path file = picture("rows/2.png");
        JsonNode typed = Result.done("classify", trained.run(), file, "--views", 10, "--json", "--threads", 1,
                "--device", "cpu").json();
        try (ImageClassifier classifier = ImageClassifier.load(trained.run(), CPU.views(10))) {
            assertThat(classifier.classify(file).best().probability())
                    .isEqualTo(typed.get(0).get("predictions").get(0).get("probability").floatValue());
        }
    }

    @Test
    void featuresAreALayersOutputs() throws Exception {
        try (ImageClassifier classifier = classifier()) {
            Path file = picture("rows/2.png");
            float[] fc7 = classifier.features(file, "fc7");
            assertThat(fc7).hasSize(328).contains(0f);
            assertThat(classifier.features(Files.readAllBytes(file), "fc7")).isEqualTo(fc7);
            assertThat(classifier.features(ImageIO.read(file.toFile()), "fc7")).isEqualTo(fc7);
            assertThat(classifier.features(file, "softmax")).isEqualTo(classifier.classify(file).probabilities());
            assertThatThrownBy(() -> classifier.features(file, "fc9")).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("fc7");
        }
    }

    // --- threads and the end ---------------------------------------------------------------------------------------

    @Test
    void manyThreadsShareOneClassifier() throws Exception {
        try (ImageClassifier classifier = classifier(); ExecutorService pool = Executors.newFixedThreadPool(4)) {
            float[] expected = classifier.classify(picture("discs/4.png")).probabilities();
            List<Callable<float[]>> calls = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                calls.add(() -> classifier.classify(picture("discs/4.png")).probabilities());
            }
            for (Future<float[]> answer : pool.invokeAll(calls)) {
                assertThat(answer.get()).isEqualTo(expected);
            }
        }
    }

    @Test
    void aClosedClassifierRefusesCalls() throws Exception {
        ImageClassifier classifier = classifier();
        classifier.close();
        classifier.close();
        assertThatThrownBy(() -> classifier.classify(picture("discs/4.png"))).isInstanceOf(IllegalStateException.class);
    }
}
