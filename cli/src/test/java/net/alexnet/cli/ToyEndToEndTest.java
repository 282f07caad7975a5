package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// From a folder of pictures to a network that knows them, by the commands a user types.
class ToyEndToEndTest {
    private static final int PICTURES = 61; // 3 × 20 and the grey one; the text is none
    private static final int HELD_OUT = 17; // 30 % of each class, less the text
    private static final int STEPS_PER_EPOCH = 6; // 43 pictures in batches of 8, the last one of 3
    private static final int EPOCHS = 8;

    @TempDir
    static Path root;

    private static Path pictures;
    private static Path unseen;
    private static Result training;
    private static RunFiles run;

    @BeforeAll
    static void train() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 20, 1);
        ToyImages.writeGray(pictures.resolve("columns/grey.png"), "columns");
        ToyImages.writeText(pictures.resolve("rows/notes.jpg"));
        unseen = root.resolve("unseen");
        ToyImages.write(unseen, 45, 2);
        Path recipe = ToyRecipe.in(root);
        Path runs = root.resolve("runs");
        training = Result.done("train", "--data", pictures, "--recipe", recipe, "--runs", runs, "--threads", 1,
                "--json");
        run = RunFiles.latest(runs);
    }

    @Test
    void learnsToTellHeldOutPicturesApart() throws Exception {
        JsonNode figures = training.json();
        assertThat(figures.get("top1_error").asDouble()).isLessThanOrEqualTo(0.1);
        assertThat(figures.get("top5_error").asDouble()).isZero(); // there are three classes
        assertThat(figures.get("epochs").asInt()).isEqualTo(EPOCHS);
        assertThat(figures.get("images_per_second").asDouble()).isPositive();
        assertThat(figures.get("finished").asBoolean()).isTrue();
        assertThat(Path.of(figures.get("run").asText()).toRealPath()).isEqualTo(run.folder());
    }

    @Test
    void saysOnlyThatAPictureIsUnreadable() {
        assertThat(training.errLines()).singleElement().asString()
                .startsWith("warning: 1 of 62 pictures cannot be read").contains("rejected.tsv", "rows/notes.jpg");
    }

    @Test
    void leavesEverythingInTheRunsFolder() throws Exception {
        assertThat(run.names()).hasSize(7).contains("recipe.yaml", "log.jsonl", "checkpoints", "rejected.tsv", "lock",
                "report.html")
                .anyMatch(name -> name.startsWith("events.out.tfevents."));
        assertThat(run.folder().getFileName().toString()).endsWith("-toy");
        assertThat(run.text("recipe.yaml")).contains("name: toy", "classes: 3", "source: " + pictures, "type: constant",
                "momentum: 0.9");
        assertThat(run.text("rejected.tsv")).isEqualTo("file\treason\nrows/notes.jpg\tnot a picture\n");
        List<JsonNode> epochs = run.log("epoch");
        long best = epochs.stream().min(Comparator.comparingDouble(epoch -> epoch.get("top1_error").asDouble()))
                .orElseThrow().get("step").asLong();
        assertThat(run.checkpoints()).as("the newest 3 and the best")
                .endsWith("step-00000036", "step-00000042", "step-00000048")
                .hasSize(best < 36 ? 4 : 3).contains("step-%08d".formatted(best));
        assertThat(Files.size(run.folder().resolve(run.names().stream()
                .filter(name -> name.startsWith("events")).findFirst().orElseThrow()))).isGreaterThan(1000);
    }

    @Test
    void logsEveryStepAndEveryEpoch() throws Exception {
        assertThat(run.steps("step"))
                .isEqualTo(LongStream.rangeClosed(1, (long) EPOCHS * STEPS_PER_EPOCH).boxed().toList());
        assertThat(run.steps("epoch")).containsExactly(6L, 12L, 18L, 24L, 30L, 36L, 42L, 48L);
        JsonNode last = run.log("epoch").getLast();
        assertThat(last.get("validation_n").asInt()).isEqualTo(HELD_OUT);
        assertThat(last.get("top1_error").asDouble()).isEqualTo(training.json().get("top1_error").asDouble());
        double firstLoss = run.log("epoch").getFirst().get("loss").asDouble();
        assertThat(last.get("loss").asDouble()).isLessThan(0.5 * firstLoss);
        assertThat(run.log("warning")).isEmpty();
    }

    @Test
    void evaluatesToTheFiguresOfTheTraining() throws Exception {
        JsonNode figures = Result.done("evaluate", run.folder(), "--threads", 1, "--json").json();
        assertThat(figures.get("n").asInt()).isEqualTo(HELD_OUT);
        assertThat(figures.get("top1_error").asDouble()).isEqualTo(training.json().get("top1_error").asDouble());
        assertThat(figures.get("top5_error").asDouble()).isZero();
        double loss = run.log("epoch").getLast().get("validation_loss").asDouble();
        assertThat(figures.get("loss").asDouble()).isCloseTo(loss, within(1e-5));
        Path checkpoint = run.checkpoint(48);
        assertThat(Result.done("evaluate", checkpoint, "--threads", 1, "--json").json()).isEqualTo(figures);
    }

    @Test
    void countsEveryPictureOfAnotherFolderOnce() throws Exception {
        Result asJson = Result.done("evaluate", run.folder(), "--data", unseen, "--threads", 2, "--json");
        JsonNode figures = asJson.json(); // 135 pictures are a batch of 128 and one of 7
        assertThat(figures.get("n").asInt()).isEqualTo(135);
        assertThat(figures.get("unreadable").asInt()).isZero();
        double error = figures.get("top1_error").asDouble();
        assertThat(error).isLessThanOrEqualTo(0.1);
        int wrong = 0;
        for (JsonNode pair : figures.get("confusions")) {
            assertThat(pair.get("class").asText()).isNotEqualTo(pair.get("taken_for").asText());
            wrong += pair.get("count").asInt();
        }
        assertThat(wrong / 135.0).isEqualTo(error);
        assertThat(asJson.err()).isEmpty();

        Result asText = Result.done("evaluate", run.folder(), "--data", unseen, "--threads", 2);
        assertThat(asText.out()).contains("top-1 error %6.2f %%  (%d of 135 pictures;".formatted(100 * error, wrong))
                .doesNotContain("top-5 error"); // there are three classes
    }

    @Test
    void leavesOutAndCountsWhatCannotBeReadInAnEvaluation() throws Exception {
        Result result = Result.done("evaluate", run.checkpoint(48).resolve("model.safetensors"), "--data", pictures,
                "--threads", 1, "--json");
        assertThat(result.json().get("n").asInt()).isEqualTo(PICTURES);
        assertThat(result.json().get("unreadable").asInt()).isEqualTo(1);
        assertThat(result.warnings()).singleElement().asString().contains("rows/notes.jpg", "not a picture");
    }

    @Test
    void classifiesFilesAndFolders() throws Exception {
        Path file = pictures.resolve("discs/3.jpg");
        Path text = pictures.resolve("rows/notes.jpg");
        Path folder = pictures.resolve("columns");
        JsonNode answers = Result.of("classify", run.folder(), text, file, folder, "--threads", 1, "--json").json();
        assertThat(answers.isArray()).isTrue();
        assertThat(answers).hasSize(1 + 1 + 21);
        assertThat(answers.get(0).properties()).hasSize(2);
        assertThat(answers.get(0).get("file").asText()).isEqualTo(text.toString());
        assertThat(answers.get(0).get("error").asText()).isEqualTo("not a picture");
        JsonNode known = answers.get(1);
        assertThat(known.properties()).hasSize(2);
        assertThat(known.get("file").asText()).isEqualTo(file.toString());
        List<String> classes = known.get("predictions").findValuesAsText("class");
        assertThat(classes).containsExactlyInAnyOrder("columns", "discs", "rows").startsWith("discs");
        double sum = 0;
        for (JsonNode prediction : known.get("predictions")) {
            sum += prediction.get("probability").asDouble();
        }
        assertThat(sum).isCloseTo(1, within(1e-5));
        for (int i = 2; i < answers.size(); i++) {
            assertThat(answers.get(i).get("file").asText()).startsWith(folder.toString());
        }
    }

    @Test
    void classifiesForAReaderToo() {
        Result result = Result.of("classify", run.folder(), pictures.resolve("rows/notes.jpg"),
                unseen.resolve("rows/0.png"), "--threads", 1);
        assertThat(result.out().lines()).hasSize(4).first().asString().endsWith("rows/0.png");
        assertThat(result.out().lines().skip(1)).allMatch(line -> line.matches(" +[0-9.]+ %  (rows|columns|discs)"));
        assertThat(result.warnings()).singleElement().asString().contains("not a picture");
        assertThat(result.errLines().getLast()).startsWith("alexnet: 1 of 2 files");
    }

    @Test
    void theReferenceBackendGivesTheSameAnswers() throws Exception {
        Path file = unseen.resolve("columns/1.jpg");
        JsonNode fast = Result.done("classify", run.folder(), file, "--threads", 1, "--json").json();
        JsonNode plain = Result.done("classify", run.folder(), file, "--device", "reference", "--json").json();
        JsonNode one = fast.get(0).get("predictions").get(0);
        JsonNode other = plain.get(0).get("predictions").get(0);
        assertThat(other.get("class")).isEqualTo(one.get("class"));
        assertThat(other.get("probability").asDouble()).isCloseTo(one.get("probability").asDouble(), within(1e-4));
    }

    @Test
    void inspectsTheRunsNetwork() {
        assertThat(Result.done("inspect", run.folder()).out()).contains("conv1", "8 × 16 × 16", "fc8");
    }
}
