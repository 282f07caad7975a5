package net.alexnet.report;

import module java.base;
import net.alexnet.io.Texts;

/// A line chart as an inline SVG. The style sheet gives each line a color and a pattern of dashes, and a line of few
/// points also has markers. So lines can be told apart without colors.
///
/// @param title what the chart shows
/// @param xName of the axis from left to right
/// @param yName of the axis from bottom to top
/// @param lines in the order of the legend
/// @param marks places on the x axis where something happened; each is numbered from 1
record Chart(String title, String xName, String yName, Scale x, Scale y, List<Line> lines, List<Double> marks) {
    static final double LEFT = 64;
    static final double RIGHT = 472;
    static final double TOP = 36;
    static final double BOTTOM = 236;
    private static final int WIDTH = 480;
    private static final int HEIGHT = 280;
    private static final int MOST_MARKERS = 40; // of a line
    private static final int SHAPES = 4;

    /// How many looks of lines the style sheet has.
    static final int STYLES = 8;

    /// A line.
    ///
    /// @param name in the legend
    /// @param style its look: 0 to 7, or [#FAINT]
    /// @param points in ascending order of x; one that has no place on the axes interrupts the line
    record Line(String name, int style, List<Point> points) {
        /// The style of a line behind the others.
        static final int FAINT = -1;

        private boolean hasMarkers() {
            return style != FAINT && points.size() <= MOST_MARKERS;
        }

        private String look() {
            return style == FAINT ? "faint" : "s" + style % STYLES;
        }
    }

    /// A point of a line.
    record Point(double x, double y) {}

    /// Where a value is on the x axis, in units of the drawing.
    double left(double value) {
        return LEFT + (RIGHT - LEFT) * x.at(value);
    }

    /// Where a value is on the y axis, in units of the drawing from the top.
    double top(double value) {
        return BOTTOM - (BOTTOM - TOP) * y.at(value);
    }

    /// The drawing. Its attributes `data-x` and `data-y` have the ends of the axes, and each line has its name, for pages that
    /// tell the values below a pointer.
    String svg() {
        StringBuilder svg = new StringBuilder("<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT
                + "\" role=\"img\" aria-label=\"" + Texts.markup(description()) + "\" data-x=\"" + x.low() + " "
                + x.high()
                + "\" data-y=\"" + y.low() + " " + y.high() + (y.log() ? " log" : "") + "\">\n");
        for (double tick : y.ticks()) {
            svg.append(line("grid", LEFT, top(tick), RIGHT, top(tick)))
                    .append(text("end", LEFT - 6, top(tick) + 4, Scale.label(tick)));
        }
        // epochs and steps are whole numbers
        for (double tick : x.ticks().stream().filter(one -> one == Math.rint(one)).toList()) {
            svg.append(line("grid", left(tick), BOTTOM, left(tick), BOTTOM + 4))
                    .append(text("middle", left(tick), BOTTOM + 19, Scale.label(tick)));
        }
        svg.append(line("axis", LEFT, BOTTOM, RIGHT, BOTTOM)).append(text("start", 2, 14, yName))
                .append(text("end", RIGHT, HEIGHT - 6, xName));
        for (int i = 0; i < marks.size(); i++) {
            double at = left(marks.get(i));
            svg.append(line("mark", at, TOP, at, BOTTOM)).append(text("middle", at, TOP - 3, String.valueOf(i + 1)));
        }
        lines.forEach(one -> draw(svg, one));
        return svg.append("</svg>\n").toString();
    }

    private String description() {
        return "Chart: " + title + ". " + yName + " by " + xName + (y.log() ? ", logarithmic axis" : "") + ". "
                + lines.stream().map(Line::name).collect(Collectors.joining(", "))
                + ". The values are in the table below.";
    }

    private void draw(StringBuilder svg, Line line) {
        StringBuilder path = new StringBuilder();
        boolean pen = false;
        for (Point point : line.points) {
            boolean seen = has(point);
            if (seen) {
                path.append(pen ? "L" : "M").append(units(left(point.x))).append(' ').append(units(top(point.y)));
            }
            pen = seen;
        }
        svg.append("<path class=\"line ").append(line.look()).append("\" data-name=\"")
                .append(Texts.markup(line.name()))
                .append("\" d=\"").append(path).append("\"/>\n");
        if (line.hasMarkers()) {
            line.points.stream().filter(this::has).forEach(point -> svg
                    .append(marker(line, left(point.x), top(point.y))));
        }
    }

    private boolean has(Point point) {
        return x.has(point.x) && y.has(point.y);
    }

    /// A sample of a line for a legend.
    static String sample(Line line) {
        return "<svg class=\"sample\" viewBox=\"0 0 44 12\" aria-hidden=\"true\"><path class=\"line " + line.look()
                + "\" d=\"M0 6L44 6\"/>" + (line.hasMarkers() ? marker(line, 22, 6) : "") + "</svg>";
    }

    /// A circle, a square, a triangle or a diamond.
    private static String marker(Line line, double x, double y) {
        String shape = switch (line.style % SHAPES) {
            case 0 -> "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z";
            case 1 -> "m-3-3h6v6h-6z";
            case 2 -> "m0-4l4 7h-8z";
            default -> "m0-4.5l4.5 4.5l-4.5 4.5l-4.5-4.5z";
        };
        return "<path class=\"marker " + line.look() + "\" d=\"M" + units(x) + " " + units(y) + shape + "\"/>";
    }

    private static String line(String style, double x1, double y1, double x2, double y2) {
        return "<path class=\"" + style + "\" d=\"M" + units(x1) + " " + units(y1) + "L" + units(x2) + " " + units(y2)
                + "\"/>\n";
    }

    private static String text(String anchor, double x, double y, String text) {
        return "<text x=\"" + units(x) + "\" y=\"" + units(y) + "\" text-anchor=\"" + anchor + "\">"
                + Texts.markup(text) + "</text>\n";
    }

    private static String units(double value) {
        long hundredths = Math.round(value * 100); // a page has thousands of these, for which a format would be slow
        String digits = String.valueOf(Math.abs(hundredths % 100));
        return (hundredths < 0 ? "-" : "") + Math.abs(hundredths / 100)
                + (hundredths % 100 == 0
                        ? ""
                        : digits.length() == 1 ? ".0" + digits : "." + digits.replaceFirst("0$", ""));
    }
}
