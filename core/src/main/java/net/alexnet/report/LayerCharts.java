package net.alexnet.report;

import module java.base;
import net.alexnet.report.Chart.Line;
import net.alexnet.report.Chart.Point;
import net.alexnet.report.RunLog.Epoch;
import net.alexnet.report.RunLog.Layer;
import net.alexnet.report.Table.Cell;

/// How the layers with weights were at the end of each epoch.
final class LayerCharts {
    private LayerCharts() {}

    /// Charts of the updates and the dead units; nothing if no line of the log has layers.
    static Optional<Section> of(List<Epoch> all) {
        List<Epoch> epochs = all.stream().filter(one -> !one.layers().isEmpty()).toList();
        if (epochs.isEmpty()) {
            return Optional.empty();
        }
        StringBuilder html = new StringBuilder(Html.paragraph("An update is the change of a weight in the last step of"
                + " the epoch. A unit is dead if its activation was 0 for a whole batch near the end of the epoch."))
                .append("<div class=\"figures\">\n")
                .append(figure(epochs, "Size of the updates by layer", "update / weight", Layer::ratio, true).html());
        if (epochs.stream().flatMap(one -> one.layers().stream()).anyMatch(one -> one.dead().isPresent())) {
            html.append(figure(epochs, "Dead units by layer", "share of the units, %", LayerCharts::dead, false)
                    .html());
        }
        return Optional.of(new Section("layers", "Layers", html + "</div>\n"));
    }

    private static double dead(Layer layer) {
        return 100 * layer.dead().orElse(Double.NaN);
    }

    private static Figure figure(List<Epoch> epochs, String title, String unit, ToDoubleFunction<Layer> value,
            boolean log) {
        List<String> names = epochs.stream().flatMap(one -> one.layers().stream()).map(Layer::name).distinct()
                .filter(name -> epochs.stream().anyMatch(one -> !Double.isNaN(of(one, name, value)))).toList();
        List<Line> lines = IntStream.range(0, names.size()).mapToObj(i -> new Line(names.get(i), i, epochs.stream()
                .map(one -> new Point(one.epoch(), of(one, names.get(i), value))).toList())).toList();
        List<String> columns = new ArrayList<>(List.of("epoch"));
        columns.addAll(names);
        Table table = new Table(title + ", " + unit, columns);
        for (Epoch epoch : Figure.spread(epochs, Curves.ROWS)) {
            List<Cell> cells = new ArrayList<>(List.of(Cell.count(epoch.epoch())));
            names.stream().mapToDouble(name -> of(epoch, name, value)).mapToObj(one -> Double.isNaN(one)
                    ? Cell.text("")
                    : Cell.number(one, Format::significant)).forEach(cells::add);
            table.row(cells);
        }
        Scale y = log
                ? Scale.logarithmic(Figure.values(lines, Point::y))
                : Scale.fromZero(Figure.values(lines, Point::y));
        return new Figure(new Chart(title, "epoch", unit, Curves.epochAxis(epochs), y, lines, List.of()), List.of(),
                List.of(table));
    }

    private static double of(Epoch epoch, String layer, ToDoubleFunction<Layer> value) {
        return epoch.layers().stream().filter(one -> one.name().equals(layer)).mapToDouble(value).findFirst()
                .orElse(Double.NaN);
    }
}
