package net.alexnet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import module java.base;
import net.alexnet.Evaluation;
import net.alexnet.Evaluation.ClassError;
import net.alexnet.Evaluation.ModelErrors;
import net.alexnet.inference.ErrorInterval;
import net.alexnet.inference.TopKErrors.Report;
import net.alexnet.io.Texts;
import org.jspecify.annotations.Nullable;

/// The result of an evaluation as text and as JSON.
///
/// @param views how many views of each picture were averaged
record EvaluationReport(Evaluation result, int views) {
    private static final int SHOWN = 20; // classes

    private record Mistake(@JsonProperty("class") String className, String takenFor, int count) {}

    private record OfClass(@JsonProperty("class") String className, long n, double top1Error,
            ErrorInterval top1ErrorInterval) {}

    private record Center(double top1Error, double top5Error, double loss) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Model(String model, double top1Error, double top5Error, double loss, @Nullable Center center) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Evaluated(long n, int views, double top1Error, ErrorInterval top1ErrorInterval, double top5Error,
            ErrorInterval top5ErrorInterval, double balancedTop1Error, double loss, @Nullable Center center,
            int unreadable, List<OfClass> classes, List<Mistake> confusions, @Nullable List<Model> models) {}

    Object json() {
        Report errors = result.errors();
        List<Model> models = result.models().stream().map(one -> new Model(one.model().toString(), one.errors().top1(),
                one.errors().top5(), one.errors().loss(), center(one.center()))).toList();
        return new Evaluated(errors.images(), views, errors.top1(), errors.top1Interval(), errors.top5(),
                errors.top5Interval(), errors.balancedTop1(), errors.loss(), center(result.center()),
                result.unreadable(), result.perClass().stream().map(one -> new OfClass(one.label(),
                        one.errors().images(), one.errors().top1(), one.errors().interval())).toList(),
                result.confusions().stream()
                        .map(pair -> new Mistake(pair.label(), pair.predicted(), pair.count())).toList(),
                models.size() > 1 ? models : null);
    }

    private static @Nullable Center center(Optional<Report> errors) {
        return errors.map(one -> new Center(one.top1(), one.top5(), one.loss())).orElse(null);
    }

    /// A line for each figure, then the most frequent mistakes.
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        boolean several = result.models().size() > 1;
        addFigures(lines, result.errors(), result.center(),
                several ? "average of " + result.models().size() + " models" : "");
        for (ModelErrors one : several ? result.models() : List.<ModelErrors>of()) {
            addFigures(lines, one.errors(), one.center(), one.model().toString());
        }
        if (result.perClass().size() > 1) {
            lines.add(String.format(Locale.ROOT, "%-11s %8s  (mean of the errors of %d classes)", "balanced",
                    Texts.percent(result.errors().balancedTop1()), result.perClass().size()));
            addClasses(lines);
        }
        if (!result.confusions().isEmpty()) {
            lines.add("most frequent mistakes:");
        }
        result.confusions().forEach(pair -> lines.add(String.format(
                Locale.ROOT, "%6d  %s taken for %s", pair.count(), pair.label(), pair.predicted())));
        return lines;
    }

    /// A line for each class, or for those with the highest errors.
    private void addClasses(List<String> lines) {
        boolean all = result.perClass().size() <= SHOWN;
        lines.add(all
                ? "error of each class, in parentheses its 95 % interval:"
                : "classes with the highest errors, in parentheses the 95 % interval:");
        result.perClass().stream()
                .sorted(Comparator.comparingDouble((ClassError one) -> one.errors().top1()).reversed()).limit(SHOWN)
                .forEach(one -> lines.add("  " + one.label() + "  "
                        + Text.percent(one.errors().top1(), one.errors().interval()) + " of "
                        + Texts.count(one.errors().images(), "picture")));
    }

    private void addFigures(List<String> lines, Report errors, Optional<Report> center, String who) {
        addFigures(lines, errors, center.isPresent() ? views + " views" : "", who);
        center.ifPresent(one -> addFigures(lines, one, "center view", who));
    }

    private static void addFigures(List<String> lines, Report errors, String where, String who) {
        lines.add(figure("top-1 error", Texts.percent(errors.top1()), misses(errors.missedTop1(), errors), where, who));
        if (errors.missedTop5() > 0) { // with five classes or fewer it is always 0, which says nothing
            lines.add(figure("top-5 error", Texts.percent(errors.top5()), misses(errors.missedTop5(), errors), where,
                    who));
        }
        lines.add(figure("loss", String.format(Locale.ROOT, "%.4f", errors.loss()), "", where, who));
    }

    private static String misses(long missed, Report errors) {
        ErrorInterval sure = ErrorInterval.of(missed, errors.images());
        return String.format(Locale.ROOT, "(%d of %s; 95 %% interval %.1f to %.1f)", missed,
                Texts.count(errors.images(), "picture"), 100 * sure.low(), 100 * sure.high());
    }

    /// In columns, so that figures line up; the views and the model come last.
    private static String figure(String name, String value, String counted, String where, String who) {
        String about = where.isEmpty() || who.isEmpty() ? where + who : where + ", " + who;
        return String.format(Locale.ROOT, "%-11s %8s  %-52s  %s", name, value, counted, about).stripTrailing();
    }
}
