package net.alexnet.report;

import module java.base;
import net.alexnet.inference.ErrorInterval;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.report.RunLog.Epoch;
import net.alexnet.report.RunLog.Errors;
import net.alexnet.train.Checkpoint;
import net.alexnet.train.CheckpointStore;
import net.alexnet.train.RunCheckpoint;
import net.alexnet.train.RunFolder;
import net.alexnet.train.config.Recipe;

/// What a run's folder says about the run.
///
/// @param folder of the run
/// @param checkpoint the last one; empty before a training saves the first
/// @param card of the model in that checkpoint
record RunRecord(RunFolder folder, Recipe recipe, RunLog log, Optional<Checkpoint> checkpoint,
        Optional<ModelCard> card) {
    /// Reads a run, and checks every byte of its last checkpoint.
    ///
    /// @throws IOException if it is not a run, or has no checkpoint; one that diverged before its first one is read
    static RunRecord read(Path path) throws IOException {
        RunFolder folder = RunCheckpoint.run(path);
        RunLog log = RunLog.read(folder.log());
        if (log.diverged().isPresent() && folder.checkpoints(1).latest().isEmpty()) {
            return new RunRecord(folder, folder.recipe(), log, Optional.empty(), Optional.empty());
        }
        Checkpoint checkpoint = RunCheckpoint.last(folder, folder.path()).load();
        return new RunRecord(folder, folder.recipe(), log, Optional.of(checkpoint),
                Optional.of(Model.cardOf(checkpoint.modelFile())));
    }

    /// Reads what a comparison needs of a run: its log and its recipe. A finished run may be kept without its checkpoints.
    ///
    /// @throws IOException if it is not a run, or has neither a whole epoch nor a checkpoint
    static RunRecord forComparison(Path path) throws IOException {
        RunFolder folder = RunCheckpoint.run(path);
        RunLog log = RunLog.read(folder.log());
        if (log.epochs().isEmpty()) {
            RunCheckpoint.last(folder, folder.path());
        }
        return now(folder, log);
    }

    /// Reads what a run says while it may be trained. The training may remove a checkpoint at any time; then, or if the last
    /// one is damaged, the record has none.
    ///
    /// @param log of the run, as far as it is read
    /// @throws IOException if the recipe cannot be read
    static RunRecord now(RunFolder folder, RunLog log) throws IOException {
        Recipe recipe = folder.recipe();
        try {
            CheckpointStore store = folder.checkpoints(1);
            Optional<Path> last = store.latest();
            if (last.isPresent()) {
                Checkpoint checkpoint = store.describe(last.get());
                return new RunRecord(folder, recipe, log, Optional.of(checkpoint),
                        Optional.of(Model.cardOf(checkpoint.modelFile())));
            }
        } catch (IOException e) {
            // removed just now, or damaged: the log and the recipe are whole
        }
        return new RunRecord(folder, recipe, log, Optional.empty(), Optional.empty());
    }

    /// The folder of the last checkpoint.
    ///
    /// @throws IOException if there is none
    Path lastCheckpoint() throws IOException {
        return checkpoint.orElseThrow(() -> new IOException("the run " + name() + " has no checkpoint yet")).folder();
    }

    /// The name of the folder.
    String name() {
        return String.valueOf(folder.path().toAbsolutePath().normalize().getFileName());
    }

    /// Whole epochs done. The log is ahead of the last checkpoint where checkpoints are rare.
    int epochs() {
        return Math.max(checkpoint.map(last -> last.state().epoch()).orElse(0),
                lastEpoch().map(Epoch::epoch).orElse(0));
    }

    /// Steps done, as far as checkpoint and log tell.
    long steps() {
        return Math.max(checkpoint.map(last -> last.state().step()).orElse(0L),
                log.steps().isEmpty() ? 0 : log.steps().getLast().step());
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

    /// The seconds of all epochs, and of the steps after the last one as far as they are logged.
    double seconds() {
        double seconds = log.epochs().stream().mapToDouble(Epoch::seconds).filter(Double::isFinite).sum();
        long before = lastEpoch().map(Epoch::step).orElse(0L);
        for (RunLog.Step step : log.steps()) {
            if (step.step() > before && step.imagesPerSecond() > 0) {
                seconds += (step.step() - before) * recipe.batch() / step.imagesPerSecond();
                before = step.step();
            }
        }
        return seconds;
    }

    /// Whether steps are logged after the last whole epoch.
    boolean isWithinAnEpoch() {
        return !log.steps().isEmpty()
                && log.steps().getLast().step() > lastEpoch().map(Epoch::step).orElse(0L);
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
