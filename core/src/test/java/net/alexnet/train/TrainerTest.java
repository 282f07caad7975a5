package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.alexnet.data.DatasetException;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFile;
import net.alexnet.nn.Parameter;
import net.alexnet.tensor.reference.ReferenceBackend;
import net.alexnet.train.RunListener.Epoch;
import net.alexnet.train.RunListener.Step;
import net.alexnet.train.Trainer.Outcome;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.RecipeReader;
import net.alexnet.train.config.Schedule.Constant;
import net.alexnet.train.config.Schedule.Plateau;
import net.alexnet.train.config.SgdConfig;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The loop, on the reference backend; [TinyRun] tells what it learns.
@Timeout(60)
class TrainerTest {
    private static final SgdConfig STILL = new SgdConfig(1e-30, 0, 0, 1, false);

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();
    private final RecordingProgress progress = new RecordingProgress();

    @TempDir
    private Path folder;

    // --- learning --------------------------------------------------------------------------------------------------

    @Test
    void learnsItsPictures() throws Exception {
        TinyRun run = run(TinyRun.recipe(12));
        Outcome outcome = run.run();
        assertThat(outcome.finished()).isTrue();
        assertThat(outcome.state().epoch()).isEqualTo(12);
        assertThat(outcome.state().step()).isEqualTo(12 * TinyRun.BATCHES);
        assertThat(outcome.imagesPerSecond()).isPositive();
        assertThat(outcome.report().orElseThrow().images()).isEqualTo(TinyRun.VALIDATION);
        assertThat(outcome.report().orElseThrow().top1()).isZero();
        List<Double> losses = progress.epochs.stream().map(Epoch::loss).toList();
        assertThat(losses.getFirst()).isBetween(0.5, 3.0); // ln 3 is 1.1
        assertThat(losses.getLast()).isLessThan(losses.getFirst() / 5);
        assertThat(progress.warnings).isEmpty();
    }

    @Test
    void leavesNoTensorBehind() throws Exception {
        TinyRun run = run(TinyRun.recipe(1));
        long before = backend.liveTensors();
        run.run();
        assertThat(backend.liveTensors()).isEqualTo(before);
    }

    @Test
    void thePlateauScheduleLowersTheRateAndEndsTheRun() throws Exception {
        Recipe recipe = TinyRun.recipe(50, STILL, new Plateau(2, 0.1, 0, 1), new Recipe.Checkpoints(10, 0, 9),
                new Recipe.Monitor(1, 1, 1000, 0));
        Outcome outcome = run(recipe).run();
        // the first epoch improves on nothing; two do not, then two at a tenth of the rate do not
        assertThat(outcome.finished()).isTrue();
        assertThat(outcome.state().epoch()).isEqualTo(5);
        assertThat(outcome.state().schedule().finished()).isTrue();
        assertThat(progress.epochs).extracting(Epoch::learningRate).usingComparatorForType(
                (a, b) -> Math.abs(a / b - 1) < 1e-9 ? 0 : 1, Double.class)
                .containsExactly(1e-30, 1e-30, 1e-30, 1e-31, 1e-31);
        // the best so far, and the end, though neither is the tenth epoch
        assertThat(progress.saved).extracting(path -> path.getFileName().toString()).containsExactly("step-00000003",
                "step-00000015");
    }

    @Test
    void withoutValidationEveryEpochCountsAndNoErrorIsSaidAnywhere() throws Exception {
        TinyRun run = run(TinyRun.recipe(12));
        run.validated = false;
        Outcome outcome = run.run();
        assertThat(outcome.finished()).isTrue();
        assertThat(outcome.state().epoch()).isEqualTo(12);
        assertThat(outcome.report()).isEmpty();
        assertThat(outcome.state().error()).isEmpty();
        assertThat(progress.epochs).hasSize(12).allSatisfy(epoch -> {
            assertThat(epoch.top1Error()).isEmpty();
            assertThat(epoch.top5Error()).isEmpty();
            assertThat(epoch.validationLoss()).isEmpty();
        });
        assertThat(progress.epochs.getLast().loss()).isLessThan(progress.epochs.getFirst().loss() / 5);
        assertThat(progress.validated).isZero();
        assertThat(run.store().best()).isEmpty();
        assertThat(newest(run).state()).isEqualTo(outcome.state());
        assertThat(names(lines(folder).getLast())).containsExactly("step", "kind", "epoch", "loss",
                "training_top1_error",
                "learning_rate", "layers", "seconds");
        TinyRun validated = run(folder.resolve("validated"), TinyRun.recipe(12));
        validated.run();
        assertThat(run.parameters()).containsExactly(validated.parameters().toArray(new float[0][]));
    }

