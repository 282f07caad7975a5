package net.alexnet.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import net.alexnet.report.Chart.Point;
import net.alexnet.report.Table.Cell;
import net.alexnet.train.RunFolder;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.RecipeReader;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;

class SectionsTest {
    /// The unrounded numbers of a table, row by row.
    private static List<List<Double>> numbers(Document page, String caption) {
        Element table = page.select("table").stream().filter(one -> one.expectFirst("caption").text().equals(caption))
                .findFirst().orElseThrow();
        return table.select("tbody tr").stream().map(row -> row.select("data").stream()
                .map(one -> Double.valueOf(one.attr("value"))).toList()).toList();
    }

    @Test
    void tablesHaveTheNumbersOfTheLog() {
        RunLog log = Logs.recent();
        Document page = Jsoup.parse(Curves.learning(log).html() + Curves.speed(log).html()
                + LayerCharts.of(log.epochs()).orElseThrow().html());
        assertThat(numbers(page, "Loss of each epoch"))
                .containsExactly(List.of(1.0, 2.0, 2.3125, 1.75), List.of(2.0, 3.0, 1.875, 1.25));
        assertThat(numbers(page, "Loss of single batches"))
                .containsExactly(List.of(1.0, 2.5), List.of(2.0, 2.125), List.of(3.0, 1.875));
        assertThat(numbers(page, "Errors of each epoch"))
                .containsExactly(List.of(1.0, 0.625, 0.5, 0.1), List.of(2.0, 0.375, 0.25, 0.05));
        assertThat(numbers(page, "Learning rate"))
                .containsExactly(List.of(1.0, 0.02), List.of(2.0, 0.02), List.of(3.0, 0.002));
        assertThat(numbers(page, "Training speed, without validation"))
                .containsExactly(List.of(1.0, 100.5), List.of(2.0, 120.0), List.of(3.0, 110.0));
        assertThat(numbers(page, "Time of each epoch, validation included"))
                .containsExactly(List.of(1.0, 3.5), List.of(2.0, 4.25));
        assertThat(numbers(page, "Size of the updates by layer, update / weight"))
                .containsExactly(List.of(1.0, 0.25, 0.25), List.of(2.0, 0.0625, 0.0625));
        assertThat(numbers(page, "Dead units by layer, share of the units, %"))
                .containsExactly(List.of(1.0, 25.0), List.of(2.0, 12.5));
    }

    @Test
    void everyChartHasTables() {
        Document page = Jsoup.parse(Curves.learning(Logs.recent()).html());
        assertThat(page.select("figure")).hasSize(3).allSatisfy(figure -> {
            assertThat(figure.select("svg[role=img]")).hasSize(1);
            assertThat(figure.select("details table")).isNotEmpty();
            assertThat(figure.select("figcaption").text()).isNotBlank();
        });
        assertThat(page.select("th:not([scope])")).isEmpty();
        assertThat(page.select("table:not(:has(caption))")).isEmpty();
        assertThat(page.select("ol.notes li").eachText()).containsExactly("step 2: <b>flat</b>");
        assertThat(page.select("b")).isEmpty();
    }

    @Test
    void oldLogsHaveNoLayersAndNoTrainingError() {
        assertThat(Logs.recent().test().orElseThrow().errors().hasTop5()).as("0.0").isFalse();
        assertThat(Logs.recent().epochs().getLast().validation().orElseThrow().hasTop5()).isTrue();
        RunLog log = Logs.minimal();
        assertThat(LayerCharts.of(log.epochs())).isEmpty();
        Document page = Jsoup.parse(Curves.learning(log).html());
        assertThat(numbers(page, "Errors of each epoch")).containsExactly(List.of(1.0, 0.5619, 0.0851));
        assertThat(page.select("figure").get(1).select(".legend li").eachText()).containsExactly("validation");
    }

    @Test
    void anEmptyLogHasNoCharts() {
        assertThat(Jsoup.parse(Curves.learning(Logs.of()).html()).select("svg")).isEmpty();
        assertThat(Jsoup.parse(Curves.speed(Logs.of()).html()).select("h2")).hasSize(1);
    }

