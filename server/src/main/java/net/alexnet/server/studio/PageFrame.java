package net.alexnet.server.studio;

import module java.base;
import net.alexnet.io.Texts;
import net.alexnet.server.Reply;
import net.alexnet.server.studio.RunTable.Run;

/// What all pages have around their content.
///
/// @param control whether trainings can be started here
record PageFrame(boolean control) {
    /// For pages that do nothing without their scripts.
    static final String NEEDS_SCRIPT = "<noscript><p>This page needs JavaScript, which is off in this browser.</p></noscript>\n";

    /// A page of its own.
    ///
    /// @param title plain text
    /// @param path of the entry in the list of pages that this is
    /// @param modules names of scripts
    /// @param content HTML, texts in it escaped
    Reply page(String title, String path, List<String> modules, String content) {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("/", "Runs");
        pages.put("/try", "Try");
        pages.put("/claims", "Claims");
        if (control) {
            pages.put("/train", "Train");
        }
        StringBuilder html = new StringBuilder("""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <link rel="icon" href="/assets/icon.png">
                <link rel="stylesheet" href="/assets/report.css">
                <link rel="stylesheet" href="/assets/studio.css">
                """);
        modules.forEach(name -> html.append("<script type=\"module\" src=\"/assets/").append(name)
                .append("\"></script>\n"));
        html.append("<title>").append(Texts.markup(title)).append(" · AlexNet studio</title>\n</head>\n<body>\n")
                .append("<a class=\"skip\" href=\"#main\">Skip to the content</a>\n")
                .append("<nav class=\"pages\" aria-label=\"Pages\"><ul>");
        pages.forEach((address, name) -> html.append("<li>").append(link(address, name, address.equals(path)))
                .append("</li>"));
        return Reply.text("text/html; charset=utf-8", html.append("</ul></nav>\n<main id=\"main\">\n").append(content)
                .append("</main>\n</body>\n</html>\n").toString());
    }

    /// A page about a run.
    ///
    /// @param part `run`, `model`, `try` or `data`
    /// @param title of the page, plain text
    Reply page(Run run, String part, String title, List<String> modules, String content) {
        Map<String, String> parts = Map.of("run", "/runs/", "model", "/models/", "try", "/try/", "data", "/data/");
        StringBuilder html = new StringBuilder("<h1>").append(Texts.markup(run.name()))
                .append("</h1>\n<nav class=\"parts\" aria-label=\"This run\"><ul>");
        List.of("run", "model", "try", "data").forEach(name -> html.append("<li>")
                .append(link(parts.get(name) + run.id(),
                        name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1), name.equals(part)))
                .append("</li>"));
        return page(title + " of " + run.name(), "", modules, html.append("</ul></nav>\n").append(content).toString());
    }

    private static String link(String address, String name, boolean current) {
        return "<a href=\"" + address + "\"" + (current ? " aria-current=\"page\"" : "") + ">" + Texts.markup(name)
                + "</a>";
    }
}
