package net.alexnet.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import net.alexnet.report.Chart.Line;
import net.alexnet.report.Chart.Point;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;

class ChartTest {
    private static Chart chart(Line... lines) {
        List<Line> all = List.of(lines);
        return new Chart("Loss", "step", "cross-entropy", Scale.around(Figure.values(all, Point::x)),
                Scale.logarithmic(Figure.values(all, Point::y)), all, List.of(2.0));
    }

    /// The pairs of numbers of a path, and the commands before them.
    private static List<String> points(Chart chart) {
        Element path = Jsoup.parse(chart.svg()).expectFirst("path.line");
        return Arrays.stream(path.attr("d").split("(?=[ML])", -1)).filter(one -> !one.isEmpty()).toList();
    }

    @Property
    void higherValuesAreHigherUpAndLaterOnesFurtherRight(
            @ForAll @Size(min = 2, max = 50) List<@DoubleRange(min = -6, max = 6) Double> powers) {
        List<Double> values = powers.stream().map(one -> Math.pow(10, one)).toList();
        List<Point> points = IntStream.range(0, values.size()).mapToObj(i -> new Point(i + 1, values.get(i))).toList();
        Chart chart = chart(new Line("one", 0, points));
        List<String> drawn = points(chart);
        assertThat(drawn).hasSize(points.size());
        for (int i = 0; i < points.size(); i++) {
            String[] place = drawn.get(i).substring(1).split(" ", 2);
            double x = Double.parseDouble(place[0]);
            double y = Double.parseDouble(place[1]);
            assertThat(x).isCloseTo(chart.left(i + 1), within(0.006)).isBetween(Chart.LEFT, Chart.RIGHT);
            assertThat(y).isCloseTo(chart.top(values.get(i)), within(0.006))
                    .isBetween(Chart.TOP - 0.01, Chart.BOTTOM + 0.01);
            if (i > 0) {
                assertThat(x).isGreaterThan(Double.parseDouble(drawn.get(i - 1).substring(1).split(" ", 2)[0]));
                assertThat(Double.compare(chart.top(values.get(i)), chart.top(values.get(i - 1))))
                        .isEqualTo(Double.compare(values.get(i - 1), values.get(i)));
            }
        }
    }

    @Test
    void whatHasNoPlaceInterruptsALine() {
        assertThat(points(chart(new Line("one", 0, List.of(new Point(1, 2), new Point(2, Double.NaN), new Point(3, 4),
                new Point(4, 5)))))).extracting(one -> one.charAt(0)).containsExactly('M', 'M', 'L');
    }

    @Test
    void isAnImageThatSaysWhatItShows() {
        Element svg = Jsoup.parse(chart(new Line("<script>", 1, List.of(new Point(1, 2)))).svg()).expectFirst("svg");
        assertThat(svg.attr("role")).isEqualTo("img");
        assertThat(svg.attr("aria-label")).contains("Loss", "cross-entropy", "step", "<script>");
        assertThat(svg.select("script")).isEmpty();
    }

    @Test
    void numbersItsMarks() {
        Chart chart = chart(new Line("one", 0, List.of(new Point(1, 1), new Point(3, 2))));
        Element svg = Jsoup.parse(chart.svg()).expectFirst("svg");
        assertThat(svg.select("path.mark")).hasSize(1);
        assertThat(svg.expectFirst("path.mark").attr("d")).startsWith("M268 "); // in the middle
    }

    @Test
    void everyLineOfALegendLooksDifferent() {
        List<String> samples = IntStream.range(0, Chart.STYLES)
                .mapToObj(i -> Chart.sample(new Line("", i, List.of()))).toList();
        assertThat(samples).doesNotHaveDuplicates();
    }

    @Test
    void aThinnedLineKeepsItsEndsAndExtremes() {
        List<Point> points = IntStream.range(0, 5000).mapToObj(i -> new Point(i, i == 1234 ? 99 : i % 7)).toList();
        List<Point> thinned = Figure.thinned(points);
        assertThat(thinned).hasSizeLessThan(700).contains(new Point(1234, 99)).isSubsetOf(points);
        assertThat(thinned).extracting(Point::x).isSorted();
        assertThat(Figure.thinned(points.subList(0, 100))).isEqualTo(points.subList(0, 100));
    }

    @Test
    void smoothingKeepsTheEndsAndTheMeanOfAStraightLine() {
        List<Point> line = DoubleStream.iterate(1, one -> one + 1).limit(100).mapToObj(one -> new Point(one, 3 * one))
                .toList();
        List<Point> smoothed = Curves.smoothed(line);
        for (int i = 0; i < line.size(); i++) {
            assertThat(smoothed.get(i).x()).isEqualTo(line.get(i).x());
            assertThat(smoothed.get(i).y()).isCloseTo(line.get(i).y(), within(1e-9));
        }
    }
}