    @Test
    void namesAreTextsWhateverTheyHold() {
        String hostile = "\"'><script>alert(1)</script><img src=x onerror=y>\u0000\u202e&amp;";
        String html = new Table(hostile, List.of(hostile)).row(List.of(Cell.text(hostile), Cell.text(hostile))).html()
                + new Section("one", hostile, "").html();
        Document page = Jsoup.parse(html);
        assertThat(page.select("script, img")).isEmpty();
        assertThat(page.select("td").text()).contains("<script>alert(1)</script>", "&amp;")
                .doesNotContain("\u0000", "\u202e");
        assertThat(page.getAllElements()).allSatisfy(one -> assertThat(one.attributes().asList())
                .noneMatch(attribute -> attribute.getKey().startsWith("on")));
        assertThatIllegalArgumentException().isThrownBy(() -> new Section("a b", "", ""));
    }

    @Test
    void differingKeysAreThoseWithOtherValues() {
        Recipe one = Recipe.standard();
        Recipe other = one.withEpochs(7).withSource("elsewhere/");
        Map<String, List<String>> differing = RecipeKeys.differing(List.of(one, other, one));
        assertThat(differing).containsOnlyKeys("epochs", "data.source");
        assertThat(differing.get("epochs")).containsExactly("90", "7", "90");
        assertThat(RecipeKeys.differing(List.of(one, one))).isEmpty();
        assertThat(RecipeReader.keys(one)).containsEntry("optimizer.momentum", "0.9")
                .containsEntry("network.variant", "paper").containsEntry("data.class_names", "[]");
    }

    /// A value is kept until the next step that has another, and the line reaches the last step.
    @Test
    void theLearningRateHasStairs() {
        assertThat(Curves.stairs(List.of(new Point(1, 2), new Point(20, 2), new Point(40, 1), new Point(60, 1))))
                .containsExactly(new Point(1, 2), new Point(20, 2), new Point(40, 2), new Point(40, 1),
                        new Point(60, 1));
        List<Point> many = IntStream.rangeClosed(1, 5000).mapToObj(i -> new Point(i, i < 3001 ? 2 : 1)).toList();
        assertThat(Curves.stairs(many)).contains(new Point(3001, 2), new Point(3001, 1), new Point(5000, 1))
                .hasSizeLessThan(1000);
        RunLog log = Logs.minimal(); // step 1 is logged, and the epoch ends with step 391
        assertThat(numbers(Jsoup.parse(Curves.learning(log).html()), "Learning rate"))
                .containsExactly(List.of(1.0, 0.02), List.of(391.0, 0.02));
    }

    /// Two steps of 8 pictures at 4 pictures a second, after an epoch of 10 s.
    @Test
    void stepsAfterTheLastEpochTakeTimeToo() {
        Recipe recipe = RecipeReader.read("", "batch: 8\n", Map.of());
        RunLog log = Logs.of("{\"step\":3,\"kind\":\"epoch\",\"epoch\":1,\"loss\":1,\"seconds\":10}",
                "{\"step\":5,\"kind\":\"step\",\"loss\":1,\"learning_rate\":1,\"images_per_second\":4}",
                "{\"step\":6,\"kind\":\"diverged\",\"text\":\"too high\"}");
        RunRecord run = new RunRecord(new RunFolder(Path.of("run")), recipe, log, Optional.empty(), Optional.empty());
        assertThat(run.seconds()).isEqualTo(14);
        assertThat(Overview.facts(run, Optional.empty()).body()).contains("about 14", "<dt>diverged</dt><dd>too high");
        assertThat(Jsoup.parse(Curves.learning(log).html()).select("ol.notes li").eachText())
                .containsExactly("step 6: too high");
    }

    @Test
    void runsHaveTheShortestNamesThatTellThemApart() {
        assertThat(RunComparison.names(List.of(Path.of("/r/a/seed-1"), Path.of("/r/b/seed-1"))))
                .containsExactly("a/seed-1", "b/seed-1");
        assertThat(RunComparison.names(List.of(Path.of("/r/a"), Path.of("/r/b")))).containsExactly("a", "b");
        assertThat(RunComparison.names(List.of(Path.of("/a"), Path.of("/b/a")))).containsExactly("/a", "/b/a");
        assertThat(RunComparison.names(List.of(Path.of("/a"), Path.of("/a")))).containsExactly("/a", "/a");
    }

    @Test
    void rowsOfLongTablesAreSpread() {
        List<Integer> all = IntStream.rangeClosed(0, 1000).boxed().toList();
        assertThat(Figure.spread(all, 11)).containsExactly(0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000);
        assertThat(Figure.spread(all.subList(0, 5), 11)).isEqualTo(all.subList(0, 5));
    }
}
