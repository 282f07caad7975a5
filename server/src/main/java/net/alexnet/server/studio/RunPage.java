package net.alexnet.server.studio;

import module java.base;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.RegularFile;
import net.alexnet.io.Texts;
import net.alexnet.report.GrowingLog;
import net.alexnet.report.Html;
import net.alexnet.report.HtmlReport;
import net.alexnet.report.Page;
import net.alexnet.report.RunLog;
import net.alexnet.report.RunLog.Epoch;
import net.alexnet.report.RunLog.Step;
import net.alexnet.report.RunSections;
import net.alexnet.report.Section;
import net.alexnet.report.Table;
import net.alexnet.report.Table.Cell;
import net.alexnet.server.Call;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Reply;
import net.alexnet.server.studio.RunTable.Run;
import net.alexnet.train.Checkpoint;
import net.alexnet.train.CheckpointStore;

/// The page of a run. When the log grows, `run.js` asks the server for the parts of the page again
/// and changes only those nodes of the page that differ.
final class RunPage {
    /// A table behind a line that opens it, as [Table#folded()] makes it.
    private static final Pattern FOLDED = Pattern
            .compile("(<details><summary>[^<]*</summary>).*?(</details>)", Pattern.DOTALL);

    private final RunLookup lookup;
    private final RunLogs logs;
    private final RunSummaries summaries;
    private final PageFrame frame;

    RunPage(RunLookup lookup, RunLogs logs, RunSummaries summaries, PageFrame frame) {
        this.lookup = lookup;
        this.logs = logs;
        this.summaries = summaries;
        this.frame = frame;
    }

    Reply page(Call call) throws IOException, HttpFailure {
        return make(lookup.run(call));
    }

    /// The page of a run as it is now.
    Reply make(Run run) throws IOException {
        GrowingLog.Reading read = logs.read(run);
        return frame.page(run, "run", "Run", List.of("run.js", "charts.js"), "<div id=\"live\" data-run=\"" + run.id()
                + "\">\n" + parts(run, read) + "</div>\n<p id=\"connection\" role=\"status\"></p>\n");
    }

    /// What may have changed since the page was made, as HTML. Without the parameter `tables` only the
    /// summaries of folded tables are in it: their thousands of cells take a browser most of its time.
    Reply parts(Call call) throws IOException, HttpFailure {
        Run run = lookup.run(call);
        String parts = parts(run, logs.read(run));
        return Reply.text("text/html; charset=utf-8",
                call.query("tables").isPresent() ? parts : FOLDED.matcher(parts).replaceAll("$1$2"));
    }

    /// The first of the parts, as HTML: state, progress and the last values.
    String now(Run run) throws IOException {
        return now(run, summaries.of(run), logs.read(run));
    }

    /// The run's page in one file: the one in its folder, or with the evaluation left out where
    /// there is none yet.
    Reply report(Call call) throws IOException, HttpFailure {
        Run run = lookup.run(call);
        Path file = run.folder().path().resolve(HtmlReport.FILE);
        RunFiles.check(run.folder());
        byte[] page = Files.isRegularFile(file)
                ? RegularFile.read(file, RegularFile.TEXT_LIMIT)
                : Page.of("Run " + run.name(), sections(run, logs.read(run).log()))
                        .getBytes(StandardCharsets.UTF_8);
        return Reply.bytes("text/html; charset=utf-8", page).unstored() // it shows pictures
                .with("Content-Disposition", "attachment; filename=\"" + run.id() + ".html\"");
    }

    private static String now(Run run, RunSummary summary, GrowingLog.Reading read) {
        StringBuilder html = new StringBuilder("<div id=\"now\" data-offset=\"").append(read.offset())
                .append("\" data-state=\"").append(summary.state().word()).append("\">\n<p class=\"bar\">")
                .append(RunsPage.state(summary)).append(" <span>last line ").append(RunsPage.time(summary.changed()))
                .append("</span> <a class=\"button\" download href=\"/runs/").append(run.id())
                .append("/report.html\">Save report.html</a></p>\n");
        progress(html, summary, read.log());
        return html.append(tiles(summary, read.log())).append("</div>\n").toString();
    }

    private String parts(Run run, GrowingLog.Reading read) throws IOException {
        RunLog log = read.log();
        RunSummary summary = summaries.of(run);
        StringBuilder html = new StringBuilder(now(run, summary, read))
                .append("<p class=\"unseen\" id=\"said\" role=\"status\">").append(sentence(summary, log))
                .append("</p>\n");
        if (!log.warnings().isEmpty()) {
            html.append("<ul class=\"warnings\" id=\"warnings\">");
            log.warnings().reversed().stream().limit(5).forEach(one -> html.append("<li><span aria-hidden=\"true\">▲")
                    .append("</span> step ").append(one.step()).append(": ").append(Texts.markup(one.text()))
                    .append("</li>"));
            html.append("</ul>\n");
        }
        if (summary.problem().isPresent()) {
            return html.append(Html.paragraph(summary.problem().get() + ", so only its log is shown.")).toString();
        }
        sections(run, log).stream().map(Section::html).forEach(html::append);
        return html.toString();
    }

    private static List<Section> sections(Run run, RunLog log) throws IOException {
        List<Section> sections = new ArrayList<>(RunSections.of(run.folder(), log));
        Section facts = sections.removeFirst();
        sections.add(Math.max(0, sections.size() - 2), checkpoints(run));
        rejected(run).ifPresent(one -> sections.add(sections.size() - 2, one));
        sections.add(sections.size() - 2, facts); // the curves come first: they are what is looked at again and again
        return sections;
    }

