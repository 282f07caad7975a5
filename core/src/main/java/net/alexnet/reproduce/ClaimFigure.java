package net.alexnet.reproduce;

import module java.base;
import net.alexnet.io.Texts;
import net.alexnet.report.RunLog.Epoch;
import net.alexnet.report.Scale;
import net.alexnet.reproduce.Claim.Averages;
import net.alexnet.reproduce.Claim.EpochsTo;
import net.alexnet.reproduce.Claim.Experiment;
import net.alexnet.reproduce.Claim.Higher;
import net.alexnet.reproduce.Claim.Neighbors;
import net.alexnet.reproduce.Claim.TowerColor;
import org.jspecify.annotations.Nullable;

/// The figure of a claim as SVG. Its first part has the runs: a row for each kind of run and value, with a circle for each run and
/// a bar at their mean; for a claim about epochs, a curve for each run. Its second part has the difference with its intervals, and
/// the paper's beside it.
final class ClaimFigure {
    private static final int LEFT = 330;
    private static final int WIDTH = 440; // of the axis
    private static final int ROW = 28;
    private static final int TOP = 40;
    private static final int AXIS = 64; // below the rows, with the title and a space
    private static final int CURVES = 240;
    private static final String FAST = "#2563eb";
    private static final String SLOW = "#b45309";

    private final StringBuilder svg = new StringBuilder();
    private double top = TOP;

    private ClaimFigure() {}

    /// The epochs of a run.
    record Curve(String arm, int seed, List<Epoch> epochs) {}

    /// A row of circles.
    private record Row(String name, List<Double> values) {}

    /// A difference with an interval, or without one.
    private record Effect(String name, double value, @Nullable Interval interval, String color) {}

