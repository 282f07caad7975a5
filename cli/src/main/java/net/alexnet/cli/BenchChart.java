package net.alexnet.cli;

import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import net.alexnet.nn.LayerListener.Pass;
import net.alexnet.train.BenchmarkReport;
import net.alexnet.train.BenchmarkReport.Cost;
import net.alexnet.train.BenchmarkReport.LayerCosts;

/// The layers' times as bars from top to bottom, each layer's three passes end to end, as SVG.
///
/// Written here, because the charts of XChart do not stack bars that lie, and its SVG needs AWT and fonts, which a server
/// may not have.
final class BenchChart {
    private static final int WIDTH = 900;
    private static final int LEFT = 90; // of the bars: room for names
    private static final int RIGHT = 90; // room for sums
    private static final int TOP = 118;
    private static final int PITCH = 22; // from bar to bar
    private static final int BAR = 16;
    private static final int TICKS = 6; // about

    private static final String OTHER = "#777777";

    private final BenchmarkReport report;
    private final Formatter svg = new Formatter(Locale.ROOT); // collects in memory, so it need not be closed
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
        List<LayerCosts> layers = report.layers();
        int bottom = TOP + (layers.size() + 2) * PITCH;
        svg.format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"12\">\n", WIDTH, bottom + 45, WIDTH, bottom + 45);
        svg.format("<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n");
        head();
        axis(bottom);
        int y = TOP;
        for (LayerCosts layer : layers) {
            bar(layer, y);
            y += PITCH;
        }
        plain("update", report.update().median(), y);
        plain("rest", report.rest().median(), y + PITCH);
        svg.format("</svg>\n");
        return svg.toString();
    }

    private void head() {
        text(LEFT, 24, "font-size=\"16\" font-weight=\"bold\"", String.format(Locale.ROOT,
                "%s, a training step of %d pictures, layer by layer", report.architecture().name(), report.batch()));
        text(LEFT, 44, "fill=\"#555\"",
                String.format(Locale.ROOT, "%.1f images/s, %.1f %% of the sgemm rate of %.1f GFLOP/s",
                        report.trainingRate().median(), 100 * report.trainingShare(), report.sgemm().median()));
        text(LEFT, 62, "fill=\"#555\"", report.engine());
        int x = LEFT;
        for (Pass pass : Pass.values()) {
            Cost cost = report.passes().get(pass);
            double millis = cost == null ? 0 : 1e3 * cost.seconds().median();
            rect(x, 78, 12, 12, color(pass), name(pass));
            text(x + 18, 89, "", String.format(Locale.ROOT, "%s, in all %.1f ms", name(pass), millis));
            x += 250;
        }
    }

    private void axis(int bottom) {
        double power = Math.pow(10, Math.floor(Math.log10(longest / TICKS)));
        double step = DoubleStream.of(1, 2, 5).map(digit -> digit * power)
                .filter(candidate -> longest / candidate <= TICKS + 1).findFirst().orElse(10 * power);
        for (int i = 0; i * step <= longest; i++) {
            double x = LEFT + i * step * pixelsPerMilli;
            svg.format("<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#ddd\"/>\n", x, TOP - 6, x, bottom);
            text(x, bottom + 16, "text-anchor=\"middle\" fill=\"#555\"", tick(i * step));
        }
        text(LEFT + (WIDTH - LEFT - RIGHT) / 2.0, bottom + 36, "text-anchor=\"middle\" fill=\"#555\"",
                String.format(Locale.ROOT, "milliseconds, medians of %d rounds", report.rounds()));
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
                rect(x, y, width, BAR, color(pass), String.format(Locale.ROOT, "%s %s: %.2f ms%s", layer.row().name(),
                        name(pass), 1e3 * cost.seconds().median(), rate(cost)));
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
        rect(LEFT, y, width, BAR, OTHER, String.format(Locale.ROOT, "%s: %.2f ms", name, 1e3 * seconds));
        label(name, 1e3 * seconds, LEFT + width, y);
    }

    private void label(String name, double millis, double end, int y) {
        text(LEFT - 8, y + 12, "text-anchor=\"end\"", name);
        text(end + 6, y + 12, "fill=\"#555\"", String.format(Locale.ROOT, "%.1f ms", millis));
    }

    /// Colours that the colour-blind tell apart as well (Okabe and Ito).
    private static String color(Pass pass) {
        return switch (pass) {
            case FORWARD -> "#0072b2";
            case BACKWARD_DATA -> "#e69f00";
            case BACKWARD_WEIGHTS -> "#009e73";
        };
    }

    private static String name(Pass pass) {
        return switch (pass) {
            case FORWARD -> "forward";
            case BACKWARD_DATA -> "backward-data";
            case BACKWARD_WEIGHTS -> "backward-weights";
        };
    }

    // --- elements --------------------------------------------------------------------------------------------------

    private void rect(double x, double y, double width, double height, String fill, String title) {
        svg.format("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" fill=\"%s\"><title>%s</title></rect>\n",
                x, y, width, height, fill, escaped(title));
    }

    private void text(double x, double y, String attributes, String content) {
        svg.format("<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>\n", x, y, attributes, escaped(content));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
