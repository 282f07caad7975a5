package net.alexnet;

import java.nio.file.Path;
import java.util.List;

/// The runs of a cross-validation. The folds share most of their training pictures, so the true error of the mean is somewhat
/// larger than [#standardError].
///
/// @param folder of all folds
/// @param folds their results, at least one; the last is unfinished if the cross-validation was stopped
/// @param baseHasSeen whether the base model was trained on some of these pictures, which makes all errors optimistic
public record CrossValidation(Path folder, List<TrainingResult> folds, boolean baseHasSeen) {
    /// The mean over the folds of the top-1 error after the last epoch, which nothing selected.
    public double meanTop1Error() {
        return folds.stream().mapToDouble(fold -> fold.top1Error().orElse(Double.NaN)).average().orElse(Double.NaN);
    }

    /// The standard error of the mean, `s / √folds`.
    public double standardError() {
        double mean = meanTop1Error();
        double squares = folds.stream().mapToDouble(fold -> Math.pow(fold.top1Error().orElse(Double.NaN) - mean, 2))
                .sum();
        return Math.sqrt(squares / (folds.size() - 1) / folds.size());
    }
}
