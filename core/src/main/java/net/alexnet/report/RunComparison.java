package net.alexnet.report;

import module java.base;
import net.alexnet.report.Chart.Line;
import net.alexnet.report.Chart.Point;
import net.alexnet.report.RunLog.Epoch;
import net.alexnet.report.RunLog.Errors;
import net.alexnet.report.Table.Cell;

/// Several runs side by side.
final class RunComparison {
    private final List<RunRecord> runs;
    private final List<String> names;

    RunComparison(List<RunRecord> runs) {
        this.runs = runs;
        names = names(runs.stream().map(one -> one.folder().path().toAbsolutePath().normalize()).toList());
    }

    /// The shortest ends of paths that tell them apart.
    static List<String> names(List<Path> paths) {
        int most = paths.stream().mapToInt(Path::getNameCount).max().orElse(0);
        for (int length = 1; length < most; length++) {
            int last = length;
            List<String> ends = paths.stream().map(one -> String.valueOf(one.subpath(
                    Math.max(0, one.getNameCount() - last), one.getNameCount()))).toList();
            if (ends.stream().distinct().count() == ends.size()) {
                return ends;
            }
        }
        return paths.stream().map(Path::toString).toList();
    }

    List<Section> sections() {
        return List.of(new Section("errors", "Errors", errors().html()),
                new Section("curves", "Learning", "<div class=\"figures\">\n"
                        + figure("Validation top-1 error", one -> Curves.of(one, Errors::top1), true)
                        + figure("Training top-1 error", Epoch::trainingTop1, true)
                        + figure("Validation loss", one -> Curves.of(one, Errors::loss), false)
                        + figure("Training loss, mean of the epoch", one -> OptionalDouble.of(one.loss()), false)
                        + "</div>\n"),
                new Section("recipes", "Recipes", recipes()));
    }

    Table errors() {
        Table table = new Table("Errors after the last epoch, with 95 % intervals in percent", List.of("run", "epochs",
                "top-1 error", "interval", "top-5 error", "interval", "best top-1 error", "training top-1 error",
                "test top-1 error", "interval", "time, s"));
        for (int i = 0; i < runs.size(); i++) {
            RunRecord run = runs.get(i);
            List<Cell> cells = new ArrayList<>(
                    List.of(Cell.text(names.get(i)), Cell.count(run.epochs())));
            cells.addAll(withInterval(run.validation(), Errors::top1));
            cells.addAll(withInterval(run.validation().filter(Errors::hasTop5), Errors::top5));
            cells.add(percent(run.bestEpoch().map(one -> Curves.of(one, Errors::top1))));
            cells.add(percent(run.lastEpoch().map(Epoch::trainingTop1)));
            cells.addAll(withInterval(run.log().test().map(RunLog.TestLine::errors), Errors::top1));
            cells.add(Cell.number(run.seconds(), value -> String.format(Locale.ROOT, "%,.0f", value)));
            table.row(cells);
        }
        return table;
    }

    private static List<Cell> withInterval(Optional<Errors> errors, ToDoubleFunction<Errors> error) {
        return errors.map(it -> List.of(Cell.number(error.applyAsDouble(it), Format::percent),
                Cell.text(RunRecord.interval(error.applyAsDouble(it), it.images()).percent()).marked("n")))
                .orElse(List.of(Cell.text(""), Cell.text("")));
    }

    private static Cell percent(Optional<OptionalDouble> error) {
        return Cell.number(error.orElse(OptionalDouble.empty()), Format::percent);
    }

    /// A line for each run that has values; nothing if none has.
    ///
    /// @param percents whether the values are fractions that are drawn in percent
    private String figure(String title, Function<Epoch, OptionalDouble> value, boolean percents) {
        List<Integer> shown = IntStream.range(0, runs.size())
                .filter(i -> epochs(i).stream().anyMatch(one -> value.apply(one).isPresent())).boxed().toList();
        if (shown.isEmpty()) {
            return "";
        }
        List<Line> lines = shown.stream().map(i -> new Line(names.get(i), i, epochs(i).stream()
                .map(one -> new Point(one.epoch(), (percents ? 100 : 1) * value.apply(one).orElse(Double.NaN)))
                .toList())).toList();
        Scale y = percents
                ? Scale.fromZero(Figure.values(lines, Point::y))
                : Scale.logarithmic(Figure.values(lines, Point::y));
        List<String> columns = new ArrayList<>(List.of("epoch"));
        shown.forEach(i -> columns.add(names.get(i)));
        Table table = new Table(title, columns);
        List<Integer> numbers = shown.stream().flatMap(i -> epochs(i).stream()).map(Epoch::epoch).distinct().sorted()
                .toList();
        for (int number : Figure.spread(numbers, Curves.ROWS)) {
            List<Cell> cells = new ArrayList<>(List.of(Cell.count(number)));
            shown.forEach(i -> cells.add(Cell.number(epochs(i).stream().filter(one -> one.epoch() == number).findFirst()
                    .map(value).orElse(OptionalDouble.empty()), percents ? Format::percent : Format::loss)));
            table.row(cells);
        }
        return new Figure(new Chart(title, "epoch", percents ? "error, %" : "cross-entropy",
                Scale.around(Figure.values(lines, Point::x)), y, lines, List.of()), List.of(), List.of(table)).html();
    }

    private List<Epoch> epochs(int run) {
        return runs.get(run).log().epochs();
    }

    private String recipes() {
        List<String> columns = new ArrayList<>(List.of("key"));
        columns.addAll(names);
        Table table = new Table("Keys in which the recipes differ", columns);
        Map<String, List<String>> differing = RecipeKeys.differing(runs.stream().map(RunRecord::recipe).toList());
        differing.forEach((key, values) -> table
                .row(Stream.concat(Stream.of(key), values.stream()).map(Cell::text).toList()));
        return differing.isEmpty() ? Html.paragraph("The recipes are the same.") : table.html();
    }
}
