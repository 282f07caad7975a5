package net.alexnet.reproduce;

import module java.base;
import net.alexnet.io.Texts;

/// The figure of a claim as SVG: a row for each kind of run and value, a circle for each run, and a bar at their mean.
final class ClaimFigure {
    private static final int LEFT = 260;
    private static final int WIDTH = 460; // of the axis
    private static final int ROW = 28;
    private static final int TOP = 40;
    private static final int TICKS = 5;

    private ClaimFigure() {}

    /// A row of circles.
    private record Row(String name, List<Double> values) {}

    /// The figure; empty if no run of the claim has a value.
    static Optional<String> svg(Result result) {
        List<Row> rows = rows(result);
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        double low = rows.stream().flatMap(row -> row.values.stream()).mapToDouble(d -> d).min().orElseThrow();
        double high = rows.stream().flatMap(row -> row.values.stream()).mapToDouble(d -> d).max().orElseThrow();
        double room = Math.max((high - low) / 10, 1e-6);
        int bottom = TOP + ROW * rows.size();
        StringBuilder svg = new StringBuilder(String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %1$d %2$d" role="img" \
                font-family="sans-serif" font-size="13">
                <title>%s</title>
                <rect width="100%%" height="100%%" fill="white"/>
                <text x="12" y="22" font-weight="bold">%s</text>
                """, LEFT + WIDTH + 40, bottom + 40, Texts.markup(result.statement()),
                Texts.markup(result.claim() + ": " + result.verdict().words())));
        for (int i = 0; i <= TICKS; i++) {
            double value = low + (high - low) * i / TICKS;
            svg.append(String.format(Locale.ROOT, """
                    <line x1="%1$.1f" y1="%2$d" x2="%1$.1f" y2="%3$d" stroke="#ddd"/>
                    <text x="%1$.1f" y="%4$d" text-anchor="middle">%5$.4g</text>
                    """, place(value, low - room, high + room), TOP - 6, bottom, bottom + 18, value));
        }
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            double y = TOP + ROW * (i + 0.5);
            svg.append(
                    String.format(Locale.ROOT, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", LEFT - 12,
                            y + 4, Texts.markup(row.name)));
            for (double value : row.values) {
                svg.append(String.format(Locale.ROOT,
                        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"#2563eb\" fill-opacity=\"0.6\"/>\n",
                        place(value, low - room, high + room), y));
            }
            double mean = row.values.stream().mapToDouble(d -> d).average().orElseThrow();
            svg.append(String.format(Locale.ROOT,
                    "<line x1=\"%1$.1f\" y1=\"%2$.1f\" x2=\"%1$.1f\" y2=\"%3$.1f\" stroke=\"black\" stroke-width=\"2\"/>\n",
                    place(mean, low - room, high + room), y - 10, y + 10));
        }
        return Optional.of(svg.append("</svg>\n").toString());
    }

    /// The value that is compared, a row for each arm; where values of the same runs are compared, a row for each value.
    private static List<Row> rows(Result result) {
        Map<String, List<Double>> rows = new LinkedHashMap<>();
        for (Result.Run run : result.runs()) {
            run.values().forEach((key, value) -> {
                if (result.judged().isEmpty()) {
                    rows.computeIfAbsent(key.replace('_', ' '), _ -> new ArrayList<>()).add(value);
                } else if (result.judged().equals(key)) {
                    rows.computeIfAbsent(run.arm(), _ -> new ArrayList<>()).add(value);
                }
            });
        }
        return rows.entrySet().stream().map(row -> new Row(row.getKey(), row.getValue())).toList();
    }

    private static double place(double value, double low, double high) {
        return LEFT + WIDTH * (value - low) / (high - low);
    }
}