    @Test
    void logsTheTrainingErrorAndTheHealthOfEachLayer() throws Exception {
        TinyRun run = run(TinyRun.recipe(12));
        run.run();
        List<JsonNode> epochs = lines(folder).stream().filter(line -> kind(line).equals("epoch")).toList();
        double first = epochs.getFirst().path("training_top1_error").asDouble();
        assertThat(first).isBetween(0.3, 1.0); // 2/3 by chance
        assertThat(epochs.getLast().path("training_top1_error").asDouble()).isLessThan(first / 3);
        JsonNode layers = epochs.getLast().path("layers");
        assertThat(layers).extracting(layer -> layer.path("layer").asText()).containsExactly("conv1", "conv2", "conv3",
                "conv4", "conv5", "fc6", "fc7", "fc8");
        for (int i = 0; i < layers.size(); i++) {
            Parameter weight = run.network.parameters().get(2 * i);
            float[] values = backend.download(weight.value());
            double mean = IntStream.range(0, values.length).mapToDouble(k -> Math.abs(values[k])).average()
                    .orElseThrow();
            assertThat(layers.get(i).path("weight").asDouble()).isCloseTo(mean, within(1e-9));
            assertThat(layers.get(i).path("update").asDouble()).isBetween(1e-9, mean);
            assertThat(layers.get(i).path("dead").isNumber()).as(weight.layer()).isEqualTo(i < 7);
        }
    }

    @Test
    void aRunMayEndAtATrainingError() throws Exception {
        TinyRun run = run(TinyRun.recipe(30, 1, new Recipe.Monitor(1, 1, 1000, 0.25)));
        Outcome outcome = run.run();
        assertThat(outcome.finished()).isTrue();
        List<Double> errors = progress.epochs.stream().map(epoch -> epoch.trainingError().orElseThrow()).toList();
        assertThat(errors).hasSizeBetween(2, 29);
        assertThat(errors.getLast()).isLessThanOrEqualTo(0.25);
        assertThat(errors.subList(0, errors.size() - 1)).allMatch(error -> error > 0.25);
        assertThat(newest(run).state()).isEqualTo(outcome.state());
    }

    // --- stopping --------------------------------------------------------------------------------------------------

    @Test
    void stopsInTheMiddleOfAnEpochAndSaves() throws Exception {
        TinyRun run = run(TinyRun.recipe(3));
        run.stop = step -> step >= 5;
        Outcome outcome = run.run();
        assertThat(outcome.finished()).isFalse();
        assertThat(outcome.state().step()).isEqualTo(5);
        assertThat(outcome.state().epoch()).isEqualTo(1);
        assertThat(outcome.state().batchInEpoch()).isEqualTo(2);
        assertThat(outcome.report()).isPresent(); // of the first epoch
        Checkpoint checkpoint = newest(run);
        assertThat(checkpoint.state()).isEqualTo(outcome.state());
        assertThat(RecipeReader.read("saved", checkpoint.recipe(), Map.of())).isEqualTo(run.recipe);
        assertThat(saved(checkpoint)).containsExactly(run.parameters().toArray(new float[0][]));
    }

    @Test
    void stopsAtTheEndOfAnEpochWithTheEpochOpen() throws Exception {
        TinyRun run = run(TinyRun.recipe(3));
        run.stop = step -> step >= TinyRun.BATCHES;
        Outcome outcome = run.run();
        assertThat(outcome.finished()).isFalse();
        assertThat(outcome.report()).isEmpty();
        assertThat(outcome.state().epoch()).isZero();
        assertThat(outcome.state().batchInEpoch()).isEqualTo(TinyRun.BATCHES);
        assertThat(newest(run).state()).isEqualTo(outcome.state());
        assertThat(progress.epochs).isEmpty();
    }

    @Test
    void stopsDuringAValidationWithTheEpochOpen() throws Exception {
        TinyRun run = run(TinyRun.recipe(3));
        run.stop = step -> progress.validated > 0;
        Outcome outcome = run.run();
        assertThat(progress.validated).isLessThan(TinyRun.VALIDATION);
        assertThat(outcome.report()).isEmpty();
        assertThat(outcome.state().batchInEpoch()).isEqualTo(TinyRun.BATCHES);
        assertThat(newest(run).state()).isEqualTo(outcome.state());
    }

