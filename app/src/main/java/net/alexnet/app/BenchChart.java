package net.alexnet.app;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import net.alexnet.net.Meter.Pass;
import net.alexnet.run.BenchmarkReport;
import net.alexnet.run.BenchmarkReport.Cost;
import net.alexnet.run.BenchmarkReport.LayerCosts;

/// The layers' times as bars from top to bottom, each layer's three passes end to end, as SVG.
///
/// Written here, because the charts of XChart do not stack bars that lie, and its SVG needs AWT and fonts, which a server
/// may not have.
final class BenchChart {
    private static final int WIDTH = 900;
    private static final int LEFT = 90; // of the bars: room for names
    private static final int RIGHT = 90; // room for sums
    private static final int TOP = 100;
    private static final int PITCH = 22; // from bar to bar
    private static final int BAR = 16;
    private static final int TICKS = 6; // about

    /// Colours that the colour-blind tell apart as well (Okabe and Ito), by pass.
    private static final Map<Pass, String> COLOURS = Map.of(Pass.FORWARD, "#0072b2", Pass.BACKWARD_DATA, "#e69f00",
            Pass.BACKWARD_WEIGHTS, "#009e73");
    private static final String OTHER = "#777777";

    private final BenchmarkReport report;
    private final StringBuilder svg = new StringBuilder();
    private final double pixelsPerMilli;
    private final double longest;

    BenchChart(BenchmarkReport report) {
        this.report = report;
        double longestLayer = report.layers().stream().mapToDouble(BenchChart::millis).max().orElse(0);
        this.longest = Math.max(1e-6, Math.max(longestLayer, 1e3 * Math.max(report.update().median(),
                report.rest().median())));
        this.pixelsPerMilli = (WIDTH - LEFT - RIGHT) / longest;
    }

    private static double millis(LayerCosts layer) {
        double sum = 0;
        for (Pass pass : Pass.values()) {
            sum += 1e3 * layer.seconds(pass);
        }
        return sum;
    }

    /// The whole document.
    String svg() {
        svg.setLength(0);
        List<LayerCosts> layers = report.layers();
        int bottom = TOP + (layers.size() + 2) * PITCH;
        line("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"12\">", WIDTH, bottom + 45, WIDTH, bottom + 45);
        line("<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>");
        head();
        axis(bottom);
        int y = TOP;
        for (LayerCosts layer : layers) {
            bar(layer, y);
            y += PITCH;
        }
        plain("update", report.update().median(), y);
        plain("rest", report.rest().median(), y + PITCH);
        line("</svg>");
        return svg.toString();
    }

    private void head() {
        text(LEFT, 24, "font-size=\"16\" font-weight=\"bold\"", "%s, a training step of %d pictures, layer by layer",
                report.architecture().name(), report.batch());
        text(LEFT, 44, "fill=\"#555\"", "%.1f images/s, %.1f %% of the sgemm rate of %.1f GFLOP/s; %s",
                report.trainingRate().median(), 100 * report.trainingShare(), report.sgemm().median(), report.engine());
        int x = LEFT;
        for (Pass pass : Pass.values()) {
            Cost cost = report.passes().get(pass);
            double millis = cost == null ? 0 : 1e3 * cost.seconds().median();
            rect(x, 60, 12, 12, COLOURS.get(pass), "%s", name(pass));
            text(x + 18, 71, "", "%s, in all %.1f ms", name(pass), millis);
            x += 250;
        }
    }

    private void axis(int bottom) {
        double step = Math.pow(10, Math.floor(Math.log10(longest / TICKS)));
        while (longest / step > TICKS) {
            step *= longest / step > 2 * TICKS ? 5 : 2;
        }
        for (int i = 0; i * step <= longest; i++) {
            double x = LEFT + i * step * pixelsPerMilli;
            line("<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#ddd\"/>", x, TOP - 6, x, bottom);
            text(x, bottom + 16, "text-anchor=\"middle\" fill=\"#555\"", "%s", tick(i * step));
        }
        text(LEFT + (WIDTH - LEFT - RIGHT) / 2.0, bottom + 36, "text-anchor=\"middle\" fill=\"#555\"",
                "milliseconds, medians of %d rounds", report.rounds());
    }

    private static String tick(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.3g", value);
    }

    private void bar(LayerCosts layer, int y) {
        double x = LEFT;
        for (Pass pass : Pass.values()) {
            Cost cost = layer.passes().get(pass);
            if (cost != null) {
                double width = 1e3 * cost.seconds().median() * pixelsPerMilli;
                rect(x, y, width, BAR, COLOURS.get(pass), "%s %s: %.2f ms%s", layer.row().name(), name(pass),
                        1e3 * cost.seconds().median(), rate(cost));
                x += width;
            }
        }
        label(layer.row().name(), millis(layer), x, y);
    }

    private String rate(Cost cost) {
        OptionalDouble rate = cost.gigaflops();
        return rate.isPresent()
                ? String.format(Locale.ROOT, ", %.1f GFLOP/s, %.1f %% of sgemm", rate.getAsDouble(),
                        100 * report.share(rate.getAsDouble()))
                : "";
    }

    private void plain(String name, double seconds, int y) {
        double width = Math.max(0, 1e3 * seconds * pixelsPerMilli);
        rect(LEFT, y, width, BAR, OTHER, "%s: %.2f ms", name, 1e3 * seconds);
        label(name, 1e3 * seconds, LEFT + width, y);
    }

    private void label(String name, double millis, double end, int y) {
        text(LEFT - 8, y + 12, "text-anchor=\"end\"", "%s", name);
        text(end + 6, y + 12, "fill=\"#555\"", "%.1f ms", millis);
    }

    private static String name(Pass pass) {
        return switch (pass) {
            case FORWARD -> "forward";
            case BACKWARD_DATA -> "backward-data";
            case BACKWARD_WEIGHTS -> "backward-weights";
        };
    }

    // --- elements --------------------------------------------------------------------------------------------------

    private void rect(double x, double y, double width, double height, String fill, String title, Object... arguments) {
        line("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" fill=\"%s\"><title>%s</title></rect>", x, y,
                width, height, fill, escaped(title, arguments));
    }

    private void text(double x, double y, String attributes, String format, Object... arguments) {
        line("<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>", x, y, attributes, escaped(format, arguments));
    }

    private void line(String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    private static String escaped(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments)
                .replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
