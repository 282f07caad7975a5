package net.alexnet.server.studio;

import module java.base;

/// A small curve without axes, for a cell of a table.
final class Sparkline {
    private static final int WIDTH = 80;
    private static final int HEIGHT = 20;

    private Sparkline() {}

    /// @param values those that are not above 0 are left out, for the scale is logarithmic
    static String of(List<Double> values) {
        List<Double> logs = values.stream().map(Math::log).filter(Double::isFinite).toList();
        if (logs.size() < 2) {
            return "";
        }
        double least = Collections.min(logs);
        double range = Math.max(Collections.max(logs) - least, 1e-9);
        String path = IntStream.range(0, logs.size())
                .mapToObj(i -> String.format(Locale.ROOT, "%.1f %.1f", 1 + (WIDTH - 2.0) * i / (logs.size() - 1),
                        HEIGHT - 2 - (HEIGHT - 4) * (logs.get(i) - least) / range))
                .collect(Collectors.joining("L", "M", ""));
        return "<svg class=\"spark\" viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" role=\"img\" aria-label=\""
                + String.format(Locale.ROOT, "loss from %.3g to %.3g", values.getFirst(), values.getLast())
                + "\"><path class=\"line s0\" d=\"" + path + "\"/></svg>";
    }
}
