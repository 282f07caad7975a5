package net.alexnet.report;

import module java.base;
import net.alexnet.inference.ErrorInterval;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.report.RunLog.Epoch;
import net.alexnet.report.RunLog.Errors;
import net.alexnet.train.Checkpoint;
import net.alexnet.train.RunCheckpoint;
import net.alexnet.train.RunFolder;
import net.alexnet.train.config.Recipe;

/// What a run's folder says about the run.
///
/// @param folder of the run
/// @param checkpoint the last one
/// @param card of the model in that checkpoint
record RunRecord(RunFolder folder, Recipe recipe, RunLog log, Checkpoint checkpoint, ModelCard card) {
    /// Reads a run.
    ///
    /// @throws IOException if it is not a run, or has no checkpoint
    static RunRecord read(Path path) throws IOException {
        RunFolder folder = RunCheckpoint.run(path);
        Checkpoint checkpoint = RunCheckpoint.last(folder, folder.path()).load();
        return new RunRecord(folder, folder.recipe(), RunLog.read(folder.log()), checkpoint,
                Model.cardOf(checkpoint.modelFile()));
    }

    /// The name of the folder.
    String name() {
        return String.valueOf(folder.path().toAbsolutePath().normalize().getFileName());
    }

    Optional<Epoch> lastEpoch() {
        return log.epochs().isEmpty() ? Optional.empty() : Optional.of(log.epochs().getLast());
    }

    /// The validation of the last epoch.
    Optional<Errors> validation() {
        return lastEpoch().flatMap(Epoch::validation);
    }

    /// The epoch with the least validation error.
    Optional<Epoch> bestEpoch() {
        return log.epochs().stream().filter(one -> one.validation().isPresent())
                .min(Comparator.comparingDouble(one -> one.validation().orElseThrow().top1()));
    }

    /// The seconds of all epochs.
    double seconds() {
        return log.epochs().stream().mapToDouble(Epoch::seconds).filter(Double::isFinite).sum();
    }

    /// An error and its interval: `12.30 % (10.4 to 14.5)`.
    static String text(double error, long images) {
        return Format.percent(error) + " (" + interval(error, images).percent() + ")";
    }

    /// How sure an error is.
    ///
    /// @param error a fraction of the images
    static ErrorInterval interval(double error, long images) {
        return ErrorInterval.of(Math.round(error * images), images);
    }
}
