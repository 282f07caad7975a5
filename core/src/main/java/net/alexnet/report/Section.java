package net.alexnet.report;

import net.alexnet.io.Texts;

/// A part of a page.
///
/// @param id its anchor: lower-case letters, digits and hyphens
/// @param title its heading
/// @param body HTML, such as figures, tables and paragraphs; texts in it are escaped already
public record Section(String id, String title, String body) {
    public Section {
        if (!id.matches("[a-z0-9-]+")) {
            throw new IllegalArgumentException(
                    "the id of a section must be of a-z, 0-9 and hyphens, found '" + id + "'");
        }
    }

    /// The section as HTML.
    public String html() {
        return "<section id=\"" + id + "\" aria-labelledby=\"" + id + "-title\">\n<h2 id=\"" + id + "-title\">"
                + Texts.markup(title) + "</h2>\n" + body + "</section>\n";
    }
}
