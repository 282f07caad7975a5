package net.alexnet.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import net.alexnet.Evaluation;
import net.alexnet.Evaluation.ModelErrors;
import net.alexnet.inference.TopKErrors.Report;

/// The result of an evaluation as text and as JSON.
///
/// @param views how many views of each picture were averaged
record EvaluationReport(Evaluation result, int views) {
    /// A line of `confusions` in the JSON.
    private record Taken(@JsonProperty("class") String className, String takenFor, int count) {}

    Map<String, Object> json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("n", result.errors().images());
        object.put("views", views);
        putErrors(object, result.errors(), result.center());
        object.put("unreadable", result.unreadable());
        object.put("confusions", result.confusions().stream()
                .map(pair -> new Taken(pair.label(), pair.predicted(), pair.count())).toList());
        if (result.models().size() > 1) {
            object.put("models", result.models().stream().map(EvaluationReport::json).toList());
        }
        return object;
    }

    private static Map<String, Object> json(ModelErrors model) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("model", model.model().toString());
        putErrors(object, model.errors(), model.center());
        return object;
    }

    private static void putErrors(Map<String, Object> object, Report errors, Optional<Report> center) {
        object.put("top1_error", errors.top1());
        object.put("top5_error", errors.top5());
        object.put("loss", errors.loss());
        center.ifPresent(one -> {
            Map<String, Object> nested = new LinkedHashMap<>();
            putErrors(nested, one, Optional.empty());
            object.put("center", nested);
        });
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
        if (!result.confusions().isEmpty()) {
            lines.add("most frequent mistakes:");
        }
        result.confusions().forEach(pair -> lines.add(String.format(
                Locale.ROOT, "%6d  %s taken for %s", pair.count(), pair.label(), pair.predicted())));
        return lines;
    }

    private void addFigures(List<String> lines, Report errors, Optional<Report> center, String who) {
        addFigures(lines, errors, center.isPresent() ? views + " views" : "", who);
        center.ifPresent(one -> addFigures(lines, one, "center view", who));
    }

    private static void addFigures(List<String> lines, Report errors, String where, String who) {
        lines.add(figure("top-1 error", Text.percent(errors.top1()), misses(errors.missedTop1(), errors), where, who));
        lines.add(figure("top-5 error", Text.percent(errors.top5()), misses(errors.missedTop5(), errors), where, who));
        lines.add(figure("loss", String.format(Locale.ROOT, "%.4f", errors.loss()), "", where, who));
    }

    private static String misses(long missed, Report errors) {
        return "(" + missed + " of " + errors.images() + " pictures)";
    }

    /// In columns, so that figures line up; the views and the model come last.
    private static String figure(String name, String value, String counted, String where, String who) {
        String about = where.isEmpty() || who.isEmpty() ? where + who : where + ", " + who;
        return String.format(Locale.ROOT, "%-11s %8s  %-26s  %s", name, value, counted, about).stripTrailing();
    }
}
