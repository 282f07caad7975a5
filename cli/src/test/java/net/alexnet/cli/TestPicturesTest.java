package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.alexnet.Options;
import net.alexnet.Training;
import net.alexnet.TrainingListener;
import net.alexnet.TrainingResult;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `--test` of `train` and `finetune`.
class TestPicturesTest {
    private static final int TESTED = 39;
    private static final int STEPS = 12; // 2 epochs of 42 pictures in batches of 8

    @TempDir
    static Path root;

    private static Path pictures;
    private static Path unseen;
    private static Path recipe;
    private static Result training;
    private static RunFiles run;

    @BeforeAll
    static void train() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 20, 1);
        unseen = root.resolve("unseen");
        ToyImages.write(unseen, 13, 2);
        ToyImages.writeText(unseen.resolve("rows/notes.jpg"));
        recipe = ToyRecipe.in(root);
        training = Result.done(train("first", "--test", unseen, "--json"));
        run = RunFiles.latest(root.resolve("first"));
    }

    private static Object[] train(String runs, Object... more) {
        List<Object> all = new ArrayList<>(List.of("train", "--recipe", recipe, "--data", pictures, "--epochs", 2,
                "--runs", root.resolve(runs), "--threads", 1));
        all.addAll(List.of(more));
        return all.toArray();
    }

    @Test
    void theFinishedRunIsEvaluatedOnceAsByEvaluate() throws Exception {
        JsonNode test = training.json().get("test");
        JsonNode evaluated = Result.done("evaluate", run.folder(), "--data", unseen, "--threads", 1, "--json").json();
        assertThat(test.get("n").asInt()).isEqualTo(TESTED);
        for (String figure : List.of("n", "top1_error", "top1_error_interval", "top5_error", "top5_error_interval")) {
            assertThat(test.get(figure)).as(figure).isEqualTo(evaluated.get(figure));
        }
        JsonNode line = run.log("test").getFirst();
        assertThat(run.steps("test")).containsExactly((long) STEPS);
        assertThat(line.get("top1_error")).isEqualTo(test.get("top1_error"));
        assertThat(line.get("top5_error")).isEqualTo(test.get("top5_error"));
        assertThat(line.get("test_n").asInt()).isEqualTo(TESTED);
        assertThat(line.get("test_loss")).isEqualTo(evaluated.get("loss"));
        assertThat(line.get("data").asText()).isEqualTo(unseen.toString());
        assertThat(training.warnings()).singleElement().asString().contains("rows/notes.jpg");
    }

    @Test
    void aTestDoesNotInfluenceTheRun() throws Exception {
        JsonNode alone = Result.done(train("without", "--json")).json();
        assertThat(alone.get("test").isNull()).isTrue();
        assertThat(alone.get("top1_error")).isEqualTo(training.json().get("top1_error"));
        RunFiles without = RunFiles.latest(root.resolve("without"));
        assertThat(without.weights(STEPS)).isEqualTo(run.weights(STEPS));
        assertThat(without.log("test")).isEmpty();
    }

    @Test
    void aStoppedRunIsTestedWhenItIsResumedToItsEnd() throws Exception {
        Result stopped = Result.done(train("stopped", "--test", unseen, "--max-steps", 5));
        assertThat(stopped.err()).contains("--test " + unseen);
        assertThat(stopped.out()).doesNotContain("test:");
        RunFiles files = RunFiles.latest(root.resolve("stopped"));
        assertThat(files.log("test")).isEmpty();
        Result resumed = Result.done("train", "--resume", files.folder(), "--test", unseen, "--threads", 1);
        assertThat(resumed.out())
                .containsPattern("test: top-1 error [0-9.]+ % \\([0-9.]+ to [0-9.]+\\) on 39 pictures");
        assertThat(files.log("test").getFirst().get("top1_error"))
                .isEqualTo(training.json().get("test").get("top1_error"));
    }

    @Test
    void whatCannotTestIsRefusedBeforeTheRun() throws Exception {
        Path other = root.resolve("other");
        ToyImages.writeGray(other.resolve("rows/1.png"), "rows");
        ToyImages.writeGray(other.resolve("waves/1.png"), "rows");
        Path texts = root.resolve("texts");
        ToyImages.writeText(texts.resolve("rows/notes.jpg"));
        Path small = root.resolve("small");
        Result.done("prepare", unseen, small, "--size", 16);
        Path nowhere = root.resolve("nowhere");
        Result.of(train("none", "--test", other)).isRefused(1, "waves", other.toString());
        Result.of(train("none", "--test", texts)).isRefused(1, "none of the 1 pictures of " + texts, "notes.jpg");
        Result.of(train("none", "--test", small)).isRefused(1, small.toString(), "16 pixels", "20 pixels");
        Result.of(train("none", "--test", nowhere)).isRefused(1, "there is no file or folder " + nowhere);
        assertThat(root.resolve("none")).doesNotExist();
    }

    @Test
    void ofTheTrainingPicturesThemselvesOneWarningIsEnough() throws Exception {
        Result tested = Result.done(train("same", "--set", "data.hold_out=0", "--test", pictures));
        assertThat(tested.warnings()).singleElement().asString().contains("60 of the 60 test pictures");
    }

    @Test
    void warnsOfTestPicturesThatAreTrainedOn() throws Exception {
        Path copied = root.resolve("copied");
        ToyImages.write(copied, 5, 3);
        Files.copy(pictures.resolve("discs/0.png"), copied.resolve("discs/copy-0.png"));
        Files.copy(pictures.resolve("rows/2.png"), copied.resolve("rows/copy-2.png"));
        Path prepared = root.resolve("prepared-copies");
        Result.done("prepare", copied, prepared, "--size", 24, "--hold-out", 0);
        for (Path test : List.of(copied, prepared)) {
            Result tested = Result.done(train("copies", "--set", "data.hold_out=0", "--test", test));
            assertThat(tested.warnings()).singleElement().asString()
                    .contains("2 of the 17 test pictures", test.toString());
            assertThat(tested.out()).contains("no validation error, because the run has no validation pictures");
        }
    }

    /// Wants to stop as soon as a task goes on.
    private static final class Stopping implements TrainingListener {
        private final String task;
        private final List<String> warnings = new ArrayList<>();
        private boolean stop;

        Stopping(String task) {
            this.task = task;
        }

        @Override
        public void progress(String name, long done, long total) {
            stop |= name.equals(task);
        }

        @Override
        public void warning(String text) {
            warnings.add(text);
        }

        TrainingResult train(String runs) throws Exception {
            return Training.on(pictures).recipe(recipe.toString()).set("epochs", 2).runsIn(root.resolve(runs))
                    .options(Options.defaults().threads(1)).test(unseen).listener(this).run(() -> stop);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"reading evaluation pictures", "evaluating"})
    void aStoppedTestLeavesTheFinishedRun(String task) throws Exception {
        Stopping stopping = new Stopping(task);
        TrainingResult result = stopping.train("untested");
        assertThat(result.finished()).isTrue();
        assertThat(result.test()).isEmpty();
        assertThat(stopping.warnings.getLast()).contains("./alexnet report " + result.run());
        assertThat(stopping.warnings).anySatisfy(warning -> assertThat(warning).contains("finished and saved",
                "its test was stopped", "./alexnet evaluate " + result.run() + " --data " + unseen));
        RunFiles files = new RunFiles(result.run());
        assertThat(files.weights(STEPS)).isEqualTo(run.weights(STEPS));
        assertThat(files.log("test")).isEmpty();
    }

    @Test
    void stopsWhileTestPicturesAreComparedWithTrainingPictures() {
        assertThatThrownBy(() -> new Stopping("comparing with the training pictures").train("uncompared"))
                .isInstanceOf(InterruptedIOException.class).hasMessageContaining("stopped after comparing 1 of 40");
        assertThat(root.resolve("uncompared")).doesNotExist();
    }

    @Test
    void fineTuningIsTestedToo() throws Exception {
        Path prepared = root.resolve("prepared");
        Result.done("prepare", unseen, prepared, "--size", 20, "--hold-out", 0);
        Path runs = root.resolve("tuned");
        Object[] tune = {"finetune", run.folder(), "--data", pictures, "--test", prepared, "--set",
            "data.hold_out=0", "--epochs", 1, "--runs", runs, "--threads", 1, "--json"};
        JsonNode figures = Result.done(tune).json();
        assertThat(figures.get("top1_error").isNull()).isTrue();
        assertThat(figures.get("test").get("n").asInt()).isEqualTo(TESTED);
        assertThat(RunFiles.latest(runs).log("test")).hasSize(1);
        Result.of("finetune", run.folder(), "--data", pictures, "--test", unseen, "--folds", 2, "--runs", runs)
                .isRefused(2, "test", unseen.toString());
    }
}
