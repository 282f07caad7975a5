package net.alexnet.report;

import module java.base;
import net.alexnet.io.Texts;

/// A table as HTML. The first cell of each row is its heading.
public final class Table {
    private final String caption;
    private final StringBuilder html = new StringBuilder();

    /// @param caption names the table
    /// @param columns their headings
    public Table(String caption, List<String> columns) {
        this.caption = Texts.markup(caption);
        html.append("<thead><tr>");
        columns.forEach(one -> html.append("<th scope=\"col\">").append(Texts.markup(one)).append("</th>"));
        html.append("</tr></thead>\n<tbody>\n");
    }

    /// A value in a cell.
    ///
    /// @param text what is seen
    /// @param exact the number, unrounded; empty for a text
    /// @param marks a class of the style sheet; empty for none
    public record Cell(String text, OptionalDouble exact, String marks) {
        /// A text.
        public static Cell text(String text) {
            return new Cell(text, OptionalDouble.empty(), "");
        }

        /// A number, or nothing where there is none.
        public static Cell number(OptionalDouble value, DoubleFunction<String> format) {
            return value.isPresent() ? number(value.getAsDouble(), format) : text("");
        }

        /// A number.
        public static Cell number(double value, DoubleFunction<String> format) {
            return new Cell(format.apply(value), OptionalDouble.of(value), "");
        }

        /// A whole number.
        public static Cell count(long value) {
            return number((double) value, one -> String.format(Locale.ROOT, "%,.0f", one));
        }

        /// The same with a class of the style sheet.
        public Cell marked(String style) {
            return new Cell(text, exact, style);
        }

        private String content() {
            return exact.isPresent()
                    ? "<data value=\"" + exact.getAsDouble() + "\">" + Texts.markup(text) + "</data>"
                    : Texts.markup(text);
        }

        private String html(boolean heading) {
            String style = (marks + (exact.isPresent() ? " n" : "")).strip();
            String attributes = style.isEmpty() ? "" : " class=\"" + style + "\"";
            return heading
                    ? "<th scope=\"row\"" + attributes + ">" + content() + "</th>"
                    : "<td" + attributes + ">" + content() + "</td>";
        }
    }

    /// Adds a row.
    public Table row(List<Cell> cells) {
        html.append("<tr>");
        for (int i = 0; i < cells.size(); i++) {
            html.append(cells.get(i).html(i == 0));
        }
        html.append("</tr>\n");
        return this;
    }

    /// The table in a box that scrolls, which the keyboard reaches.
    public String html() {
        return html("");
    }

    /// @param style a class of the style sheet
    String html(String style) {
        return "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"" + caption + "\"><table"
                + (style.isEmpty() ? "" : " class=\"" + style + "\"") + ">\n<caption><span>" + caption
                + "</span></caption>\n"
                + html + "</tbody></table></div>\n";
    }

    /// The table behind a line that opens it.
    public String folded() {
        return "<details><summary>Table: " + caption + "</summary>\n" + html() + "</details>\n";
    }
}
