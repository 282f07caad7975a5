package net.alexnet.report;

import module java.base;
import net.alexnet.io.Texts;
import net.alexnet.report.Chart.Line;
import net.alexnet.report.Chart.Point;

/// A chart with its legend, the list of its marks and the tables of its values.
///
/// @param notes what happened at each mark of the chart, in their order
/// @param tables of the values, at least one
record Figure(Chart chart, List<String> notes, List<Table> tables) {
    /// The most points of a line: a drawing has fewer pixels.
    private static final int MOST_POINTS = 600;

    /// The figure as HTML.
    String html() {
        StringBuilder html = new StringBuilder("<figure>\n<figcaption>" + Texts.markup(chart.title())
                + (chart.y().log() ? " (logarithmic axis)" : "") + "</figcaption>\n").append(chart.svg());
        html.append("<ul class=\"legend\">");
        chart.lines().forEach(line -> html.append("<li>").append(Chart.sample(line))
                .append(Texts.markup(line.name())).append("</li>"));
        html.append("</ul>\n");
        if (!notes.isEmpty()) {
            html.append("<p>At the numbered lines:</p>\n<ol class=\"notes\">");
            notes.forEach(note -> html.append("<li>").append(Texts.markup(note)).append("</li>"));
            html.append("</ol>\n");
        }
        tables.forEach(table -> html.append(table.folded()));
        return html.append("</figure>\n").toString();
    }

    /// Few enough points to draw: of each stretch of a long line the lowest and the highest.
    static List<Point> thinned(List<Point> points) {
        if (points.size() <= MOST_POINTS) {
            return points;
        }
        List<Point> thinned = new ArrayList<>();
        int stretch = Math.ceilDiv(2 * points.size(), MOST_POINTS);
        for (int from = 0; from < points.size(); from += stretch) {
            List<Point> part = points.subList(from, Math.min(from + stretch, points.size()));
            Comparator<Point> byHeight = Comparator.comparingDouble(Point::y);
            List<Point> seen = part.stream().filter(one -> Double.isFinite(one.y())).toList();
            Stream.of(seen.stream().min(byHeight), seen.stream().max(byHeight)).flatMap(Optional::stream)
                    .sorted(Comparator.comparingDouble(Point::x)).distinct().forEach(thinned::add);
        }
        return thinned;
    }

    /// Rows for a table: all, or as many as a reader may want, evenly spread and with the last.
    ///
    /// @param most rows
    static <T> List<T> spread(List<T> rows, int most) {
        return rows.size() <= most
                ? rows
                : IntStream.range(0, most)
                        .mapToObj(i -> rows.get((int) ((long) i * (rows.size() - 1) / (most - 1)))).toList();
    }

    /// All places of the points of lines on one axis.
    static DoubleStream values(List<Line> lines, ToDoubleFunction<Point> axis) {
        return lines.stream().flatMap(line -> line.points().stream()).mapToDouble(axis);
    }
}