    @Test
    void aStopBeforeTheFirstStepMakesNoStep() throws Exception {
        TinyRun run = run(TinyRun.recipe(3));
        List<float[]> before = run.parameters();
        run.stop = step -> true;
        Outcome outcome = run.run();
        assertThat(outcome.state()).isEqualTo(run.state);
        assertThat(run.parameters()).containsExactly(before.toArray(new float[0][]));
    }

    @Test
    void aRunStoppedAnywhereResumesBitForBit() throws Exception {
        TinyRun whole = run(folder.resolve("whole"), TinyRun.recipe(2));
        Outcome expected = whole.run();
        for (int stop : List.of(2, 3, 4)) {
            Path path = folder.resolve("stopped-" + stop);
            TinyRun first = run(path, TinyRun.recipe(2));
            first.stop = step -> step >= stop;
            first.run();
            TinyRun second = run(path, TinyRun.recipe(2));
            second.restore(newest(second));
            Outcome outcome = second.run();
            assertThat(outcome.state()).as("stopped after step %s", stop).isEqualTo(expected.state());
            assertThat(outcome.report()).isEqualTo(expected.report());
            assertThat(second.parameters()).containsExactly(whole.parameters().toArray(new float[0][]));
            assertThat(steady(path)).isEqualTo(steady(folder.resolve("whole")));
        }
    }

    @Test
    void aFinishedRunHasNothingMoreToDo() throws Exception {
        TinyRun run = run(TinyRun.recipe(1));
        run.state = run.run().state();
        Outcome again = run.run();
        assertThat(again.finished()).isTrue();
        assertThat(again.report()).isEmpty();
        assertThat(again.state()).isEqualTo(run.state);
    }

    @Test
    void tensorBoardGetsTheKernelsAtTheStartAndAtTheEndOfARun() throws Exception {
        TinyRun first = run(TinyRun.recipe(3));
        first.stop = step -> step >= 4;
        first.run();
        assertThat(kernelImages()).as("of a run that was stopped").isEqualTo(1);
        TinyRun resumed = run(TinyRun.recipe(3));
        resumed.restore(newest(resumed));
        assertThat(resumed.run().finished()).isTrue();
        assertThat(kernelImages()).isEqualTo(2);
    }

