package net.alexnet.report;

import net.alexnet.io.Texts;

/// Texts as HTML.
public final class Html {
    private Html() {}

    /// A paragraph.
    public static String paragraph(String text) {
        return "<p>" + Texts.markup(text) + "</p>\n";
    }
}
