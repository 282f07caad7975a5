package net.alexnet.server.studio;

import module java.base;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Texts;
import net.alexnet.report.Html;
import net.alexnet.report.Section;
import net.alexnet.report.Table;
import net.alexnet.report.Table.Cell;
import net.alexnet.reproduce.Reproduction;
import net.alexnet.server.Call;
import net.alexnet.server.Reply;

/// The paper's claims, as the folders of reproductions answer them.
final class ClaimsPage {
    private static final int DEPTH = 2;

    private final RunTable table;
    private final PageFrame frame;

    ClaimsPage(RunTable table, PageFrame frame) {
        this.table = table;
        this.frame = frame;
    }

    Reply page(Call call) throws IOException {
        StringBuilder html = new StringBuilder("<h1>The paper's claims</h1>\n");
        List<Path> folders = folders();
        if (folders.isEmpty()) {
            html.append(
                    "<p>There is no reproduction below the folders that this page shows. The first command makes one, in")
                    .append(" hours or days; the second shows it:</p>\n<pre tabindex=\"0\"><code>")
                    .append("./alexnet reproduce all --data cifar-10/\n./alexnet studio reproduction/</code></pre>\n");
        }
        for (int i = 0; i < folders.size(); i++) {
            html.append(new Section("claims-" + i, String.valueOf(folders.get(i).getFileName()), claims(folders.get(i)))
                    .html());
        }
        return frame.page("Claims", "/claims", List.of(), html.toString());
    }

    private static String claims(Path folder) {
        try {
            Table rows = new Table("What the finished runs show",
                    List.of("claim", "section", "the paper says", "paper", "here", "verdict", "runs", "hours left"));
            for (Reproduction.Status one : Reproduction.in(folder).recipe(folder.resolve("recipe.yaml").toString())
                    .list()) {
                rows.row(List.of(Cell.text(one.id()), Cell.text(one.section()), Cell.text(one.statement()),
                        Cell.text(one.paper()), Cell.text(one.result()), Cell.text(one.verdict()),
                        Cell.text(one.done() + " of " + one.runs()), Cell.number(one.hours(),
                                hours -> String.format(Locale.ROOT, "%.1f", hours))));
            }
            return rows.html();
        } catch (IOException e) {
            return Html.paragraph("The results cannot be read: " + AtomicFiles.reason(e) + ".");
        } catch (IllegalArgumentException e) {
            return Html.paragraph("The results cannot be read: " + Texts.line(String.valueOf(e.getMessage())) + ".");
        }
    }

    /// The folders of reproductions: they have a recipe and runs below `runs`.
    private List<Path> folders() throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path root : table.roots()) {
            if (Files.isDirectory(root)) {
                try (Stream<Path> folders = Files.walk(root.toRealPath(), DEPTH)) {
                    folders.filter(one -> Files.isRegularFile(one.resolve("recipe.yaml"))
                            && Files.isDirectory(one.resolve("runs"))).forEach(found::add);
                } catch (UncheckedIOException e) {
                    throw Objects.requireNonNull(e.getCause());
                }
            }
        }
        return found;
    }
}