    private long kernelImages() throws IOException {
        long found = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "events.*")) {
            for (Path file : files) {
                found += Files.readString(file, StandardCharsets.ISO_8859_1).split("conv1/filters", -1).length - 1;
            }
        }
        return found;
    }

    // --- checkpoints -----------------------------------------------------------------------------------------------

    @Test
    void savesTheBestAndAfterSoManyEpochsAndStepsAndAtTheEnd() throws Exception {
        Recipe recipe = TinyRun.recipe(3, STILL, new Constant(), new Recipe.Checkpoints(2, 4, 99),
                new Recipe.Monitor(1, 1, 1000, 0));
        run(recipe).run();
        assertThat(progress.saved).extracting(path -> path.getFileName().toString())
                .containsExactly("step-00000003", "step-00000004", "step-00000006", "step-00000008", "step-00000009");
    }

    @Test
    void missingPicturesEndTheRunAfterASave() throws Exception {
        TinyRun run = run(TinyRun.recipe(9));
        run.gone = () -> progress.epochs.size() == 2;
        assertThatThrownBy(run::run).isInstanceOf(DatasetException.class).hasMessageContaining("but not any more");
        Checkpoint checkpoint = newest(run);
        assertThat(checkpoint.state().step()).isBetween(2L * TinyRun.BATCHES, 3L * TinyRun.BATCHES);
        assertThat(saved(checkpoint)).containsExactly(run.parameters().toArray(new float[0][]));
    }

    @Test
    void aFailedSaveDoesNotHideWhyTheImagesCannotBeRead() throws Exception {
        TinyRun run = run(TinyRun.recipe(9));
        run.gone = () -> true;
        Files.writeString(folder.resolve("checkpoints"), "a file where the folder should be");
        assertThatThrownBy(run::run).isInstanceOf(DatasetException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).singleElement().isInstanceOf(IOException.class));
    }

    // --- divergence ------------------------------------------------------------------------------------------------

    @Test
    void aLossThatIsNotANumberLeavesEverythingUntouched() throws Exception {
        TinyRun run = run(TinyRun.recipe(3));
        Parameter bias = run.network.parameters().getLast();
        backend.assign(bias.value(), new float[] {0, Float.NaN, 0});
        List<float[]> before = run.parameters();
        assertThatThrownBy(run::run).isInstanceOf(DivergedException.class)
                .hasMessageStartingWith("the loss is NaN at step 1: fc8.bias has values that are not finite")
                .hasMessageContaining("optimizer.learning_rate is 0.02");
        assertThat(run.parameters()).containsExactly(before.toArray(new float[0][]));
        assertThat(run.optimizer.entries())
                .allSatisfy(entry -> assertThat(entry.values().get().toArray(NamedTensor.FLOAT)).containsOnly(0));
        assertThat(run.store().list()).isEmpty();
        assertThat(lines(folder)).singleElement().satisfies(line -> {
            assertThat(kind(line)).isEqualTo("diverged");
            assertThat(line.path("step").asInt()).isEqualTo(1);
            assertThat(line.path("text").asText()).contains("fc8.bias");
        });
    }

    @Test
    void aDivergedRunEndsAndSavesNoNaN() throws Exception {
        for (int check : List.of(1, 5)) { // 5: the loss is read too late to save the weights
            Path path = folder.resolve("check-" + check);
            Recipe recipe = TinyRun.recipe(9, new SgdConfig(1e8, 0.9, 0, 2, false), new Constant(),
                    new Recipe.Checkpoints(1, 1, 99), new Recipe.Monitor(100, check, 1000, 0));
            TinyRun run = run(path, recipe);
            assertThatThrownBy(run::run).isInstanceOf(DivergedException.class)
                    .hasMessageContaining("optimizer.learning_rate is 1.0E8");
            assertThat(run.store().list()).isNotEmpty();
            for (Path checkpoint : run.store().list()) {
                assertThat(saved(run.store().load(checkpoint))).allSatisfy(TrainerTest::assertFinite);
            }
        }
    }

    @Test
    void weightsThatAreNotFiniteAreNotSaved() throws Exception {
        TinyRun run = run(TinyRun.recipe(3, 1, new Recipe.Monitor(100, 100, 1000, 0)));
        run.stop = step -> {
            if (step == 1) {
                backend.assign(run.network.parameters().getFirst().value(), filled(8 * 25, Float.POSITIVE_INFINITY));
            }
            return step == 2;
        };
        assertThatThrownBy(run::run).isInstanceOf(DivergedException.class)
                .hasMessageStartingWith("after step 2 conv1.weight has values that are not finite");
        assertThat(run.store().list()).isEmpty();
    }

    // --- broken on purpose -----------------------------------------------------------------------------------------

    @Test
    void warnsOfTheScaleOfInputsAndOfAFlatLoss() throws Exception {
        TinyRun run = run(TinyRun.recipe(8, 9, new Recipe.Monitor(100, 1, 10, 0)));
        for (Parameter parameter : run.network.parameters()) { // what 'paper' gives; the input is of unit deviation
            float[] values = backend.download(parameter.value());
            for (int i = 0; i < values.length; i++) {
                values[i] *= 0.01f;
            }
            backend.assign(parameter.value(), values);
        }
        run.run();
        assertThat(progress.warnings).hasSize(2);
        assertThat(progress.warnings.getFirst()).contains("inputs", "initialization", "conv1");
        assertThat(progress.warnings.getLast()).contains("ln(3 classes)", "1.099");
        List<JsonNode> logged = lines(folder).stream().filter(line -> kind(line).equals("warning")).toList();
        assertThat(logged).extracting(line -> line.path("text").asText()).isEqualTo(progress.warnings);
        assertThat(logged).extracting(line -> line.path("step").asLong()).containsExactly(1L, 10L);
    }

    @Test
    void warnsOnceOfADeadLayerThoughTheLastBatchIsSmall() throws Exception {
        TinyRun run = run(TinyRun.recipe(3));
        Parameter bias = run.network.parameters().get(5);
        assertThat(bias.name()).isEqualTo("conv3.bias");
        backend.assign(bias.value(), filled(8, -1000));
        run.run();
        assertThat(progress.warnings.stream().filter(text -> text.contains("units of conv3"))).hasSize(1);
    }

    // --- what is written down --------------------------------------------------------------------------------------

    @Test
    void logsTheFirstStepAndEverySecondAndEveryEpoch() throws Exception {
        run(TinyRun.recipe(2)).run();
        List<JsonNode> lines = lines(folder);
        assertThat(lines).extracting(line -> kind(line) + " " + line.path("step").asInt()).containsExactly("step 1",
                "step 2", "epoch 3", "step 4", "step 6", "epoch 6");
        JsonNode step = lines.get(3);
        assertThat(names(step)).containsExactly("step", "kind", "epoch", "loss", "learning_rate", "images_per_second",
                "wait_share");
        assertThat(step.path("epoch").asInt()).isEqualTo(2);
        assertThat(step.path("learning_rate").asDouble()).isEqualTo(0.02);
        JsonNode epoch = lines.getLast();
        assertThat(names(epoch)).containsExactly("step", "kind", "epoch", "loss", "training_top1_error",
                "learning_rate", "validation_n", "validation_loss", "top1_error", "top5_error", "layers", "seconds");
        assertThat(epoch.path("epoch").asInt()).isEqualTo(2);
        assertThat(epoch.path("validation_n").asInt()).isEqualTo(TinyRun.VALIDATION);
        assertThat(progress.steps).extracting(Step::loss)
                .containsExactlyElementsOf(lines.stream().filter(line -> kind(line).equals("step"))
                        .map(line -> line.path("loss").asDouble()).toList());
        assertThat(progress.steps.getLast().steps()).isEqualTo(6);
        assertThat(progress.steps.getLast().secondsLeft()).isZero();
        try (var files = Files.list(folder)) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith("events.out.tfevents.")))
                    .hasSize(1);
        }
    }

    @Test
    void readsTheLossOnlyWhenItIsDue() throws Exception {
        Recipe recipe = TinyRun.recipe(1, STILL, new Constant(), new Recipe.Checkpoints(1, 0, 9),
                new Recipe.Monitor(100, 2, 1000, 0));
        run(recipe).run();
        List<Double> all = new ArrayList<>();
        RecordingProgress every = new RecordingProgress();
        new TinyRun(Files.createDirectory(folder.resolve("every")), TinyRun.recipe(1, STILL, new Constant(),
                new Recipe.Checkpoints(1, 0, 9), new Recipe.Monitor(1, 1, 1000, 0)), backend, every).run();
        every.steps.forEach(step -> all.add(step.loss()));
        // step 1 is logged, step 2 is checked, step 3 is neither
        assertThat(progress.steps).extracting(Step::loss).containsExactly(all.getFirst());
        assertThat(progress.epochs.getFirst().loss()).isCloseTo((all.get(0) + all.get(1)) / 2, within(1e-12));
        assertThat(every.epochs.getFirst().loss())
                .isCloseTo((all.get(0) + all.get(1) + all.get(2)) / 3, within(1e-12));
    }

    // --- helpers ---------------------------------------------------------------------------------------------------

    private TinyRun run(Recipe recipe) throws IOException {
        return run(folder, recipe);
    }

    private TinyRun run(Path path, Recipe recipe) throws IOException {
        return new TinyRun(Files.createDirectories(path), recipe, backend, progress);
    }

    private static Checkpoint newest(TinyRun run) throws IOException {
        return run.store().load(run.store().latest().orElseThrow());
    }

    private static List<float[]> saved(Checkpoint checkpoint) throws IOException {
        try (WeightFile file = checkpoint.openModel()) {
            List<float[]> values = new ArrayList<>();
            for (String name : file.names()) {
                values.add(file.read(name));
            }
            return values;
        }
    }

    private static void assertFinite(float[] values) {
        for (float value : values) {
            assertThat(value).isFinite();
        }
    }

    private static float[] filled(int count, float value) {
        float[] values = new float[count];
        Arrays.fill(values, value);
        return values;
    }

    /// The log's lines without what depends on the clock.
    private static List<String> steady(Path folder) throws IOException {
        return lines(folder).stream().map(line -> line.path("step") + " " + line.path("kind") + " " + line.path("epoch")
                + " " + line.path("loss") + " " + line.path("top1_error") + " " + line.path("validation_loss"))
                .toList();
    }

    private static List<JsonNode> lines(Path folder) throws IOException {
        JsonMapper json = new JsonMapper();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("log.jsonl"))) {
            lines.add(json.readTree(line));
        }
        return lines;
    }

    private static String kind(JsonNode line) {
        return line.path("kind").asText();
    }

    private static List<String> names(JsonNode line) {
        List<String> names = new ArrayList<>();
        for (Iterator<String> fields = line.fieldNames(); fields.hasNext();) {
            names.add(fields.next());
        }
        return names;
    }
}
