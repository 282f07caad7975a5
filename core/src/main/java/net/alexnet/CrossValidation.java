package net.alexnet;

import module java.base;

/// The runs of a cross-validation.
///
/// @param folder of all folds
/// @param folds their results, at least one; the last is unfinished if the cross-validation was stopped
/// @param baseHasSeen whether the base model was trained on some of these pictures, which makes all errors optimistic
public record CrossValidation(Path folder, List<TrainingResult> folds, boolean baseHasSeen) {
    /// A mean over the folds. They share most of their training pictures, so its true error is somewhat larger.
    ///
    /// @param standardError of the mean, `s / √folds`
    public record Estimate(double mean, double standardError) {}

    /// Whether all folds are.
    public boolean finished() {
        return folds.getLast().finished();
    }

    /// The top-1 error after the last epoch, which nothing selected.
    public Estimate top1Error() {
        return estimate(TrainingResult::top1Error);
    }

    /// The top-1 error of the best epoch; too low, because this epoch was chosen by the same pictures.
    public Estimate bestTop1Error() {
        return estimate(TrainingResult::bestTop1Error);
    }

    private Estimate estimate(Function<TrainingResult, OptionalDouble> error) {
        double[] values = folds.stream().mapToDouble(fold -> error.apply(fold).orElse(Double.NaN)).toArray();
        double mean = sum(values) / values.length;
        double[] squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).toArray();
        return new Estimate(mean, Math.sqrt(sum(squares) / (values.length - 1) / values.length));
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
