package net.alexnet.cli;

import static java.lang.Double.NaN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Ten views, several models and the files of `evaluate`, with models that have seen too little to be sure.
class EvaluateTest {
    private static final int UNSEEN = 39;

    @TempDir
    static Path root;

    private static Path pictures;
    private static Path unseen;
    private static Path first; // cuts 16 of 20 pixels
    private static Path second; // sees all of 12 pixels, and was validated on other pictures

    @BeforeAll
    static void train() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 8, 1);
        unseen = root.resolve("unseen");
        ToyImages.write(unseen, 13, 2);
        String brief = ToyRecipe.TEXT.replace("epochs: 8", "epochs: 2");
        first = run("first", pictures, brief);
        second = run("second", pictures,
                brief.replace("hold_out: 0.3", "hold_out: 0.4").replace("input: 16", "input: 12")
                        .replace("resize: 20", "resize: 12"));
    }

    @Test
    void tenViewsAreReportedBesideTheCentre() throws Exception {
        JsonNode one = evaluate(first, "--data", unseen, "--json").json();
        assertThat(one.get("views").asInt()).isEqualTo(1);
        assertThat(one.has("center")).isFalse();
        assertThat(one.has("models")).isFalse();
        Result result = evaluate(first, "--data", unseen, "--views", 10, "--json");
        assertThat(result.err()).isEmpty();
        JsonNode ten = result.json();
        assertThat(ten.get("n").asInt()).isEqualTo(UNSEEN);
        assertThat(ten.get("views").asInt()).isEqualTo(10);
        assertThat(ten.get("loss").asDouble()).isNotCloseTo(one.get("loss").asDouble(), within(1e-4));
        JsonNode center = ten.get("center");
        assertThat(center.properties()).hasSize(3);
        assertThat(center.get("top1_error")).isEqualTo(one.get("top1_error"));
        assertThat(center.get("top5_error")).isEqualTo(one.get("top5_error"));
        assertThat(center.get("loss").asDouble()).isCloseTo(one.get("loss").asDouble(), within(1e-5));
    }

    @Test
    void reportsEachClassAndHowSureTheErrorsAre() throws Exception {
        Path unequal = root.resolve("unequal");
        ToyImages.write(unequal, 9, 4);
        for (int i = 0; i < 6; i++) {
            Files.delete(unequal.resolve("rows/" + i + (i % 2 == 0 ? ".png" : ".jpg")));
        }
        JsonNode figures = evaluate(first, "--data", unequal, "--json").json();
        JsonNode interval = figures.get("top1_error_interval");
        assertThat(figures.get("top1_error").asDouble()).isBetween(interval.get("low").asDouble(),
                interval.get("high").asDouble());
        assertThat(figures.get("top5_error_interval").get("low").asDouble()).isZero();
        JsonNode classes = figures.get("classes");
        assertThat(classes.findValuesAsText("class")).containsExactly("columns", "discs", "rows");
        assertThat(classes.findValuesAsText("n")).containsExactly("9", "9", "3");
        double sum = 0;
        double missed = 0;
        for (JsonNode one : classes) {
            sum += one.get("top1_error").asDouble();
            missed += one.get("top1_error").asDouble() * one.get("n").asInt();
        }
        assertThat(figures.get("balanced_top1_error").asDouble()).isCloseTo(sum / 3, within(1e-9));
        assertThat(figures.get("top1_error").asDouble()).isCloseTo(missed / 21, within(1e-9));
    }

    @Test
    void severalModelsAreReportedOneByOneAndAveraged() throws Exception {
        Result result = evaluate(first, second, "--data", unseen, "--views", 10, "--json");
        JsonNode both = result.json();
        assertThat(both.get("models")).hasSize(2);
        for (int i = 0; i < 2; i++) {
            Path model = List.of(first, second).get(i);
            JsonNode alone = evaluate(model, "--data", unseen, "--views", 10, "--json").json();
            JsonNode among = both.get("models").get(i);
            assertThat(among.get("model").asText()).isEqualTo(model.toString());
            assertThat(among.get("loss").asDouble()).isCloseTo(alone.get("loss").asDouble(), within(1e-5));
            assertThat(among.get("top1_error")).isEqualTo(alone.get("top1_error"));
            assertThat(among.get("center").get("top1_error")).isEqualTo(alone.get("center").get("top1_error"));
        }
        assertThat(both.get("center").get("loss").asDouble()).isPositive();
        assertThat(result.errLines()).as("12 of 12 pixels can be mirrored only").singleElement().asString()
                .contains(second.toString(), "only two");
    }

    @Test
    void theTableHoldsTheAveragedProbabilities() throws Exception {
        Path table = root.resolve("averaged.csv");
        JsonNode figures = evaluate(first, second, "--data", unseen, "--views", 10, "--out", table, "--json").json();
        Map<String, Double> one = probabilities(first);
        Map<String, Double> other = probabilities(second);
        List<JsonNode> rows = rows(table);
        assertThat(rows).hasSize(UNSEEN);
        int missed = 0;
        for (JsonNode row : rows) {
            assertThat(row.get("file").asText()).startsWith(row.get("class").asText() + "/");
            missed += row.get("class").equals(row.get("class_1")) ? 0 : 1;
        }
        Map<String, Double> both = probabilities(rows);
        assertThat(both).hasSize(3 * UNSEEN);
        both.forEach((key, probability) -> assertThat(probability)
                .isCloseTo((one.getOrDefault(key, NaN) + other.getOrDefault(key, NaN)) / 2, within(1e-5)));
        assertThat(figures.get("top1_error").asDouble()).isEqualTo(missed / (double) UNSEEN);
    }

    @Test
    void theSubmissionHasALineForEachPicture() throws Exception {
        Path submission = root.resolve("submission.txt");
        Path table = root.resolve("beside.csv");
        Result result = evaluate(first, "--data", unseen, "--out", table, "--submission", submission);
        assertThat(result.errLines()).singleElement().asString()
                .contains("1 is columns, 3 is rows");
        List<String> ids = List.of("columns", "discs", "rows");
        assertThat(Files.readAllLines(submission)).isEqualTo(rows(table).stream()
                .map(row -> "%d %d %d".formatted(
                        ids.indexOf(row.get("class_1").asText()) + 1,
                        ids.indexOf(row.get("class_2").asText()) + 1,
                        ids.indexOf(row.get("class_3").asText()) + 1))
                .toList());
    }

    @Test
    void noSubmissionWhereLinesWouldShift() throws Exception {
        Path broken = root.resolve("broken");
        ToyImages.write(broken, 2, 3);
        ToyImages.writeText(broken.resolve("discs/1.jpg"));
        Path submission = root.resolve("shifted.txt");
        Result result = Result.of("evaluate", first, "--data", broken, "--submission", submission, "--threads", 1);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.errLines().getLast()).contains("submission", "discs/1.jpg", "not a picture");
        assertThat(submission).doesNotExist();
        assertThat(root.toFile().list()).noneMatch(name -> name.endsWith(".tmp"));
    }

    @Test
    void figuresStandBelowEachOther() {
        List<String> alone = figures(evaluate(first, "--data", unseen));
        // two figures, as the top-5 error of three classes says nothing, the balanced error, and three classes below their heading
        assertThat(alone).hasSize(7);
        assertThat(alone.get(0))
                .matches("top-1 error +[0-9.]+ %  \\(\\d+ of 39 pictures; 95 % interval [0-9.]+ to [0-9.]+\\)");
        assertThat(alone.get(1)).matches("loss +\\d\\.\\d{4}");
        List<String> both = figures(evaluate(first, second, "--data", unseen, "--views", 10));
        assertThat(both).hasSize(17);
        assertThat(both.get(0)).endsWith("  10 views, average of 2 models");
        assertThat(both.get(2)).endsWith("  center view, average of 2 models");
        assertThat(both.get(4)).endsWith("  10 views, " + first);
        assertThat(both.get(11)).startsWith("loss ").endsWith("  center view, " + second);
        assertThat(both.stream().filter(line -> line.startsWith("top")).map(line -> line.indexOf('%')).distinct())
                .as("%s", both).hasSize(1);
    }

    @Test
    void warnsOfPicturesThatAModelMayHaveLearnedFrom() {
        Result validated = evaluate(second, first);
        assertThat(validated.warnings()).singleElement().asString().contains(first + " was validated on other");
        assertThat(evaluate(first, second).warnings()).singleElement().asString().contains(second.toString());
        Result whole = evaluate(first, second, "--data", pictures);
        assertThat(whole.warnings()).hasSize(2);
        assertThat(whole.warnings().getLast()).contains(second.toString(), "trained", pictures.toString());
        assertThat(evaluate(first, first).warnings()).isEmpty();
    }

    /// A class folder that has got more pictures deals them anew: some that taught would judge.
    @Test
    void refusesAHoldOutThatIsNotTheRunsOwn() throws Exception {
        Path changing = root.resolve("changing");
        ToyImages.write(changing, 8, 1);
        Path run = run("changed", changing, ToyRecipe.TEXT.replace("epochs: 8", "epochs: 1"));
        JsonNode before = evaluate(run, "--json").json();
        Path model = run.resolve("checkpoints").resolve(new RunFiles(run).checkpoints().getLast());
        for (int i = 0; i < 9; i++) {
            Files.copy(unseen.resolve("discs/" + (i % 2 == 0 ? i + ".png" : i + ".jpg")),
                    changing.resolve("discs/more-" + i + (i % 2 == 0 ? ".png" : ".jpg")));
        }
        for (Path named : List.of(run, model)) {
            Result.of("evaluate", named, "--threads", 1).isRefused(1, "held out of " + changing + " now are not those",
                    "added, removed or renamed", "--data");
        }
        assertThat(evaluate(run, "--data", unseen, "--json").json().get("n").asInt()).isEqualTo(UNSEEN);
        for (int i = 0; i < 9; i++) {
            Files.delete(changing.resolve("discs/more-" + i + (i % 2 == 0 ? ".png" : ".jpg")));
        }
        assertThat(evaluate(run, "--json").json()).isEqualTo(before);
    }

    /// What is prepared holds out by the rule of its own folder, of which a fold knows nothing.
    @Test
    void warnsOfPreparedPicturesThatAFoldMayHaveLearnedFrom() throws Exception {
        Path runs = root.resolve("folds");
        Path folds = Path.of(Result.done("finetune", second, "--data", pictures, "--folds", 2, "--epochs", 1, "--runs",
                runs, "--threads", 1, "--json").json().get("runs").asText());
        Path prepared = prepare(pictures, "as-first", 0.3);
        Path fold = folds.resolve("fold-1");
        for (Path named : List.of(prepared, pictures)) {
            assertThat(evaluate(fold, "--data", named).warnings()).singleElement().asString()
                    .contains("trained", named.toString());
        }
        assertThat(evaluate(fold).warnings()).isEmpty();
        assertThat(evaluate(first, "--data", prepared).warnings()).isEmpty();
        assertThat(evaluate(first, "--data", prepare(pictures, "as-second", 0.4)).warnings()).hasSize(1);
    }

    /// As without --data, where it is refused.
    @Test
    void warnsOfPreparedPicturesThatWereSplitOtherwise() throws Exception {
        Path changing = root.resolve("dealt");
        ToyImages.write(changing, 8, 1);
        Path run = run("before", changing, ToyRecipe.TEXT.replace("epochs: 8", "epochs: 1"));
        assertThat(evaluate(run, "--data", prepare(changing, "prepared-before", 0.3)).warnings()).isEmpty();
        for (int i = 0; i < 9; i += 2) {
            Files.copy(unseen.resolve("discs/" + i + ".png"), changing.resolve("discs/more-" + i + ".png"));
        }
        Path prepared = prepare(changing, "prepared-after", 0.3);
        assertThat(evaluate(run, "--data", prepared).warnings()).singleElement().asString()
                .contains("trained", prepared.toString(), "--data");
    }

    private static Path prepare(Path source, String name, double holdOut) {
        Path prepared = root.resolve(name);
        Result.done("prepare", source, prepared, "--size", 20, "--hold-out", holdOut);
        return prepared;
    }

    @Test
    void classifiesWithTheSameViews() throws Exception {
        Map<String, Double> expected = probabilities(first);
        JsonNode answers = Result.done("classify", first, unseen, "--views", 10, "--threads", 1, "--json").json();
        assertThat(answers).hasSize(UNSEEN);
        for (JsonNode answer : answers) {
            String name = unseen.relativize(Path.of(answer.get("file").asText())).toString().replace('\\', '/');
            for (JsonNode prediction : answer.get("predictions")) {
                assertThat(prediction.get("probability").asDouble())
                        .isCloseTo(expected.getOrDefault(name + " " + prediction.get("class").asText(), NaN),
                                within(1e-5));
            }
        }
    }

    @Test
    void refusesWhatCannotBeMeant() throws Exception {
        Result.of("evaluate", first, "--views", 5).isRefused(2, "--views must be 1 or 10, found 5");
        Result.of("classify", first, unseen, "--views", "ten").isRefused(2, "--views", "ten");
        Path same = root.resolve("same");
        Result.of("evaluate", first, "--out", same, "--submission", same).isRefused(2, same.toString(), "name two");
        Path nowhere = root.resolve("nowhere/predictions.csv");
        Result.of("evaluate", first, "--threads", 1, "--out", nowhere).isRefused(2, "--out", "no folder "
                + nowhere.getParent());
        Result.of("evaluate", first, "--out", root.resolve("p.txt")).isRefused(2, "--out must end in .csv", "p.txt");
        Result.of("evaluate", first, "--submission", root.resolve("p.csv")).isRefused(2,
                "--submission must end in .txt", "p.csv");
        Path there = Files.writeString(root.resolve("there.txt"), "mine");
        Result.of("evaluate", first, "--submission", there).isRefused(2, there.toString(), "--force");
        assertThat(there).hasContent("mine");
        String last = new RunFiles(first).checkpoints().getLast();
        Path file = first.resolve("checkpoints").resolve(last).resolve("model.safetensors");
        Result.of("evaluate", first, file).isRefused(2, "--data");
    }

    @Test
    void refusesToAverageOtherClasses() throws Exception {
        Path renamed = root.resolve("renamed");
        ToyImages.write(renamed, 3, 1);
        Files.move(renamed.resolve("discs"), renamed.resolve("plates"));
        Path other = run("other", renamed, ToyRecipe.TEXT.replace("epochs: 8", "epochs: 1"));
        Result.of("evaluate", first, other, "--threads", 1).isRefused(1, "their classes are not the same",
                "only " + first + " has discs", "only " + other + " has plates");
    }

    // ---------------------------------------------------------------------------------------------------------------

    private static Path run(String name, Path data, String recipe) throws IOException {
        Path file = Files.writeString(root.resolve(name + ".yaml"), recipe);
        Path runs = root.resolve(name);
        Result.done("train", "--data", data, "--recipe", file, "--runs", runs, "--threads", 1, "--progress", "none");
        return runs.resolve("latest").toRealPath();
    }

    private static Result evaluate(Object... arguments) {
        Object[] all = new Object[arguments.length + 3];
        all[0] = "evaluate";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[all.length - 2] = "--threads";
        all[all.length - 1] = 1;
        return Result.done(all);
    }

    private static List<String> figures(Result result) {
        return result.out().lines().takeWhile(line -> !line.startsWith("most frequent")).toList();
    }

    /// What a model says of the unseen pictures, by the file's and the class's name.
    private static Map<String, Double> probabilities(Path model) throws IOException {
        Path table = Files.createTempFile(root, "alone", ".csv");
        evaluate(model, "--data", unseen, "--views", 10, "--out", table, "--force");
        return probabilities(rows(table));
    }

    private static Map<String, Double> probabilities(List<JsonNode> rows) {
        Map<String, Double> probabilities = new TreeMap<>();
        for (JsonNode row : rows) {
            for (int place = 1; place <= 3; place++) {
                probabilities.put(row.get("file").asText() + " " + row.get("class_" + place).asText(),
                        row.get("probability_" + place).asDouble());
            }
        }
        return probabilities;
    }

    private static List<JsonNode> rows(Path table) throws IOException {
        try (MappingIterator<JsonNode> rows = new CsvMapper()
                .readerFor(JsonNode.class)
                .with(CsvSchema.emptySchema().withHeader())
                .readValues(table.toFile())) {
            return rows.readAll();
        }
    }
}
