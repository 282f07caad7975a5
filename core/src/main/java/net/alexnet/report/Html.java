package net.alexnet.report;

import module java.base;

/// Texts as HTML.
public final class Html {
    private static final char REPLACEMENT = '\uFFFD';

    private Html() {}

    /// Text for an element or an attribute: without markup, and with U+FFFD for characters that nobody sees.
    public static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(point -> {
            switch (point) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(isUnseen(point) ? REPLACEMENT : point);
            }
        });
        return escaped.toString();
    }

    private static boolean isUnseen(int point) {
        return Character.isISOControl(point) || Character.getType(point) == Character.SURROGATE
                || Character.getType(point) == Character.FORMAT;
    }

    /// A paragraph.
    static String paragraph(String text) {
        return "<p>" + escaped(text) + "</p>\n";
    }
}
