package net.alexnet.report;

import java.util.Map;
import net.alexnet.figure.Svg;
import net.alexnet.io.Texts;

/// Texts as HTML.
public final class Html {
    private Html() {}

    /// A paragraph.
    public static String paragraph(String text) {
        return "<p>" + Texts.markup(text) + "</p>\n";
    }

    /// A figure that scrolls on a narrow screen, where its texts would be too small otherwise.
    ///
    /// @param name of the figure
    static String wide(String name, Svg figure) {
        return "<figure class=\"wide\" tabindex=\"0\" aria-label=\"" + Texts.markup(name) + "\">" + figure.inline()
                + "</figure>\n";
    }

    /// A list of names, each with what it stands for.
    ///
    /// @param facts the names as HTML, the rest as plain text
    public static String facts(Map<String, String> facts) {
        StringBuilder html = new StringBuilder("<dl>\n");
        facts.forEach((name, value) -> html.append("<dt>").append(name).append("</dt><dd>").append(Texts.markup(value))
                .append("</dd>\n"));
        return html.append("</dl>\n").toString();
    }
}
