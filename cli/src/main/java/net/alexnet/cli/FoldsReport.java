package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import net.alexnet.io.AtomicFiles;
import org.jspecify.annotations.Nullable;

/// What a cross-validation found: over the folds' errors the mean, and its standard error, `s / √k`. The folds share most of
/// their training pictures, so the true error of the mean is somewhat larger. Errors are those of the last epochs, which nothing
/// chose; those of the best ones stand beside them, which are too good: the fold's own pictures chose the epoch.
///
/// @param folder of all folds
/// @param folds at least two, all finished; or those that were begun before a stop, the last of them unfinished
/// @param learnt whether the base had learnt from the pictures that judge here
record FoldsReport(Path folder, List<FinetuneReport> folds, boolean learnt) {
    /// @param standardError of the mean
    record Mean(double mean, double standardError) {
        static Mean of(double... values) {
            double sum = 0;
            for (double value : values) {
                sum += value;
            }
            double mean = sum / values.length;
            double squares = 0;
            for (double value : values) {
                squares += (value - mean) * (value - mean);
            }
            return new Mean(mean, Math.sqrt(squares / (values.length - 1) / values.length));
        }

        @Override
        public String toString() {
            return Text.percent(mean) + " ± " + Text.percent(standardError);
        }
    }

    /// Whether the last one is, as are those before it.
    private boolean finished() {
        return folds.getLast().finished();
    }

    private Mean mean(ToDoubleFunction<FinetuneReport> error) {
        return Mean.of(folds.stream().mapToDouble(error).toArray());
    }

    Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("runs", folder.toString());
        object.put("finished", finished());
        put(object, "last_top1_error", FinetuneReport::last);
        put(object, "best_top1_error", FinetuneReport::best);
        object.put("base_learnt_from_these_pictures", learnt);
        object.put("folds", folds.stream().map(FinetuneReport::json).toList());
        return object;
    }

    private void put(Map<String, @Nullable Object> object, String name, ToDoubleFunction<FinetuneReport> error) {
        object.put(name + "_mean", finished() ? mean(error).mean() : null);
        object.put(name + "_standard_error", finished() ? mean(error).standardError() : null);
    }

    List<String> lines() {
        if (!finished()) {
            return List.of("runs: " + folder);
        }
        String errors = folds.stream().map(fold -> Text.percent(fold.last())).collect(Collectors.joining(", "));
        return List.of(
                "top-1 error " + mean(FinetuneReport::last) + " (mean of " + folds.size()
                        + " folds and its standard error) after each fold's last epoch; "
                        + mean(FinetuneReport::best)
                        + " in its best, which is too good: it was chosen by the pictures that it is about"
                        + (learnt ? ". Both are too good besides: the base had learnt from these pictures" : ""),
                "folds: " + errors,
                "runs: " + folder);
    }

    /// Leaves the summary beside the folds.
    void write() throws IOException {
        AtomicFiles.writeString(folder.resolve("folds.json"), Json.of(json()) + "\n");
    }
}
