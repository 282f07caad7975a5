package net.alexnet.report;

import module java.base;
import net.alexnet.data.Sample;
import net.alexnet.data.image.Encoding;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.inference.Engines;
import net.alexnet.inference.TopKErrors.ClassErrors;
import net.alexnet.inference.TopKErrors.Confusion;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Texts;
import net.alexnet.report.Table.Cell;
import net.alexnet.report.ValidationPass.Answer;

/// What the last checkpoint says of the validation pictures: each class, the mistakes, and single pictures.
public final class ValidationParts {
    private static final int MATRIX = 40; // the most classes of a matrix
    private static final int PAIRS = 40;
    private static final int SHOWN = 24; // pictures
    private static final int SIDE = 96; // pixels of a picture
    private static final Encoding JPEG = new Encoding(Encoding.Format.JPEG, 80);
    private static final int SHADES = 5;

    private final ValidationPass pass;
    private final List<String> classes;

    /// Of an evaluation.
    public ValidationParts(ValidationPass pass) {
        this.pass = pass;
        this.classes = pass.classes();
    }

    List<Section> sections() {
        return List.of(classes(), mistakes(), new Section("pictures", "Pictures",
                gallery("Highest loss", "The network gives the true class of these the least probability.",
                        pass.worst(SHOWN))
                        + gallery("Least sure",
                                "The two most probable classes of these are the closest.",
                                pass.leastSure(SHOWN))));
    }

    /// The error of each class.
    public Section classes() {
        return new Section("classes", "Classes", classErrors().html());
    }

    /// Which classes are taken for which: a matrix, or with more than 40 classes a table of the most frequent pairs.
    public Section mistakes() {
        return classes.size() <= MATRIX
                ? new Section("mistakes", "Confusion matrix", matrix())
                : new Section("mistakes", "Mistakes", pairs().html());
    }

    Table classErrors() {
        Table table = new Table("Top-1 error of each class, highest first, with its 95 % interval",
                List.of("class", "error", "interval, %", "wrong", "pictures"));
        pass.report().perClass().stream().sorted(Comparator.comparingDouble(ClassErrors::top1).reversed())
                .forEach(one -> table.row(List.of(Cell.text(classes.get(one.label())),
                        Cell.number(one.top1(), Format::percent), Cell.text(one.interval().percent()).marked("n"),
                        Cell.count(one.missed()), Cell.count(one.images()))));
        return table;
    }

    private String matrix() {
        List<String> columns = new ArrayList<>(List.of("true class"));
        columns.addAll(classes);
        Table table = new Table("How often pictures of a class were taken for each class", columns);
        int[][] counts = new int[classes.size()][classes.size()];
        pass.confusions().forEach(one -> counts[one.label()][one.predicted()] = one.count());
        for (int label = 0; label < counts.length; label++) {
            List<Cell> cells = new ArrayList<>(List.of(Cell.text(classes.get(label))));
            int all = Arrays.stream(counts[label]).sum();
            for (int predicted = 0; predicted < counts.length; predicted++) {
                int count = counts[label][predicted];
                String style = (count == 0 ? "zero" : "h" + Math.min(SHADES, 1 + SHADES * count / all))
                        + (label == predicted ? " right" : "");
                cells.add(Cell.count(count).marked(style));
            }
            table.row(cells);
        }
        return Html.paragraph("A row is the true class, a column the most probable one. Right answers are outlined, and"
                + " a cell is darker the larger its share of the row is.") + table.html("matrix");
    }

    Table pairs() {
        Table table = new Table("The most frequent mistakes", List.of("true class", "taken for", "pictures"));
        pass.confusions().stream().filter(one -> one.label() != one.predicted()).limit(PAIRS)
                .forEach(one -> table.row(pair(one)));
        return table;
    }

    private List<Cell> pair(Confusion one) {
        return List.of(Cell.text(classes.get(one.label())), Cell.text(classes.get(one.predicted())),
                Cell.count(one.count()));
    }

    private String gallery(String title, String explanation, List<Answer> answers) {
        StringBuilder html = new StringBuilder("<h3>" + title + "</h3>\n" + Html.paragraph(explanation)
                + "<ul class=\"gallery\">\n");
        Thumbnail thumbnail = new Thumbnail(SIDE, JPEG, Engines.find().codec());
        for (Answer one : answers) {
            Sample sample = pass.images().samples().get(one.index());
            html.append("<li>").append(image(thumbnail, sample)).append("<p><strong>")
                    .append(Texts.markup(classes.get(one.label()))).append("</strong>")
                    .append(one.label() == one.predicted()
                            ? ", recognized"
                            : ", taken for <em>" + Texts.markup(classes.get(one.predicted())) + "</em>")
                    .append(String.format(Locale.ROOT, " at %.1f\u00a0%%%s; loss %.2f", 100 * one.probability(),
                            second(one), one.loss()))
                    .append("</p><p class=\"file\">").append(Texts.markup(sample.name())).append("</p></li>\n");
        }
        return html.append("</ul>\n").toString();
    }

    /// The class that is the second most probable, if there is one.
    private String second(Answer one) {
        return one.best().size() < 2
                ? ""
                : String.format(Locale.ROOT, ", %s %.1f\u00a0%%", Texts.markup(classes.get(one.best().get(1).label())),
                        100 * one.best().get(1).probability());
    }

    private static String image(Thumbnail thumbnail, Sample sample) {
        try {
            return thumbnail.image(sample, "");
        } catch (UnreadableImageException e) {
            return Html.paragraph(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return Html.paragraph(AtomicFiles.reason(e));
        }
    }
}
