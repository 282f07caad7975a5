package net.alexnet.cli;

import module java.base;
import net.alexnet.CrossValidation;
import net.alexnet.TrainingResult;
import net.alexnet.inference.ErrorInterval;
import net.alexnet.io.Texts;
import org.jspecify.annotations.Nullable;

/// How runs ended, for a person and as JSON.
final class RunReport {
    private static final String INTERVALS = "in parentheses: the 95 % interval of the error";

    private RunReport() {}

    private record Tested(long n, double top1Error, ErrorInterval top1ErrorInterval, double top5Error,
            ErrorInterval top5ErrorInterval) {
        static @Nullable Tested of(TrainingResult result) {
            return result.test().map(it -> new Tested(it.images(), it.top1(), it.top1Interval(), it.top5(),
                    it.top5Interval())).orElse(null);
        }
    }

    /// @param linearTop1Error null for a run from scratch, as is the next one
    private record Run(String run, int epochs, long steps, boolean finished, boolean stoppedEarly,
            double imagesPerSecond, @Nullable Double top1Error, @Nullable ErrorInterval top1ErrorInterval,
            @Nullable Double top5Error, @Nullable ErrorInterval top5ErrorInterval, @Nullable Double bestTop1Error,
            @Nullable Long validationN, @Nullable Double linearTop1Error, @Nullable Double linearOutOfFoldTop1Error,
            @Nullable Tested test) {}

    record Folds(String runs, boolean finished, @Nullable Double top1ErrorMean,
            @Nullable Double top1ErrorStandardError, @Nullable Double bestTop1ErrorMean,
            @Nullable Double bestTop1ErrorStandardError, boolean baseLearntFromThesePictures, List<Object> folds) {}

    static Object of(TrainingResult result) {
        return new Run(result.run().toString(), result.epochs(), result.steps(), result.finished(),
                result.stoppedEarly(), result.imagesPerSecond(), orNull(result.top1Error()),
                interval(result, result.top1Error()), orNull(result.top5Error()), interval(result, result.top5Error()),
                orNull(result.bestTop1Error()),
                result.validationImages().isPresent() ? result.validationImages().getAsLong() : null,
                orNull(result.linearTop1Error()), orNull(result.linearOutOfFoldTop1Error()), Tested.of(result));
    }

    static List<String> lines(TrainingResult result) {
        return result.fineTuned()
                ? tunedLines(result)
                : lines(result, result.top5Error().isEmpty()
                        ? Optional.empty()
                        : Optional.of("top-1 error " + text(result, result.top1Error().orElseThrow())
                                + Text.top5(result.top5Error().getAsDouble(), error -> text(result, error))
                                + on(result) + " after epoch " + result.epochs()));
    }

    private static List<String> tunedLines(TrainingResult result) {
        return lines(result, result.bestTop1Error().isEmpty()
                ? Optional.empty()
                : Optional.of("top-1 error " + text(result, result.top1Error().orElseThrow()) + on(result)
                        + " after epoch "
                        + result.epochs() + (result.linearTop1Error().isEmpty()
                                ? ""
                                : "; " + Texts.percent(result.linearTop1Error().getAsDouble())
                                        + " as a linear classifier, before the other layers learned")));
    }

    static Folds folds(CrossValidation result) {
        Optional<CrossValidation> whole = Optional.of(result).filter(CrossValidation::finished);
        Optional<CrossValidation.Estimate> last = whole.map(CrossValidation::top1Error);
        Optional<CrossValidation.Estimate> best = whole.map(CrossValidation::bestTop1Error);
        return new Folds(result.folder().toString(), result.finished(),
                last.map(CrossValidation.Estimate::mean).orElse(null),
                last.map(CrossValidation.Estimate::standardError).orElse(null),
                best.map(CrossValidation.Estimate::mean).orElse(null),
                best.map(CrossValidation.Estimate::standardError).orElse(null), result.baseHasSeen(),
                result.folds().stream().map(RunReport::of).toList());
    }

    static List<String> lines(CrossValidation result) {
        String runs = "runs: " + result.folder();
        return !result.finished()
                ? List.of(runs)
                : List.of(
                        "top-1 error " + text(result.top1Error()) + " (mean of " + result.folds().size()
                                + " folds and its standard error) after each fold's last epoch; "
                                + text(result.bestTop1Error())
                                + " in its best epoch, which is too low, because this epoch was chosen by the same pictures"
                                + (result.baseHasSeen()
                                        ? ". Both are too low, because the base was trained on these pictures"
                                        : ""),
                        "folds: " + result.folds().stream().map(fold -> Texts.percent(fold.top1Error().orElseThrow()))
                                .collect(Collectors.joining(", ")),
                        runs);
    }

    /// How to continue a run that was stopped.
    static Optional<String> resumeHint(TrainingResult result) {
        return result.finished()
                ? Optional.empty()
                : Optional.of("stopped after step " + result.steps() + " and saved; continue with: ./alexnet train"
                        + " --resume " + result.run());
    }

    private static List<String> lines(TrainingResult result, Optional<String> errors) {
        Optional<String> test = result.test()
                .map(it -> "test: top-1 error " + Text.percent(it.top1(), it.top1Interval())
                        + Text.top5(it.top5(), error -> Text.percent(error, it.top5Interval())) + " on "
                        + Texts.count(it.images(), "picture"));
        return Stream
                .of(errors, unvalidated(result), test, errors.or(() -> test).map(_ -> INTERVALS),
                        Optional.of("run: " + result.run()),
                        Optional.of("use it: ./alexnet classify " + result.run() + " PICTURE")
                                .filter(_ -> result.finished()))
                .flatMap(Optional::stream).toList();
    }

    private static Optional<String> unvalidated(TrainingResult result) {
        return !result.finished() || result.top1Error().isPresent()
                ? Optional.empty()
                : Optional.of("no validation error, because the run has no validation pictures"
                        + (result.linearOutOfFoldTop1Error().isEmpty()
                                ? ""
                                : "; top-1 error " + Texts.percent(result.linearOutOfFoldTop1Error().getAsDouble())
                                        + " by cross-validation as a linear classifier, before the other layers"
                                        + " learned"));
    }

    private static String on(TrainingResult result) {
        return result.validationImages().isPresent()
                ? " on " + Texts.count(result.validationImages().getAsLong(), "picture")
                : "";
    }

    private static @Nullable ErrorInterval interval(TrainingResult result, OptionalDouble error) {
        return error.isEmpty() || result.validationImages().isEmpty()
                ? null
                : ErrorInterval.of(Math.round(error.getAsDouble() * result.validationImages().getAsLong()),
                        result.validationImages().getAsLong());
    }

    private static String text(TrainingResult result, double error) {
        ErrorInterval interval = interval(result, OptionalDouble.of(error));
        return interval == null ? Texts.percent(error) : Text.percent(error, interval);
    }

    private static @Nullable Double orNull(OptionalDouble error) {
        return error.isPresent() ? error.getAsDouble() : null;
    }

    private static String text(CrossValidation.Estimate error) {
        return Texts.percent(error.mean()) + " ± " + Texts.percent(error.standardError());
    }
}
