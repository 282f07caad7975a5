package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.alexnet.io.LockFile;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.parser.Parser;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The page of a run.
@EnabledOnOs({OS.LINUX, OS.MAC}) // a class has a name that Windows does not allow
class ReportTest {
    private static final String HOSTILE = "<script>alert(1)<";

    @TempDir
    static Path root;

    private static Path pictures;
    private static RunFiles run;
    private static RunFiles longer;

    @BeforeAll
    static void train() throws Exception {
        pictures = root.resolve("pictures");
        ToyImages.write(pictures, 12, 1);
        Files.move(pictures.resolve("discs"), pictures.resolve(HOSTILE));
        run = trained(1, "0.01");
        longer = trained(2, "0.02");
    }

    private static RunFiles trained(int epochs, String rate) throws IOException {
        Path runs = root.resolve("runs");
        Result result = Result.done("train", "--data", pictures, "--recipe", ToyRecipe.in(root), "--runs", runs,
                "--epochs", epochs, "--set", "optimizer.learning_rate=" + rate, "--threads", 1);
        assertThat(result.err()).doesNotContain("warning");
        return RunFiles.latest(runs);
    }

    /// Reads a page, which must be HTML without mistakes.
    private static Document page(Path file) throws IOException {
        Parser parser = Parser.htmlParser().setTrackErrors(20);
        Document page = Jsoup.parse(Files.readString(file), "", parser);
        assertThat(parser.getErrors()).isEmpty();
        return page;
    }

    private static Element table(Document page, String caption) {
        return page.select("table").stream().filter(one -> one.expectFirst("caption").text().contains(caption))
                .findFirst().orElseThrow();
    }

    private static List<Double> column(Element table, int column) {
        return table.select("tbody tr").stream()
                .map(row -> Double.valueOf(row.child(column).expectFirst("data").attr("value"))).toList();
    }

    @Test
    void aFinishedRunHasItsPage() throws Exception {
        Document page = page(run.folder().resolve("report.html"));
        assertThat(page.title()).contains(run.folder().getFileName().toString());
        JsonNode epoch = run.log("epoch").getLast();
        assertThat(column(table(page, "Loss of each epoch"), 3))
                .containsExactly(epoch.get("validation_loss").asDouble());
        assertThat(column(table(page, "Errors of each epoch"), 2)).containsExactly(epoch.get("top1_error").asDouble());
        assertThat(table(page, "Size of the updates").select("thead th").eachText()).contains("conv1", "fc8");
        assertThat(page.select("#network th[scope=row]").eachText()).contains("conv1", "softmax", "in all");
        assertThat(page.select("#recipe tr:has(.differs) th").eachText()).contains("epochs", "seed")
                .doesNotContain("optimizer.momentum");
        assertThat(page.select("#recipe pre").text()).startsWith("./alexnet train --recipe ")
                .contains("recipe.yaml", "--threads 1");
    }

