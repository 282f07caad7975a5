package net.alexnet.report;

import module java.base;
import net.alexnet.io.Texts;

/// A whole page: a document without scripts, in one file.
public final class Page {
    private Page() {}

    /// The page.
    ///
    /// @param title plain text
    /// @param sections in their order
    public static String of(String title, List<Section> sections) throws IOException {
        StringBuilder page = new StringBuilder("""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
                style-src 'unsafe-inline'">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <title>""").append(Texts.markup(title)).append("</title>\n<style>\n").append(styles())
                .append("</style>\n</head>\n<body>\n<header>\n<h1>").append(Texts.markup(title))
                .append("</h1>\n<nav aria-label=\"Contents\"><ul>");
        sections.forEach(one -> page.append("<li><a href=\"#").append(one.id()).append("\">")
                .append(Texts.markup(one.title())).append("</a></li>"));
        page.append("</ul></nav>\n</header>\n<main>\n");
        sections.forEach(one -> page.append(one.html()));
        return page.append("</main>\n</body>\n</html>\n").toString();
    }

    /// The style sheet of the sections.
    public static String styles() throws IOException {
        try (InputStream in = Page.class.getResourceAsStream("report.css")) {
            if (in == null) {
                throw new IOException("the program was built without report.css; build it again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
