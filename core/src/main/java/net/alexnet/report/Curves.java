package net.alexnet.report;

import module java.base;
import net.alexnet.report.Chart.Line;
import net.alexnet.report.Chart.Point;
import net.alexnet.report.RunLog.Epoch;
import net.alexnet.report.RunLog.Errors;
import net.alexnet.report.RunLog.Step;
import net.alexnet.report.Table.Cell;

/// How a run went: loss, errors, learning rate and speed.
final class Curves {
    /// The most rows of a table that has one for each logged step or epoch.
    static final int ROWS = 200;

    private static final String ERROR = "error, %";
    private static final String EPOCH = "epoch";
    private static final String STEP = "step";

    private Curves() {}

    static Section learning(RunLog log) {
        StringBuilder html = new StringBuilder();
        if (log.steps().isEmpty() && log.epochs().isEmpty()) {
            html.append(Html.paragraph("The run's log has no steps."));
        } else {
            html.append("<div class=\"figures\">\n").append(loss(log).html());
            if (!log.epochs().isEmpty()) {
                html.append(errors(log.epochs()).html());
            }
            html.append(learningRate(log).html()).append("</div>\n");
        }
        return new Section("curves", "Learning", html.toString());
    }

    static Section speed(RunLog log) {
        Scale steps = Scale.around(log.steps().stream().mapToDouble(Step::step));
        Figure images = perStep("Training speed, without validation", "pictures/s", steps, log.steps(),
                Step::imagesPerSecond, value -> String.format(Locale.ROOT, "%.1f", value));
        Figure waiting = perStep("Time that a step waited for pictures", "share of the time, %", steps, log.steps(),
                step -> 100 * step.waitShare(), Format::significant);
        Table epochs = new Table("Time of each epoch, validation included", List.of(EPOCH, "seconds"));
        Figure.spread(log.epochs(), ROWS).forEach(one -> epochs.row(List.of(Cell.count(one.epoch()),
                Cell.number(one.seconds(), value -> String.format(Locale.ROOT, "%.1f", value)))));
        return new Section("speed", "Speed", "<div class=\"figures\">\n" + images.html() + waiting.html() + "</div>\n"
                + epochs.folded());
    }

    // --- figures -----------------------------------------------------------------------------------------------------

    static Figure loss(RunLog log) {
        List<Point> steps = log.steps().stream().map(one -> new Point(one.step(), one.loss())).toList();
        List<Line> lines = new ArrayList<>();
        if (!steps.isEmpty()) {
            lines.add(new Line("training, single batches", Line.FAINT, Figure.thinned(steps)));
            lines.add(new Line("training, smoothed", 0, Figure.thinned(smoothed(steps))));
        }
        if (log.epochs().stream().anyMatch(one -> one.validation().isPresent())) {
            lines.add(new Line("validation", 1, log.epochs().stream().map(one -> new Point(one.step(),
                    one.validation().map(Errors::loss).orElse(Double.NaN))).toList()));
        }
        List<Double> marks = log.warnings().stream().map(one -> (double) one.step()).toList();
        Scale x = Scale.around(DoubleStream.concat(Figure.values(lines, Point::x),
                marks.stream().mapToDouble(one -> one)));
        Chart chart = new Chart("Loss", STEP, "cross-entropy", x,
                Scale.logarithmic(Figure.values(lines, Point::y)), lines, marks);
        Table epochs = new Table("Loss of each epoch",
                List.of(EPOCH, STEP, "training, mean of the epoch", "validation"));
        Figure.spread(log.epochs(), ROWS).forEach(one -> epochs.row(List.of(Cell.count(one.epoch()),
                Cell.count(one.step()), Cell.number(one.loss(), Format::loss),
                Cell.number(of(one, Errors::loss), Format::loss))));
        Table single = new Table("Loss of single batches", List.of(STEP, "loss"));
        Figure.spread(log.steps(), ROWS).forEach(one -> single.row(List.of(Cell.count(one.step()),
                Cell.number(one.loss(), Format::loss))));
        return new Figure(chart, log.warnings().stream().map(one -> "step " + one.step() + ": " + one.text()).toList(),
                List.of(epochs, single));
    }

    static Figure errors(List<Epoch> epochs) {
        List<Line> lines = new ArrayList<>();
        if (epochs.stream().anyMatch(one -> one.trainingTop1().isPresent())) {
            lines.add(new Line("training", 0, percents(epochs, Epoch::trainingTop1)));
        }
        if (epochs.stream().anyMatch(one -> one.validation().isPresent())) {
            lines.add(new Line("validation", 1, percents(epochs, one -> of(one, Errors::top1))));
        }
        Table table = new Table("Errors of each epoch",
                List.of(EPOCH, "training top-1", "validation top-1", "validation top-5"));
        Figure.spread(epochs, ROWS).forEach(one -> table.row(List.of(Cell.count(one.epoch()),
                Cell.number(one.trainingTop1(), Format::percent),
                Cell.number(of(one, Errors::top1), Format::percent),
                Cell.number(one.validation().filter(Errors::hasTop5).map(Errors::top5)
                        .map(OptionalDouble::of).orElse(OptionalDouble.empty()), Format::percent))));
        return new Figure(new Chart("Top-1 error", EPOCH, ERROR, epochAxis(epochs),
                Scale.fromZero(Figure.values(lines, Point::y)), lines, List.of()), List.of(), List.of(table));
    }