    @Test
    void itsMistakesAreThoseOfTheLastValidation() throws Exception {
        Document page = page(run.folder().resolve("report.html"));
        JsonNode epoch = run.log("epoch").getLast();
        long images = epoch.get("validation_n").asLong();
        Element matrix = table(page, "taken for each class");
        double right = 0;
        double all = 0;
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                double count = column(matrix, j + 1).get(i);
                all += count;
                right += i == j ? count : 0;
            }
        }
        assertThat(all).isEqualTo((double) images);
        assertThat(1 - right / all).isCloseTo(epoch.get("top1_error").asDouble(), within(1e-9));
        Element classes = table(page, "error of each class");
        assertThat(column(classes, 4).stream().mapToDouble(one -> one).sum()).isEqualTo((double) images);
        assertThat(column(classes, 3).stream().mapToDouble(one -> one).sum()).isEqualTo(all - right);
        assertThat(page.select("#pictures img")).hasSize(2 * Math.toIntExact(Math.min(24, images)));
    }

    private static String beforeComma(Element cell) {
        return cell.text().substring(0, cell.text().indexOf(", "));
    }

    @Test
    void showsTheMostProbableClassesOfSomePictures() throws Exception {
        Document page = page(run.folder().resolve("report.html"));
        Element table = table(page, "most probable classes");
        List<Element> rows = table.select("tbody tr");
        assertThat(rows).hasSize(Math.toIntExact(Math.min(8, run.log("epoch").getLast().get("validation_n").asLong())));
        assertThat(rows).allMatch(row -> row.childrenSize() == 2 + 3); // with three classes
        List<Element> panels = page.select("#predictions figure svg");
        assertThat(panels).hasSameSizeAs(rows);
        for (int i = 0; i < rows.size(); i++) {
            List<String> shown = panels.get(i).select("text").eachText();
            String truth = rows.get(i).child(1).text();
            assertThat(shown.getFirst()).isEqualTo(truth);
            List<Element> bars = panels.get(i).select("rect").subList(1, 4); // the first is the ground
            for (int rank = 0; rank < 3; rank++) {
                String answer = beforeComma(rows.get(i).child(2 + rank));
                assertThat(shown.get(1 + 2 * rank)).isEqualTo(answer);
                Element other = bars.get(rank == 0 ? 1 : 0);
                assertThat(bars.get(rank).attr("fill").equals(other.attr("fill")))
                        .as("of another color if it is the true class, or if the other is")
                        .isEqualTo(!answer.equals(truth) && !shown.get(rank == 0 ? 3 : 1).equals(truth));
            }
        }
    }

    @Test
    void showsTheNearestTrainingPicturesOfTheSamePictures() throws Exception {
        Document page = page(run.folder().resolve("report.html"));
        List<Element> rows = table(page, "nearest training pictures").select("tbody tr");
        List<String> asked = table(page, "most probable classes").select("tbody th").eachText();
        assertThat(rows).hasSize(5);
        assertThat(rows).extracting(row -> row.child(0).text()).isEqualTo(asked.subList(0, 5));
        assertThat(page.select("#neighbors image")).hasSize(5 * (1 + 6));
        List<String> pixels = page.select("#neighbors image").eachAttr("href");
        for (int i = 0; i < 5; i++) {
            assertThat(pixels.subList(7 * i, 7 * i + 7)).doesNotHaveDuplicates();
            List<Double> distances = rows.get(i).select("td").stream().skip(1)
                    .map(cell -> Double.valueOf(cell.text().substring(beforeComma(cell).length() + 2))).toList();
            assertThat(distances).hasSize(6).isSorted().allMatch(distance -> distance > 0);
        }
        assertThat(page.select("#neighbors p").text()).contains("24 training pictures"); // 8 of each class
    }

    @Test
    void heatMapsAreThereIfTheyAreAskedFor() throws Exception {
        assertThat(page(run.folder().resolve("report.html")).select("#occlusion")).isEmpty();
        Path file = root.resolve("maps.html");
        Result.done("report", run.folder(), "--occlusion", 2, "-o", file, "--threads", 1);
        Document page = page(file);
        Element table = table(page, "probability of the true class");
        assertThat(table.select("tbody th").eachText())
                .isEqualTo(table(page, "most probable classes").select("tbody th").eachText().subList(0, 2));
        for (int i = 0; i < 2; i++) {
            assertThat(column(table, 3).get(i)).isBetween(0.0, column(table, 4).get(i));
        }
        assertThat(page.select("#occlusion figure svg image")).hasSize(2 * 3); // picture, map and scale
        Result.of("report", run.folder(), "--occlusion", 0, "-o", root.resolve("no.html")).isRefused(2, "--occlusion");
        Result.of("report", run.folder(), longer.folder(), "--occlusion", 1, "-o", root.resolve("no.html"))
                .isRefused(2, "--occlusion", "one run");
    }

    @Test
    void loadsNothingAndRunsNothing() throws Exception {
        String text = Files.readString(run.folder().resolve("report.html"));
        assertThat(text).doesNotContain("http:", "https:", "url(", "@import", "<script");
        Document page = page(run.folder().resolve("report.html"));
        assertThat(page.select("[src]")).allMatch(one -> one.attr("src").startsWith("data:image/jpeg;base64,"));
        assertThat(page.select("image")).isNotEmpty()
                .allMatch(one -> one.attr("href").startsWith("data:image/png;base64,"));
        assertThat(page.select("[href]").not("image")).allMatch(one -> !page.select(one.attr("href")).isEmpty());
        assertThat(page.select("script, link, iframe, object, embed, base")).isEmpty();
        assertThat(page.select("#classes th").eachText()).contains(HOSTILE);
    }

    @Test
    void canBeReadWithoutSeeingIt() throws Exception {
        Document page = page(run.folder().resolve("report.html"));
        assertThat(page.select("html[lang]")).hasSize(1);
        assertThat(page.select("h1")).hasSize(1);
        assertThat(page.select("section:not(:has(h2))")).isEmpty();
        assertThat(page.select("figure svg:not([role=img][aria-label])").not(".sample")).isEmpty();
        assertThat(page.select("img:not([alt])")).isEmpty();
        assertThat(page.select("th:not([scope])")).isEmpty();
        List<String> ids = page.select("[id]").eachAttr("id");
        Set<String> distinct = new HashSet<>(ids);
        assertThat(ids).hasSameSizeAs(distinct);
    }

    @Test
    void anotherPageIsTheSame() throws Exception {
        Path file = root.resolve("again.html");
        Result.done("report", run.folder(), "-o", file, "--threads", 1);
        assertThat(file).hasSameTextualContentAs(run.folder().resolve("report.html"));
        Result.of("report", run.folder(), "-o", file).isRefused(2, file.toString(), "--force");
        assertThat(Result.done("report", run.folder(), "-o", file, "--force", "--json").json().get("report").asText())
                .isEqualTo(file.toString());
    }

    @Test
    void severalRunsAreCompared() throws Exception {
        Path file = root.resolve("comparison.html");
        Result.done("report", run.folder(), longer.folder(), "-o", file);
        Document page = page(file);
        String first = run.folder().getFileName().toString();
        String second = longer.folder().getFileName().toString();
        Element errors = table(page, "Errors after the last epoch");
        assertThat(errors.select("tbody th").eachText()).containsExactly(first, second);
        assertThat(column(errors, 2)).containsExactly(run.log("epoch").getLast().get("top1_error").asDouble(),
                longer.log("epoch").getLast().get("top1_error").asDouble());
        assertThat(table(page, "Validation loss").select("tbody tr")).hasSize(2);
        Element keys = table(page, "Keys in which the recipes differ");
        assertThat(keys.select("tbody th").eachText()).containsExactlyInAnyOrder("epochs", "optimizer.learning_rate");
        assertThat(keys.select("tr:has(th:containsOwn(epochs)) td").eachText()).containsExactly("1", "2");
    }

    /// As results/ has runs: the folders' names are alike, and there is no checkpoint.
    @Test
    void finishedRunsAreComparedWithoutTheirCheckpoints() throws Exception {
        Path kept = root.resolve("kept");
        for (RunFiles one : List.of(run, longer)) {
            Path folder = Files.createDirectories(kept.resolve((one.equals(run) ? "arm" : "baseline") + "/seed-1"));
            Files.copy(one.folder().resolve("recipe.yaml"), folder.resolve("recipe.yaml"));
            Files.copy(one.folder().resolve("log.jsonl"), folder.resolve("log.jsonl"));
        }
        Path first = kept.resolve("arm/seed-1");
        Path file = root.resolve("kept.html");
        Result.done("report", first, kept.resolve("baseline/seed-1"), "-o", file);
        Element errors = table(page(file), "Errors after the last epoch");
        assertThat(errors.select("tbody th").eachText()).containsExactly("arm/seed-1", "baseline/seed-1");
        assertThat(column(errors, 2)).containsExactly(run.log("epoch").getLast().get("top1_error").asDouble(),
                longer.log("epoch").getLast().get("top1_error").asDouble());
        Result.of("report", first).isRefused(1, first.toString(), "is finished", "without its checkpoints");
        try (LockFile _ = LockFile.tryTake(first.resolve("lock")).orElseThrow()) {
            Result.of("report", first).isRefused(1, first.toString(), "is being trained");
        }
    }

    @Test
    void withoutThePicturesItSaysSoAndHasTheRest() throws Exception {
        Path elsewhere = root.resolve("elsewhere");
        Path file = root.resolve("without.html");
        Files.move(pictures, elsewhere);
        try {
            Result.done("report", run.folder(), "-o", file);
        } finally {
            Files.move(elsewhere, pictures);
        }
        Document page = page(file);
        assertThat(page.select("#classes p").text()).contains(pictures.toString());
        assertThat(page.select("#pictures, #predictions, #neighbors, img")).isEmpty();
        assertThat(page.select("#curves figure")).isNotEmpty();
        assertThat(page.select("#recipe table")).hasSize(1);
    }

    @Test
    void aRunWithoutValidationPicturesHasAPageBeforeItsFirstEpochEnds() throws Exception {
        Path runs = root.resolve("all");
        Result.done("train", "--data", pictures, "--recipe", ToyRecipe.in(root), "--runs", runs, "--max-steps", 1,
                "--set", "data.hold_out=0", "--threads", 1);
        Path folder = RunFiles.latest(runs).folder();
        Result.done("report", folder);
        Document page = page(folder.resolve("report.html"));
        assertThat(page.select("#classes p").text()).contains("no validation pictures");
        assertThat(page.select("#filters")).hasSize(1);
    }

    @Test
    void whatIsNoRunIsRefusedInOneLine() throws Exception {
        Result.of("report", pictures).isRefused(1, pictures.toString(), "recipe.yaml");
        Result.of("report", root.resolve("nowhere")).isRefused(1, "nowhere");
        Path bare = Files.createDirectory(root.resolve("bare"));
        Files.writeString(bare.resolve("recipe.yaml"), run.text("recipe.yaml"));
        Result.of("report", bare).isRefused(1, bare.toString(), "no checkpoint");
        Result.of("report", run.folder(), longer.folder()).isRefused(2, "-o");
        Result.of("report").isRefused(2, "RUN");
        Result.of("report", run.folder(), "-o", "r.pdf").isRefused(2, "-o must end in .html", "r.pdf");
        Path folder = Files.createDirectory(root.resolve("folder.html"));
        Result.of("report", run.folder(), "-o", folder).isRefused(2, folder.toString());
    }
}
