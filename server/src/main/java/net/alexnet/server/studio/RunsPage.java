package net.alexnet.server.studio;

import module java.base;
import net.alexnet.io.Texts;
import net.alexnet.report.RunLog;
import net.alexnet.report.RunLog.Errors;
import net.alexnet.report.RunSections;
import net.alexnet.report.Section;
import net.alexnet.server.Call;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Reply;
import net.alexnet.server.studio.RunTable.Run;
import net.alexnet.train.RunFolder;

/// The list of runs, and the page that compares some.
final class RunsPage {
    private static final int COMPARED = 8; // looks of lines

    private final RunTable table;
    private final RunLogs logs;
    private final RunSummaries summaries;
    private final PageFrame frame;

    RunsPage(RunTable table, RunLogs logs, RunSummaries summaries, PageFrame frame) {
        this.table = table;
        this.logs = logs;
        this.summaries = summaries;
        this.frame = frame;
    }

    /// The list, of all runs or of those whose row has the words of the query `q`.
    Reply list(Call call) throws IOException {
        String words = call.query("q").orElse("");
        List<RunSummary> all = summaries.all();
        StringBuilder html = new StringBuilder("<h1>Runs</h1>\n");
        if (all.isEmpty()) {
            html.append("<p>There is no run below ")
                    .append(Texts.markup(table.roots().stream().map(Path::toString).collect(Collectors.joining(", "))));
            if (frame.control()) {
                html.append(" yet. <a href=\"/train\">Start one</a>.</p>\n");
            } else {
                html.append(" yet. Start one in a terminal, and look here again:</p>\n<pre tabindex=\"0\"><code>")
                        .append("./alexnet train --data FOLDER --runs ")
                        .append(Texts.markup(Texts.argument(table.roots().getFirst().toString())))
                        .append("</code></pre>\n");
            }
            return frame.page("Runs", "/", List.of(), html.toString());
        }
        html.append("<form class=\"bar\" action=\"/\" role=\"search\"><label>Search <input type=\"search\" name=\"q\"")
                .append(" id=\"search\" autocomplete=\"off\" value=\"").append(Texts.markup(words))
                .append("\"></label><noscript><button>Search</button></noscript>")
                .append("<span id=\"count\" role=\"status\"></span></form>\n")
                .append("<form action=\"/compare\" id=\"runs\">\n<div class=\"scroll wide\" role=\"group\" tabindex=\"0\"")
                .append(" aria-label=\"Runs\"><table class=\"runs\">\n<caption class=\"unseen\">Runs, the newest first")
                .append("</caption>\n<thead><tr><th scope=\"col\"><span class=\"unseen\">choose</span></th>");
        List.of("run", "state", "epoch", "loss", "top-1 error", "top-5 error", "pictures/s", "data", "started")
                .forEach(name -> html.append("<th scope=\"col\">").append(name).append("</th>"));
        html.append("</tr></thead>\n<tbody>\n");
        all.stream().filter(one -> matches(one, words)).forEach(one -> row(html, one));
        return frame.page("Runs", "/", List.of("runs.js"), html.append("</tbody></table></div>\n<p class=\"bar\">")
                .append("<button id=\"compare\">Compare the chosen runs</button> ")
                .append("<button type=\"button\" id=\"hide\" hidden>Hide them</button> ")
                .append("<button type=\"button\" id=\"show\" hidden></button></p>\n</form>\n").toString());
    }

    private static boolean matches(RunSummary one, String words) {
        String text = String.join(" ", one.run().name(), one.recipe(), one.data(), one.network(), one.state().word())
                .toLowerCase(Locale.ROOT);
        return Arrays.stream(words.toLowerCase(Locale.ROOT).strip().split("\\s+")).allMatch(text::contains);
    }

    private static void row(StringBuilder html, RunSummary one) {
        String name = Texts.markup(one.run().name());
        html.append("<tr data-run=\"").append(one.run().id()).append("\" data-words=\"")
                .append(Texts.markup(one.recipe() + " " + one.network()))
                .append("\"><td><input type=\"checkbox\" name=\"")
                .append(one.run().id()).append("\" value=\"1\" aria-label=\"choose ").append(name)
                .append("\"></td><th scope=\"row\"><a href=\"/runs/").append(one.run().id()).append("\">").append(name)
                .append("</a></th><td>").append(state(one)).append("</td><td class=\"n\">").append(one.epoch())
                .append(one.epochs() > 0 ? "/" + one.epochs() : "").append("</td><td>")
                .append(Sparkline.of(one.losses()))
                .append("</td>");
        cell(html, one.validation().map(Errors::top1).map(Texts::percent));
        cell(html, one.validation().filter(Errors::hasTop5).map(Errors::top5).map(Texts::percent));
        cell(html, one.imagesPerSecond().isPresent()
                ? Optional.of(String.format(Locale.ROOT, "%,.0f", one.imagesPerSecond().getAsDouble()))
                : Optional.empty());
        html.append("<td class=\"path\">").append(Texts.markup(one.data())).append("</td><td>")
                .append(time(one.started())).append("</td></tr>\n");
    }

    private static void cell(StringBuilder html, Optional<String> number) {
        html.append("<td class=\"n\">").append(number.map(Texts::markup).orElse("")).append("</td>");
    }

    /// The state in a word, and the last warning.
    static String state(RunSummary one) {
        String sign = switch (one.state()) {
            case RUNNING -> "●";
            case FINISHED -> "✓";
            case STOPPED -> "■";
        };
        return "<span class=\"state " + one.state().word() + "\"><span aria-hidden=\"true\">" + sign + "</span> "
                + one.state().word() + "</span>"
                + one.warning().or(one::problem).map(text -> " <span class=\"warned\" title=\"" + Texts.markup(text)
                        + "\"><span aria-hidden=\"true\">▲</span> " + (one.problem().isPresent() ? "damaged" : "warned")
                        + "</span>").orElse("");
    }

    /// A time, which a script makes relative.
    static String time(Instant at) {
        return "<time datetime=\"" + at.truncatedTo(ChronoUnit.SECONDS) + "\">"
                + DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).format(at.atZone(ZoneId.systemDefault()))
                + "</time>";
    }

    /// A page about the runs whose ids are names in the query.
    Reply compare(Call call) throws IOException, HttpFailure {
        List<Run> chosen = table.all().stream().filter(run -> call.query().containsKey(run.id())).toList();
        if (chosen.size() < 2 || chosen.size() > COMPARED) {
            throw new HttpFailure(400, "choose 2 to " + COMPARED + " runs to compare, found " + chosen.size());
        }
        List<RunFolder> folders = chosen.stream().map(Run::folder).toList();
        List<RunLog> read = new ArrayList<>();
        for (Run run : chosen) {
            read.add(logs.read(run).log());
        }
        StringBuilder html = new StringBuilder(
                "<h1>Comparison of " + chosen.size() + " runs</h1>\n<ul class=\"names\">");
        chosen.forEach(run -> html.append("<li><a href=\"/runs/").append(run.id()).append("\">")
                .append(Texts.markup(run.name())).append("</a></li>"));
        html.append("</ul>\n");
        RunSections.comparing(folders, read).stream().map(Section::html).forEach(html::append);
        return frame.page("Comparison", "", List.of("charts.js"), html.toString());
    }
}
