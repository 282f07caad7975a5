package net.alexnet;

import module java.base;
import net.alexnet.inference.TopKErrors.Report;
import net.alexnet.train.RunFolder;
import net.alexnet.train.Trainer.Linear;
import net.alexnet.train.Trainer.Outcome;
import net.alexnet.train.config.Recipe;

/// How a run ended. Errors are fractions of the validation pictures.
///
/// @param run the run's folder, which [ImageClassifier#load] and [Training#resume] take
/// @param epochs whole epochs that the run has made in all
/// @param steps batches that the run has trained on in all
/// @param finished whether the run is over; if not, it was stopped, and [Training#resume] continues it
/// @param stoppedEarly whether the schedule ended the run before its last epoch, because the error no longer fell
/// @param top1Error after the last epoch; empty before the first validation, and in a run without validation pictures
/// @param top5Error after the last epoch; empty if this call validated nothing
/// @param bestTop1Error of the best epoch; too low, because this epoch was chosen by the same pictures
/// @param validationImages how many pictures were validated on; empty if this call validated nothing
/// @param imagesPerSecond over all steps of this call
/// @param fineTuned whether the run began with a trained model
/// @param linearTop1Error of the linear classifier that a fine-tuned head started as; empty where there was none in this
///     call, or nothing to validate it on
/// @param linearOutOfFoldTop1Error of the same classifier on training pictures by cross-validation; empty where there was
///     none in this call
/// @param test the errors on the pictures of [TrainingBuilder#test]; empty if none were named, or the run is not finished
public record TrainingResult(Path run, int epochs, long steps, boolean finished, boolean stoppedEarly,
        OptionalDouble top1Error, OptionalDouble top5Error, OptionalDouble bestTop1Error, OptionalLong validationImages,
        double imagesPerSecond, boolean fineTuned, OptionalDouble linearTop1Error,
        OptionalDouble linearOutOfFoldTop1Error, Optional<Report> test) {
    static TrainingResult of(RunFolder folder, Recipe recipe, Outcome outcome) {
        double best = outcome.state().schedule().best();
        return new TrainingResult(folder.path(), outcome.state().epoch(), outcome.state().step(), outcome.finished(),
                outcome.state().schedule().finished(), outcome.state().error(),
                outcome.report().map(Report::top5).map(OptionalDouble::of).orElse(OptionalDouble.empty()),
                Double.isFinite(best) ? OptionalDouble.of(best) : OptionalDouble.empty(),
                outcome.report().map(Report::images).map(OptionalLong::of).orElse(OptionalLong.empty()),
                outcome.imagesPerSecond(), recipe.fineTuning().isPresent(),
                outcome.linear().flatMap(Linear::validation).map(Report::top1).map(OptionalDouble::of)
                        .orElse(OptionalDouble.empty()),
                outcome.linear().map(Linear::outOfFoldError).map(OptionalDouble::of).orElse(OptionalDouble.empty()),
                Optional.empty());
    }

    TrainingResult with(Report tested) {
        return new TrainingResult(run, epochs, steps, finished, stoppedEarly, top1Error, top5Error, bestTop1Error,
                validationImages, imagesPerSecond, fineTuned, linearTop1Error, linearOutOfFoldTop1Error,
                Optional.of(tested));
    }

    /// Loads the trained model.
    public ImageClassifier classifier() throws IOException {
        return ImageClassifier.load(run);
    }
}
