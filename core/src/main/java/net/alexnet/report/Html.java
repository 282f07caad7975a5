package net.alexnet.report;

import net.alexnet.io.Texts;

/// Texts as HTML.
final class Html {
    private Html() {}

    /// A paragraph.
    static String paragraph(String text) {
        return "<p>" + Texts.markup(text) + "</p>\n";
    }
}
