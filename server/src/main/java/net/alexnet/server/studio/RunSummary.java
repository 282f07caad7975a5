package net.alexnet.server.studio;

import module java.base;
import net.alexnet.report.RunLog;
import net.alexnet.report.RunLog.Epoch;
import net.alexnet.report.RunLog.Errors;
import net.alexnet.report.RunLog.Step;
import net.alexnet.server.studio.RunTable.Run;
import net.alexnet.train.CheckpointStore;
import net.alexnet.train.config.Recipe;

/// What a list of runs says of one. Errors are fractions.
///
/// @param problem why the run cannot be read; empty if it can
/// @param data the pictures
/// @param network the variant
/// @param epoch whole epochs done
/// @param epochs planned; 0 if the recipe cannot be read
/// @param losses of training, few enough to draw small
/// @param imagesPerSecond of the last logged step
/// @param started when the folder was made
/// @param warning the last one
record RunSummary(Run run, RunState state, Optional<String> problem, String recipe, String data, String network,
        int epoch, int epochs, List<Double> losses, Optional<Errors> validation, OptionalDouble imagesPerSecond,
        Instant started, Instant changed, Optional<String> warning) {
    private static final int POINTS = 40;

    /// A run of which nothing can be read.
    ///
    /// @param problem why not
    static RunSummary unreadable(Run run, String problem) {
        return new RunSummary(run, RunState.STOPPED, Optional.of(problem), "", "", "", 0, 0, List.of(),
                Optional.empty(), OptionalDouble.empty(), changed(run.folder().path().resolve("recipe.yaml")),
                changed(run.folder().log()), Optional.empty());
    }

    /// Reads what a run's folder says.
    ///
    /// @param log as far as it is read
    /// @param locked whether a training works on it
    static RunSummary of(Run run, RunLog log, boolean locked) {
        Path path = run.folder().path();
        Optional<Epoch> last = log.epochs().isEmpty() ? Optional.empty() : Optional.of(log.epochs().getLast());
        int epoch = last.map(Epoch::epoch).orElse(0);
        OptionalDouble speed = log.steps().isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(log.steps().getLast().imagesPerSecond());
        Optional<String> warning = log.warnings().isEmpty()
                ? Optional.empty()
                : Optional.of(log.warnings().getLast().text());
        Recipe recipe;
        try {
            recipe = run.folder().recipe();
        } catch (IOException | IllegalArgumentException e) {
            return new RunSummary(run, RunState.STOPPED, Optional.of("the recipe cannot be read"), "", "", "", epoch, 0,
                    losses(log), last.flatMap(Epoch::validation), speed, changed(path.resolve("recipe.yaml")),
                    changed(run.folder().log()), warning);
        }
        RunState state = locked
                ? RunState.RUNNING
                : epoch >= recipe.epochs() || finished(run, recipe) ? RunState.FINISHED : RunState.STOPPED;
        return new RunSummary(run, state, Optional.empty(), recipe.name(), recipe.data().source(),
                recipe.network().variant().toString().toLowerCase(Locale.ROOT), epoch, recipe.epochs(), losses(log),
                last.flatMap(Epoch::validation), speed, changed(path.resolve("recipe.yaml")),
                changed(run.folder().log()), warning);
    }

    /// A schedule or a training error may have ended it early.
    private static boolean finished(Run run, Recipe recipe) {
        try {
            CheckpointStore store = run.folder().checkpoints(1);
            Optional<Path> last = store.latest();
            return last.isPresent() && store.state(last.get()).finished(recipe.epochs());
        } catch (IOException e) {
            return false; // a damaged checkpoint is no end
        }
    }

    private static List<Double> losses(RunLog log) {
        List<Double> all = log.epochs().size() > 2
                ? log.epochs().stream().map(Epoch::loss).toList()
                : log.steps().stream().map(Step::loss).toList();
        return all.size() <= POINTS
                ? all
                : IntStream.range(0, POINTS).mapToObj(i -> all.get((int) ((long) i * (all.size() - 1) / (POINTS - 1))))
                        .toList();
    }

    private static Instant changed(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            return Instant.EPOCH;
        }
    }
}
