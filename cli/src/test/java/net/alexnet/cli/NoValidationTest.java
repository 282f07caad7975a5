package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs that train on all pictures, so that nothing is left to validate on.
class NoValidationTest {
    private static final int PICTURES = 30; // 4 batches
    private static final String NONE = "data.hold_out=0";

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
        ToyImages.write(pictures, 10, 1);
        unseen = root.resolve("unseen");
        ToyImages.write(unseen, 3, 2);
        recipe = ToyRecipe.in(root);
        training = train("whole", "--data", pictures, "--json");
        run = RunFiles.latest(root.resolve("whole"));
    }

    private static Result train(String runs, Object... more) {
        List<Object> all = new ArrayList<>(List.of("train", "--recipe", recipe, "--set", NONE, "--epochs", 2, "--runs",
                root.resolve(runs), "--threads", 1));
        all.addAll(List.of(more));
        return Result.done(all.toArray());
    }

    @Test
    void everyPictureIsTrainedOnAndNoErrorIsReported() throws Exception {
        JsonNode figures = training.json();
        assertThat(figures.get("finished").asBoolean()).isTrue();
        assertThat(figures.get("steps").asInt()).isEqualTo(8);
        for (String error : List.of("top1_error", "top1_error_interval", "top5_error", "top5_error_interval")) {
            assertThat(figures.get(error).isNull()).as(error).isTrue();
        }
        assertThat(run.log("epoch")).hasSize(2).allSatisfy(line -> {
            assertThat(line.get("loss").asDouble()).isPositive();
            assertThat(line.has("top1_error")).isFalse();
            assertThat(line.has("validation_n")).isFalse();
        });
        assertThat(training.err()).isEmpty();
        Result told = train("told", "--data", pictures, "--progress", "plain");
        assertThat(told.err()).containsOnlyOnce("without validation pictures").contains("30 training and 0 validation")
                .doesNotContain("NaN", "top-1 error");
        assertThat(told.errLines()).as("the recipe").contains("  optimizer:")
                .anyMatch(line -> line.matches(" +epochs: 2"));
        assertThat(told.out()).contains("no validation error").doesNotContain("NaN", "top-1 error");
    }

    @Test
    void aStoppedRunResumesToTheSameWeights() throws Exception {
        train("stopped", "--data", pictures, "--max-steps", 5);
        RunFiles stopped = RunFiles.latest(root.resolve("stopped"));
        Result.done("train", "--resume", stopped.folder(), "--threads", 1);
        assertThat(stopped.weights(8)).isEqualTo(run.weights(8));
    }

    @Test
    void itsCheckpointIsTheLastAndCanBeEvaluatedOnOtherPicturesOnly() throws Exception {
        Result.of("evaluate", run.folder(), "--threads", 1).isRefused(2, run.folder() + " has no validation pictures",
                "--data");
        JsonNode last = Result.done("evaluate", run.folder(), "--data", unseen, "--threads", 1, "--json").json();
        assertThat(last.get("n").asInt()).isEqualTo(9);
        assertThat(Result.done("evaluate", run.folder(), "--checkpoint", "best", "--data", unseen, "--threads", 1,
                "--json").json()).isEqualTo(last);
        assertThat(Result.done("evaluate", run.folder(), "--data", pictures, "--threads", 1).warnings())
                .singleElement().asString().contains("trained on pictures of " + pictures)
                .doesNotContain("held out");
        Result.of("classify", run.folder(), unseen, "--unsure", "--threads", 1).isRefused(1,
                "no threshold for --unsure", "held pictures out");
    }

    @Test
    void whatIsPreparedWithoutAValidationPartTrainsAndEvaluates() throws Exception {
        Path prepared = root.resolve("prepared");
        JsonNode made = Result.done("prepare", pictures, prepared, "--hold-out", 0, "--size", 20, "--json").json();
        assertThat(Result.done("prepare", pictures, prepared, "--hold-out", 0, "--size", 20).out())
                .contains("in 1 shard of", "--data " + prepared + " --set 'schedule={type: polynomial, power: 1}'");
        assertThat(made.get("training").asInt()).isEqualTo(PICTURES);
        assertThat(made.get("validation").asInt()).isZero();
        Result.done("prepare", "--verify", prepared);
        assertThat(train("from-prepared", "--data", prepared, "--json").json().get("steps").asInt()).isEqualTo(8);
        Path test = root.resolve("prepared-test");
        Result.done("prepare", unseen, test, "--hold-out", 0, "--size", 20);
        assertThat(Result.done("evaluate", run.folder(), "--data", test, "--threads", 1, "--json").json().get("n")
                .asInt()).isEqualTo(9);
    }

    @Test
    void aPlateauIsRefusedBeforeAnythingIsMade() {
        Path runs = root.resolve("plateau");
        Result.of("train", "--recipe", recipe, "--data", pictures, "--set", NONE, "--runs", runs, "--set",
                "schedule={type: plateau, patience: 1, factor: 0.1, min_improvement: 0, drops: 0}")
                .isRefused(2, "plateau", pictures.toString(), "data.hold_out", "polynomial");
        assertThat(runs).doesNotExist();
        train("advised", "--data", pictures, "--set", "schedule={type: polynomial, power: 1}");
    }

    @Test
    void fineTuningReportsTheErrorOfCrossValidationOnly() throws Exception {
        Path runs = root.resolve("tuned");
        for (String freeze : List.of("none", "conv5")) {
            Result result = Result.done("finetune", run.folder(), "--data", pictures, "--set", NONE, "--epochs", 1,
                    "--freeze", freeze, "--runs", runs,
                    "--threads", 1, "--json");
            assertThat(result.err()).isEmpty();
            JsonNode figures = result.json();
            assertThat(figures.get("finished").asBoolean()).isTrue();
            double outOfFold = figures.get("linear_out_of_fold_top1_error").asDouble(-1);
            assertThat(outOfFold).isBetween(0.0, 1.0);
            for (String error : List.of("linear_top1_error", "best_top1_error", "top1_error",
                    "top1_error_interval", "validation_n")) {
                assertThat(figures.get(error).isNull()).as(error).isTrue();
            }
            JsonNode linear = RunFiles.latest(runs).log("linear").getFirst();
            assertThat(linear.get("out_of_fold_top1_error").asDouble()).isEqualTo(outOfFold);
            assertThat(linear.has("top1_error")).isFalse();
        }
    }

    @Test
    void foldsTakeNoNoticeOfWhatIsHeldOut() throws Exception {
        JsonNode figures = Result.done("finetune", run.folder(), "--data", pictures, "--set", NONE, "--folds", 2,
                "--epochs", 1, "--runs", root.resolve("folds"), "--threads", 1, "--json").json();
        int validated = 0;
        for (JsonNode fold : figures.get("folds")) {
            validated += fold.get("validation_n").asInt();
        }
        assertThat(validated).isEqualTo(PICTURES);
        assertThat(Files.exists(Path.of(figures.get("runs").asText()).resolve("folds.json"))).isTrue();
    }
}