    private static void progress(StringBuilder html, RunSummary summary, RunLog log) {
        if (summary.epochs() == 0) {
            return;
        }
        double done = done(summary, log);
        boolean running = summary.state() == RunState.RUNNING;
        html.append("<p class=\"progress\"><label for=\"progress\">").append(running
                ? "epoch " + Math.min(summary.epoch() + 1, summary.epochs())
                : Texts.count(summary.epoch(), "epoch")).append(" of ").append(summary.epochs())
                .append("</label> <progress id=\"progress\" max=\"100\" value=\"")
                .append(String.format(Locale.ROOT, "%.1f", 100 * done)).append("\"></progress> ")
                .append(String.format(Locale.ROOT, "%.0f %%", 100 * done)).append(left(summary, log, done))
                .append("</p>\n");
    }

    /// The share of the planned epochs that is done. The steps of an epoch are known after the
    /// first one.
    private static double done(RunSummary summary, RunLog log) {
        if (log.epochs().isEmpty()) {
            return 0;
        }
        Epoch last = log.epochs().getLast();
        double perEpoch = (double) last.step() / last.epoch();
        return Math.min(1, step(log) / perEpoch / summary.epochs());
    }

    /// The last step that the log knows of: an epoch may end between two steps that are logged.
    private static long step(RunLog log) {
        return Math.max(log.epochs().isEmpty() ? 0 : log.epochs().getLast().step(),
                log.steps().isEmpty() ? 0 : log.steps().getLast().step());
    }

    private static String left(RunSummary summary, RunLog log, double done) {
        double seconds = log.epochs().stream().mapToDouble(Epoch::seconds).filter(Double::isFinite).average().orElse(0);
        return summary.state() != RunState.RUNNING || seconds == 0
                ? ""
                : ", about " + Texts.duration(seconds * summary.epochs() * (1 - done)) + " left";
    }

    private static String tiles(RunSummary summary, RunLog log) {
        Map<String, String> tiles = new LinkedHashMap<>();
        if (!log.steps().isEmpty()) {
            Step last = log.steps().getLast();
            tiles.put("step", String.format(Locale.ROOT, "%,d", step(log)));
            tiles.put("loss", number("%.4f", last.loss()));
            tiles.put("learning rate", number("%.3g", last.learningRate()));
            tiles.put("pictures/s", number("%,.0f", last.imagesPerSecond()));
            tiles.put("waiting for pictures", number("%.1f %%", 100 * last.waitShare()));
        }
        summary.validation().ifPresent(errors -> {
            tiles.put("top-1 error", Texts.percent(errors.top1()));
            if (errors.hasTop5()) {
                tiles.put("top-5 error", Texts.percent(errors.top5()));
            }
        });
        StringBuilder html = new StringBuilder("<dl class=\"tiles\">");
        tiles.forEach((name, value) -> html.append("<div><dt>").append(name).append("</dt><dd>").append(value)
                .append("</dd></div>"));
        return html.append("</dl>\n").toString();
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, format, value);
    }

    /// Changes once an epoch, so that a screen reader is not interrupted at every step.
    private static String sentence(RunSummary summary, RunLog log) {
        return log.epochs().isEmpty()
                ? "The run is " + summary.state().word() + "; no epoch is complete."
                : "The run is " + summary.state().word() + ". After epoch " + summary.epoch() + " of "
                        + summary.epochs()
                        + " the training loss is " + number("%.3f", log.epochs().getLast().loss())
                        + summary.validation().map(it -> " and the validation top-1 error "
                                + Texts.percent(it.top1())).orElse("")
                        + ".";
    }

    private static Section checkpoints(Run run) {
        Table table = new Table("Checkpoints",
                List.of("checkpoint", "epochs", "step", "top-1 error", "saved", "which"));
        try {
            CheckpointStore store = run.folder().checkpoints(1);
            List<Path> all = store.list();
            for (Path folder : all) {
                RunFiles.checkCheckpoint(run.folder(), folder);
            }
            Optional<Path> best = store.best();
            for (Path folder : all) {
                Checkpoint one = store.describe(folder);
                List<String> which = new ArrayList<>();
                best.filter(folder::equals).ifPresent(_ -> which.add("best"));
                if (folder.equals(all.getLast())) {
                    which.add("last");
                }
                table.row(List.of(Cell.text(String.valueOf(folder.getFileName())),
                        Cell.count(one.state().epoch()), Cell.count(one.state().step()),
                        Cell.number(one.state().error(), Texts::percent), Cell.text(one.written()),
                        Cell.text(String.join(", ", which))));
            }
            return new Section("checkpoints", "Checkpoints",
                    all.isEmpty() ? Html.paragraph("There is no checkpoint yet.") : table.html());
        } catch (IOException e) { // one that is damaged, or that the training removes just now
            return new Section("checkpoints", "Checkpoints",
                    Html.paragraph("A checkpoint cannot be read: " + AtomicFiles.reason(e) + "."));
        }
    }

    private static Optional<Section> rejected(Run run) {
        try {
            return DataPage.rejected(run);
        } catch (IOException e) {
            return Optional.empty(); // a table that is being written
        }
    }
}
