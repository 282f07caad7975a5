package net.alexnet.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.alexnet.inference.Ensemble.Outcome;
import net.alexnet.inference.Ensemble.ViewReport;
import net.alexnet.inference.TopKErrors.Confusion;
import net.alexnet.inference.TopKErrors.Report;
import net.alexnet.inference.Views;

/// The result of an evaluation as text and as JSON.
///
/// @param models the paths of the models, in the outcome's order
/// @param unreadable the number of pictures that cannot be read
/// @param classes the names of the classes
record EvaluationReport(Outcome outcome, Views views, List<String> models, int unreadable, List<String> classes) {
    /// A line of `confusions` in the JSON.
    private record Taken(@JsonProperty("class") String className, String takenFor, int count) {}

    /// One object.
    String json() {
        Report report = outcome.average().views();
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("n", report.n());
        object.put("views", views.count());
        putErrors(object, outcome.average());
        object.put("unreadable", unreadable);
        object.put("confusions", report.confusions().stream()
                .map(pair -> new Taken(classes.get(pair.label()), classes.get(pair.predicted()), pair.count()))
                .toList());
        if (models.size() > 1) {
            List<Map<String, Object>> each = new ArrayList<>();
            for (int i = 0; i < models.size(); i++) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("model", models.get(i));
                putErrors(one, outcome.members().get(i));
                each.add(one);
            }
            object.put("models", each);
        }
        return Json.of(object);
    }

    private static void putErrors(Map<String, Object> object, ViewReport report) {
        putErrors(object, report.views());
        report.center().ifPresent(center -> {
            Map<String, Object> errors = new LinkedHashMap<>();
            putErrors(errors, center);
            object.put("center", errors);
        });
    }

    private static void putErrors(Map<String, Object> object, Report report) {
        object.put("top1_error", report.top1Error());
        object.put("top5_error", report.top5Error());
        object.put("loss", report.loss());
    }

    /// A line for each figure, then the most frequent mistakes.
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        boolean several = models.size() > 1;
        addFigures(lines, outcome.average(), several ? "average of " + models.size() + " models" : "");
        for (int i = 0; several && i < models.size(); i++) {
            addFigures(lines, outcome.members().get(i), models.get(i));
        }
        List<Confusion> confusions = outcome.average().views().confusions();
        if (!confusions.isEmpty()) {
            lines.add("most frequent mistakes:");
        }
        for (Confusion pair : confusions) {
            lines.add(String.format(
                    Locale.ROOT, "%6d  %s taken for %s", pair.count(), classes.get(pair.label()),
                    classes.get(pair.predicted())));
        }
        return lines;
    }

    private void addFigures(List<String> lines, ViewReport report, String who) {
        boolean two = report.center().isPresent();
        addFigures(lines, report.views(), two ? views.count() + " views" : "", who);
        report.center().ifPresent(center -> addFigures(lines, center, "centre view", who));
    }

    private static void addFigures(List<String> lines, Report report, String where, String who) {
        lines.add(figure("top-1 error", Text.percent(report.top1Error()), misses(report.missedTop1(), report), where,
                who));
        lines.add(figure("top-5 error", Text.percent(report.top5Error()), misses(report.missedTop5(), report), where,
                who));
        lines.add(figure("loss", String.format(Locale.ROOT, "%.4f", report.loss()), "", where, who));
    }

    private static String misses(long missed, Report report) {
        return "(" + missed + " of " + report.n() + " pictures)";
    }

    /// In columns, so that figures line up; the views and the model come last.
    private static String figure(String name, String value, String counted, String where, String who) {
        String about = where.isEmpty() || who.isEmpty() ? where + who : where + ", " + who;
        return String.format(Locale.ROOT, "%-11s %8s  %-26s  %s", name, value, counted, about).stripTrailing();
    }
}
