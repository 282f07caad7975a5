package net.alexnet.figure;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.PngFile;
import net.alexnet.io.Texts;

/// Writes an SVG document, from the back to the front. Lengths are pixels from the upper left corner.
final class Drawing {
    /// Of texts.
    static final String BLACK = "#1a1a1a";
    /// Of texts that matter less.
    static final String GRAY = "#666";

    /// The mean width of a letter, as a share of its size.
    private static final double LETTER = 0.6;

    /// Where a text has its given place.
    enum Anchor {
        START, MIDDLE, END
    }

    private final StringBuilder elements = new StringBuilder();
    private double right;
    private double bottom;

    /// A filled rectangle.
    ///
    /// @param color as CSS writes it
    Drawing rectangle(double x, double y, double width, double height, String color) {
        elements.append(String.format(Locale.ROOT, "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>\n",
                number(x), number(y), number(width), number(height), color));
        return covering(x + width, y + height);
    }

    /// A line of text.
    ///
    /// @param y of the line that letters stand on
    /// @param size of the letters
    Drawing text(double x, double y, int size, Anchor anchor, String color, String text) {
        elements.append(String.format(Locale.ROOT,
                "<text x=\"%s\" y=\"%s\" font-size=\"%d\" text-anchor=\"%s\" fill=\"%s\">%s</text>\n",
                number(x), number(y), size, anchor.name().toLowerCase(Locale.ROOT), color, Texts.markup(text)));
        return covering(anchor == Anchor.START ? x + LETTER * size * text.length() : x, y);
    }

    /// A line of text that begins at a place and has at most that many letters; a longer one ends with an ellipsis.
    Drawing text(double x, double y, int size, int most, String color, String text) {
        return text(x, y, size, Anchor.START, color, shortened(text, most));
    }

    /// An image, in the document as PNG.
    ///
    /// @param name for those who do not see it; if it is that of a file, its folder is left out
    Drawing image(double x, double y, double width, double height, Image image, String name) {
        elements.append(String.format(Locale.ROOT,
                "<image x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" preserveAspectRatio=\"none\""
                        + " href=\"data:image/png;base64,%s\"><title>%s</title></image>\n",
                number(x), number(y), number(width), number(height),
                Base64.getEncoder().encodeToString(PngFile.of(image)), Texts.markup(file(name))));
        return covering(x + width, y + height);
    }

    /// The document, on white, with a margin behind what was drawn.
    ///
    /// @param title of the document
    Svg finish(String title, int margin) {
        int width = (int) Math.ceil(right) + margin;
        int height = (int) Math.ceil(bottom) + margin;
        return new Svg(width, height, String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" role="img"\
                 aria-label="%3$s" font-family="DejaVu Sans, Verdana, sans-serif">
                <title>%3$s</title>
                <rect x="0" y="0" width="%1$d" height="%2$d" fill="#fff"/>
                """, width, height, Texts.markup(title))
                + elements + "</svg>\n");
    }

    private Drawing covering(double x, double y) {
        right = Math.max(right, x);
        bottom = Math.max(bottom, y);
        return this;
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.2f", value);
        return text.endsWith(".00") ? text.substring(0, text.length() - 3) : text;
    }

    /// The name of a file without its folder, so that a figure that is published does not show paths of its maker's disk.
    static String file(String name) {
        return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf(File.separatorChar)) + 1);
    }

    private static String shortened(String text, int most) {
        return text.codePointCount(0, text.length()) <= most
                ? text
                : text.substring(0, text.offsetByCodePoints(0, most - 1)) + "…";
    }
}