    /// The figure; empty if no run of the claim has a value.
    ///
    /// @param curves of the claim's runs, for a claim about epochs
    static Optional<String> svg(Experiment experiment, Result result, List<Curve> curves) {
        ClaimFigure figure = new ClaimFigure();
        if (experiment instanceof EpochsTo test && !curves.isEmpty()) {
            figure.draw(test, curves, result);
        } else {
            List<Row> rows = rows(experiment, result);
            if (rows.isEmpty()) {
                return Optional.empty();
            }
            figure.draw(rows, unit(experiment));
        }
        figure.draw(effects(result), result.more().containsKey("ratio"));
        return Optional.of(String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %1$d %2$d" role="img" \
                font-family="sans-serif" font-size="13">
                <title>%s</title>
                <rect width="100%%" height="100%%" fill="white"/>
                <text x="12" y="22" font-weight="bold">%s</text>
                """, LEFT + WIDTH + 40, (int) figure.top, Texts.markup(result.statement()),
                Texts.markup(result.claim() + ": " + result.verdict().words())) + figure.svg + "</svg>\n");
    }

    // --- what is shown -----------------------------------------------------------------------------------------------

    /// The value that is compared, a row for each arm; where values of the same runs are compared, a row for each value.
    private static List<Row> rows(Experiment experiment, Result result) {
        Map<String, List<Double>> rows = new LinkedHashMap<>();
        for (Result.Run run : result.runs()) {
            run.values().forEach((key, value) -> {
                if (experiment instanceof Averages) {
                    rows.computeIfAbsent("single networks", _ -> new ArrayList<>()).add(value);
                } else if (result.judged().isEmpty()) {
                    rows.computeIfAbsent(key.replace('_', ' '), _ -> new ArrayList<>()).add(value);
                } else if (result.judged().equals(key)) {
                    rows.computeIfAbsent(run.arm(), _ -> new ArrayList<>()).add(value);
                }
            });
        }
        if (experiment instanceof Averages averages) {
            result.averages().values().forEach(value -> rows
                    .computeIfAbsent("averages of " + averages.members(), _ -> new ArrayList<>()).add(value));
        }
        return rows.entrySet().stream().map(row -> new Row(row.getKey(), row.getValue())).toList();
    }

    private static String unit(Experiment experiment) {
        return switch (experiment) {
            case Higher(_, _, Claim.Metric metric) -> switch (metric) {
                case TOP1_ERROR -> "top-1 error, %";
                case TRAINING_ERROR -> "training top-1 error, %";
                case GAP -> "validation error less training error, percentage points";
            };
            case Neighbors _ -> "nearest pictures of the same class, %";
            case TowerColor _ -> "difference of the towers' mean color share";
            case EpochsTo _ -> "epochs";
            default -> "top-1 error, %";
        };
    }

    private static List<Effect> effects(Result result) {
        List<Effect> effects = new ArrayList<>();
        ArmDifference here = result.comparison();
        if (here != null) {
            if (here.seeds() != null) {
                effects.add(new Effect("here, over seeds", here.difference(), here.seeds(), FAST));
            }
            if (here.seedsAndPictures() != null) {
                effects.add(new Effect("over seeds and pictures", here.difference(), here.seedsAndPictures(),
                        FAST));
            }
            if (here.seeds() == null) {
                String name = Boolean.TRUE.equals(result.more().get(ClaimCheck.BOUND)) ? "here, at least" : "here";
                effects.add(new Effect(here.pictures() == null ? name : "here, over pictures", here.difference(),
                        here.pictures(), FAST));
            }
        }
        if (result.paperEffect() != null) {
            effects.add(new Effect("the paper", result.paperEffect(), null, "black"));
        }
        return effects;
    }

    // --- how it is drawn ---------------------------------------------------------------------------------------------

    private void draw(List<Row> rows, String unit) {
        Scale scale = around(rows.stream().flatMap(row -> row.values.stream()).toList(), false);
        axis(scale, rows.size(), unit);
        for (Row row : rows) {
            double y = top + ROW / 2.0;
            name(row.name, y);
            for (double value : row.values) {
                circle(x(scale, value), y, FAST + "\" fill-opacity=\"0.6");
            }
            double mean = row.values.stream().mapToDouble(d -> d).average().orElseThrow();
            line(x(scale, mean), y - 10, x(scale, mean), y + 10, "black\" stroke-width=\"2");
            top += ROW;
        }
        top += AXIS;
    }

    /// @param ratio whether the values are logarithms of ratios
    private void draw(List<Effect> effects, boolean ratio) {
        if (effects.isEmpty()) {
            return;
        }
        List<Double> values = new ArrayList<>(List.of(0.0));
        for (Effect effect : effects) {
            values.add(effect.value);
            if (effect.interval != null) {
                values.addAll(List.of(effect.interval.low(), effect.interval.high()));
            }
        }
        UnaryOperator<Double> shown = value -> ratio ? Math.exp(value) : value;
        Scale scale = around(values.stream().map(shown).toList(), ratio);
        axis(scale, effects.size(), ratio
                ? "ratio of epochs; above 1 the claim holds"
                : "difference, percentage points; above 0 the claim holds");
        double zero = x(scale, shown.apply(0.0));
        line(zero, top, zero, top + ROW * effects.size(), "black\" stroke-dasharray=\"3 3");
        for (Effect effect : effects) {
            double y = top + ROW / 2.0;
            String text = effect.name + ": " + number(shown.apply(effect.value));
            if (effect.interval != null) {
                double low = shown.apply(effect.interval.low());
                double high = shown.apply(effect.interval.high());
                text += " (" + number(low) + " to " + number(high) + ")";
                line(x(scale, low), y, x(scale, high), y, FAST + "\" stroke-width=\"3");
            }
            name(text, y);
            circle(x(scale, shown.apply(effect.value)), y, effect.color);
            top += ROW;
        }
        top += AXIS;
    }

    /// The training error by epoch. The best learning rates have strong lines, and the slow kind has dashes, as in the paper.
    private void draw(EpochsTo test, List<Curve> curves, Result result) {
        Set<String> slow = test.slow().stream().map(Arm::name).collect(Collectors.toSet());
        int epochs = curves.stream().flatMap(curve -> curve.epochs.stream()).mapToInt(Epoch::epoch).max().orElse(1);
        Scale x = new Scale(1, Math.max(2, epochs), false);
        double most = curves.stream().flatMap(curve -> curve.epochs.stream())
                .mapToDouble(epoch -> epoch.trainingTop1().orElse(0)).max().orElse(1);
        Scale y = Scale.fromZero(DoubleStream.of(100 * Math.max(most, test.trainingError())));
        double bottom = top + CURVES;
        for (double tick : y.ticks()) {
            double at = bottom - CURVES * y.at(tick);
            line(LEFT, at, LEFT + WIDTH, at, "#ddd");
            text(LEFT - 8, at + 4, "end", Scale.label(tick));
        }
        text(LEFT, top - 8, "start", "training top-1 error, %");
        double goal = bottom - CURVES * y.at(100 * test.trainingError());
        line(LEFT, goal, LEFT + WIDTH, goal, "black\" stroke-dasharray=\"3 3");
        text(LEFT + WIDTH, goal - 4, "end", Scale.label(100 * test.trainingError()) + " %");
        List<Object> best = Stream.of("fast", "slow").map(result.more()::get).filter(Objects::nonNull).toList();
        double legend = top + 12;
        for (String arm : curves.stream().map(Curve::arm).distinct().toList()) {
            boolean dashed = slow.contains(arm);
            String look = (dashed ? SLOW + "\" stroke-dasharray=\"6 4" : FAST) + "\" stroke-width=\""
                    + (best.contains(arm) ? "2.5" : "1\" stroke-opacity=\"0.6");
            for (Curve curve : curves) {
                if (curve.arm.equals(arm)) {
                    add(String.format(Locale.ROOT, "<polyline fill=\"none\" stroke=\"%s\" points=\"%s\"/>", look,
                            curve.epochs.stream()
                                    .filter(epoch -> epoch.trainingTop1().isPresent())
                                    .map(epoch -> String.format(Locale.ROOT, "%.1f,%.1f", x(x, epoch.epoch()),
                                            bottom - CURVES * y.at(100 * epoch.trainingTop1().getAsDouble())))
                                    .collect(Collectors.joining(" "))));
                }
            }
            line(12, legend - 4, 44, legend - 4, look);
            text(50, legend, "start", arm);
            legend += 20;
        }
        axis(x, bottom, "epoch");
        top = bottom + AXIS;
    }

    private static Scale around(List<Double> values, boolean ratio) {
        double low = Collections.min(values);
        double high = Collections.max(values);
        if (ratio) {
            return new Scale(low / 1.2, high * 1.2, true);
        }
        double room = high > low ? (high - low) / 10 : Math.max(Math.abs(high) / 10, 1e-6);
        return new Scale(low - room, high + room, false);
    }

    /// Ticks below some rows that begin at the top.
    private void axis(Scale scale, int rows, String title) {
        axis(scale, top + ROW * rows, title);
    }

    private void axis(Scale scale, double bottom, String title) {
        for (double tick : scale.ticks()) {
            line(x(scale, tick), top - 4, x(scale, tick), bottom, "#ddd");
            text(x(scale, tick), bottom + 16, "middle", Scale.label(tick));
        }
        text(LEFT + WIDTH / 2.0, bottom + 34, "middle", title);
    }

    private static double x(Scale scale, double value) {
        return LEFT + WIDTH * scale.at(value);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private void name(String text, double y) {
        text(LEFT - 12, y + 4, "end", text);
    }

    private void text(double x, double y, String anchor, String text) {
        add(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>", x, y, anchor,
                Texts.markup(text)));
    }

    private void line(double x1, double y1, double x2, double y2, String stroke) {
        add(String.format(Locale.ROOT, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>", x1, y1,
                x2, y2, stroke));
    }

    private void circle(double x, double y, String fill) {
        add(String.format(Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\"/>", x, y, fill));
    }

    private void add(String element) {
        svg.append(element).append('\n');
    }
}