    private static Figure learningRate(RunLog log) {
        List<Point> steps = new ArrayList<>(log.steps().stream().map(one -> new Point(one.step(), one.learningRate()))
                .toList());
        if (!log.epochs().isEmpty()) { // its last step may not be logged
            Epoch last = log.epochs().getLast();
            if (steps.isEmpty() || steps.getLast().x() < last.step()) {
                steps.add(new Point(last.step(), last.learningRate()));
            }
        }
        List<Line> lines = List.of(new Line("learning rate of the weights", 0, stairs(steps)));
        DoubleSummaryStatistics rates = steps.stream().mapToDouble(Point::y).filter(one -> one > 0)
                .summaryStatistics();
        Scale y = rates.getCount() > 0 && rates.getMax() >= 10 * rates.getMin()
                ? Scale.logarithmic(Figure.values(lines, Point::y))
                : Scale.fromZero(Figure.values(lines, Point::y));
        Table table = new Table("Learning rate", List.of(STEP, "learning rate"));
        Figure.spread(steps, ROWS).forEach(one -> table.row(List.of(Cell.count((long) one.x()),
                Cell.number(one.y(), Format::significant))));
        return new Figure(new Chart("Learning rate", STEP, "learning rate",
                Scale.around(Figure.values(lines, Point::x)), y, lines, List.of()), List.of(), List.of(table));
    }

    private static Figure perStep(String title, String unit, Scale x, List<Step> steps, ToDoubleFunction<Step> value,
            DoubleFunction<String> format) {
        List<Line> lines = List.of(new Line(unit, 0, Figure.thinned(steps.stream()
                .map(one -> new Point(one.step(), value.applyAsDouble(one))).toList())));
        Table table = new Table(title, List.of(STEP, unit));
        Figure.spread(steps, ROWS).forEach(one -> table.row(List.of(Cell.count(one.step()),
                Cell.number(value.applyAsDouble(one), format))));
        return new Figure(new Chart(title, STEP, unit, x, Scale.fromZero(Figure.values(lines, Point::y)), lines,
                List.of()), List.of(), List.of(table));
    }

    /// A line that keeps a value until the next point, and reaches the last one.
    static List<Point> stairs(List<Point> points) {
        List<Point> stairs = new ArrayList<>();
        for (Point point : Figure.thinned(points)) {
            if (!stairs.isEmpty() && stairs.getLast().y() != point.y()) {
                stairs.add(new Point(point.x(), stairs.getLast().y()));
            }
            stairs.add(point);
        }
        if (!stairs.isEmpty() && stairs.getLast().x() < points.getLast().x()) { // thinned, among equal values
            stairs.add(points.getLast());
        }
        return stairs;
    }

    // --- values ------------------------------------------------------------------------------------------------------

    /// The epochs from 1 on.
    static Scale epochAxis(List<Epoch> epochs) {
        return Scale.around(epochs.stream().mapToDouble(Epoch::epoch));
    }

    static OptionalDouble of(Epoch epoch, ToDoubleFunction<Errors> value) {
        return epoch.validation().isPresent()
                ? OptionalDouble.of(value.applyAsDouble(epoch.validation().get()))
                : OptionalDouble.empty();
    }

    static List<Point> percents(List<Epoch> epochs, Function<Epoch, OptionalDouble> fraction) {
        return epochs.stream().map(one -> new Point(one.epoch(), 100 * fraction.apply(one).orElse(Double.NaN)))
                .toList();
    }

    /// The mean over a stretch around each point: a tenth of all points, or five, and less near the ends.
    static List<Point> smoothed(List<Point> points) {
        double[] sums = new double[points.size() + 1];
        int[] counts = new int[points.size() + 1];
        for (int i = 0; i < points.size(); i++) {
            double y = points.get(i).y();
            sums[i + 1] = sums[i] + (Double.isFinite(y) ? y : 0);
            counts[i + 1] = counts[i] + (Double.isFinite(y) ? 1 : 0);
        }
        List<Point> smoothed = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            int half = Math.min(Math.max(2, points.size() / 20), Math.min(i, points.size() - 1 - i));
            int from = i - half;
            int to = i + half + 1;
            smoothed.add(new Point(points.get(i).x(), (sums[to] - sums[from]) / (counts[to] - counts[from])));
        }
        return smoothed;
    }
}
