package net.alexnet.io;

import module java.base;

/// Texts for messages and tables.
public final class Texts {
    private Texts() {}

    private static final char REPLACEMENT = '\uFFFD';
    private static final Pattern FORMULA = Pattern.compile("\\s*[=+@-]|[\t\r]");

    /// Whether a character steers a terminal or the direction of writing instead of being seen: control characters, line
    /// separators, and the marks of bidirectional text. Text of a file must not do so.
    public static boolean steers(char one) {
        return Character.isISOControl(one) || one == '\u061C' || one == '\u200E' || one == '\u200F'
                || (one >= '\u2028' && one <= '\u202E') || (one >= '\u2066' && one <= '\u2069');
    }

    /// A text in one line: tabs and line breaks become spaces, and other characters that [#steers] names become U+FFFD.
    public static String line(String text) {
        StringBuilder line = new StringBuilder(text.replaceAll("\\R|\t", " "));
        for (int i = 0; i < line.length(); i++) {
            if (steers(line.charAt(i))) {
                line.setCharAt(i, REPLACEMENT);
            }
        }
        return line.toString();
    }

    /// A sentence as a part of another: without a capital at its beginning and a full stop at its end.
    public static String clause(String sentence) {
        return sentence.isEmpty()
                ? ""
                : sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1).replaceFirst("\\.$", "");
    }

    /// A text as a cell of a table that may be opened as a spreadsheet: after a `'` if it would be a formula there, which
    /// begins with `=`, `+`, `-` or `@`. Tabs and line feeds stay, and other characters that [#steers] names become U+FFFD.
    public static String cell(String text) {
        StringBuilder cell = new StringBuilder(text.replace("\r\n", "\n"));
        for (int i = 0; i < cell.length(); i++) {
            char one = cell.charAt(i);
            if (steers(one) && one != '\t' && one != '\n') {
                cell.setCharAt(i, REPLACEMENT);
            }
        }
        return FORMULA.matcher(text).lookingAt() ? "'" + cell : cell.toString();
    }

    /// A text as the content of an element or an attribute of HTML or SVG: without markup, and with U+FFFD for invisible
    /// characters.
    public static String markup(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(point -> {
            switch (point) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(
                        Character.isISOControl(point) || Character.getType(point) == Character.SURROGATE
                                || Character.getType(point) == Character.FORMAT ? REPLACEMENT : point);
            }
        });
        return escaped.toString();
    }

    /// A text as one argument of a shell: between `'` if it has characters that may mean something there.
    public static String argument(String text) {
        return text.matches("[\\w@%+=:,./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    /// A number and what is counted: `1 picture`, `1,234 pictures`.
    ///
    /// @param one the singular of a noun whose plural ends in s
    public static String count(long number, String one) {
        return String.format(Locale.ROOT, "%,d %s%s", number, one, number == 1 ? "" : "s");
    }

    /// A fraction as a percentage: `12.30 %`.
    public static String percent(double fraction) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * fraction);
    }

    /// `4.2 s`, `3:07 min`, `2:05:00 h`.
    public static String duration(double seconds) {
        if (!Double.isFinite(seconds)) {
            return "unknown time";
        }
        long whole = Math.round(seconds);
        if (whole < 60) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        if (whole < 3600) {
            return String.format(Locale.ROOT, "%d:%02d min", whole / 60, whole % 60);
        }
        return String.format(Locale.ROOT, "%d:%02d:%02d h", whole / 3600, whole / 60 % 60, whole % 60);
    }

    /// Texts with commas between them: the first `most`, and how many more there are.
    public static String listed(Collection<String> texts, int most) {
        String first = texts.stream().limit(most).collect(Collectors.joining(", "));
        return texts.size() <= most ? first : first + " and " + (texts.size() - most) + " more";
    }
}
