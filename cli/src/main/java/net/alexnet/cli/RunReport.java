package net.alexnet.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.alexnet.CrossValidation;
import net.alexnet.TrainingResult;
import org.jspecify.annotations.Nullable;

/// How runs ended, for a person and as JSON.
final class RunReport {
    private RunReport() {}

    static void print(TrainingResult result, Map<String, @Nullable Object> object, List<String> lines, boolean json,
            Terminal terminal) {
        print(object, lines, json, terminal);
        if (!result.finished()) {
            terminal.err().println("stopped after step " + result.steps() + " and saved; go on with: ./alexnet train"
                    + " --resume " + result.run());
        }
    }

    static void print(Map<String, @Nullable Object> object, List<String> lines, boolean json, Terminal terminal) {
        if (json) {
            terminal.out().println(Json.of(object));
        } else {
            lines.forEach(terminal.out()::println);
        }
    }

    // --- a new run -------------------------------------------------------------------------------------------------

    static Map<String, @Nullable Object> json(TrainingResult result) {
        Map<String, @Nullable Object> object = start(result);
        object.put("images_per_second", result.imagesPerSecond());
        object.put("top1_error", orNull(result.top1Error()));
        object.put("top5_error", orNull(result.top5Error()));
        return object;
    }

    static List<String> lines(TrainingResult result) {
        return result.top5Error().isEmpty()
                ? end(result)
                : prepended("top-1 error " + Text.percent(result.top1Error().orElseThrow()) + ", top-5 error "
                        + Text.percent(result.top5Error().getAsDouble()) + on(result) + " after epoch "
                        + result.epochs(),
                        end(result));
    }

    // --- a fine-tuned one --------------------------------------------------------------------------------------------

    static Map<String, @Nullable Object> tunedJson(TrainingResult result) {
        Map<String, @Nullable Object> object = start(result);
        object.put("stopped_early", result.stoppedEarly());
        object.put("examples_per_second", result.imagesPerSecond());
        object.put("best_top1_error", orNull(result.bestTop1Error()));
        object.put("last_top1_error", orNull(result.top1Error()));
        object.put("validation_n",
                result.validationImages().isPresent() ? result.validationImages().getAsLong() : null);
        return object;
    }

    static List<String> tunedLines(TrainingResult result) {
        return result.bestTop1Error().isEmpty()
                ? end(result)
                : prepended("top-1 error " + Text.percent(result.bestTop1Error().getAsDouble()) + on(result)
                        + " in the best epoch, selected on these pictures; "
                        + Text.percent(result.top1Error().orElseThrow()) + " after the last, epoch " + result.epochs()
                        + (result.stoppedEarly() ? ", where it stopped early" : ""), end(result));
    }

    // --- folds -----------------------------------------------------------------------------------------------------

    static Map<String, @Nullable Object> json(CrossValidation result) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("runs", result.folder().toString());
        object.put("finished", result.finished());
        put(object, "last_top1_error", result.finished() ? result.top1Error() : null);
        put(object, "best_top1_error", result.finished() ? result.bestTop1Error() : null);
        object.put("base_learnt_from_these_pictures", result.baseHasSeen());
        object.put("folds", result.folds().stream().map(RunReport::tunedJson).toList());
        return object;
    }

    private static void put(Map<String, @Nullable Object> object, String name,
            CrossValidation.@Nullable Estimate error) {
        object.put(name + "_mean", error == null ? null : error.mean());
        object.put(name + "_standard_error", error == null ? null : error.standardError());
    }

    static List<String> lines(CrossValidation result) {
        String runs = "runs: " + result.folder();
        if (!result.finished()) {
            return List.of(runs);
        }
        return List.of(
                "top-1 error " + text(result.top1Error()) + " (mean of " + result.folds().size()
                        + " folds and its standard error) after each fold's last epoch; " + text(result.bestTop1Error())
                        + " in its best epoch, which is optimistic: the fold's own pictures selected it"
                        + (result.baseHasSeen() ? ". Both are optimistic: the base was trained on these pictures" : ""),
                "folds: " + result.folds().stream().map(fold -> Text.percent(fold.top1Error().orElseThrow()))
                        .collect(Collectors.joining(", ")),
                runs);
    }

    // --- parts -----------------------------------------------------------------------------------------------------

    private static Map<String, @Nullable Object> start(TrainingResult result) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("run", result.run().toString());
        object.put("epochs", result.epochs());
        object.put("steps", result.steps());
        object.put("finished", result.finished());
        return object;
    }

    private static List<String> end(TrainingResult result) {
        String run = "run: " + result.run();
        return result.finished()
                ? List.of(run, "use it: ./alexnet classify " + result.run() + " PICTURE")
                : List.of(run);
    }

    private static List<String> prepended(String first, List<String> others) {
        return Stream.concat(Stream.of(first), others.stream()).toList();
    }

    private static String on(TrainingResult result) {
        return result.validationImages().isPresent()
                ? " on " + result.validationImages().getAsLong() + " pictures"
                : "";
    }

    private static @Nullable Double orNull(OptionalDouble error) {
        return error.isPresent() ? error.getAsDouble() : null;
    }

    private static String text(CrossValidation.Estimate error) {
        return Text.percent(error.mean()) + " ± " + Text.percent(error.standardError());
    }
}
