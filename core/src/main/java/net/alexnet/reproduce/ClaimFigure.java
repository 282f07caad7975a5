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
    private record Row(String name, double[] values) {}

    /// @return empty if no run of the claim has a value
    static Optional<String> svg(Result result) {
        List<Row> rows = rows(result);
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        double low = rows.stream().flatMapToDouble(row -> Arrays.stream(row.values)).min().orElseThrow();
        double high = rows.stream().flatMapToDouble(row -> Arrays.stream(row.values)).max().orElseThrow();
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
            double mean = Arrays.stream(row.values).average().orElseThrow();
            svg.append(String.format(Locale.ROOT,
                    "<line x1=\"%1$.1f\" y1=\"%2$.1f\" x2=\"%1$.1f\" y2=\"%3$.1f\" stroke=\"black\" stroke-width=\"2\"/>\n",
                    place(mean, low - room, high + room), y - 10, y + 10));
        }
        return Optional.of(svg.append("</svg>\n").toString());
    }

    /// The first value of the runs, arm by arm; where a claim compares values of the same runs, all values.
    private static List<Row> rows(Result result) {
        List<String> arms = result.runs().stream().map(Result.Run::arm).distinct().toList();
        Set<String> keys = new LinkedHashSet<>();
        result.runs().forEach(run -> keys.addAll(run.values().keySet()));
        List<Row> rows = new ArrayList<>();
        for (String arm : arms) {
            for (String key : arms.size() > 1 && !keys.isEmpty() ? List.of(shown(result, keys)) : keys) {
                double[] values = result.runs().stream().filter(run -> run.arm().equals(arm))
                        .filter(run -> run.values().containsKey(key)).mapToDouble(run -> run.values().get(key))
                        .toArray();
                if (values.length > 0) {
                    rows.add(new Row(arms.size() > 1 ? arm : key.replace('_', ' '), values));
                }
            }
        }
        return rows;
    }

    private static String shown(Result result, Set<String> keys) {
        return keys.contains("epochs_to_error")
                ? "epochs_to_error"
                : result.claim().equals("weight-decay") ? "training_top1_error" : keys.iterator().next();
    }

    private static double place(double value, double low, double high) {
        return LEFT + WIDTH * (value - low) / (high - low);
    }
}
