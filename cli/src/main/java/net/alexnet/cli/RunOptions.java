package net.alexnet.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import net.alexnet.TrainingBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options that `train` and `finetune` have in common.
final class RunOptions {
    @Option(names = "--runs", paramLabel = "DIR", description = "The folder of all runs. Default: runs.")
    private Path runs = Path.of("runs");

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Sets a key of the recipe, such as optimizer.learning_rate=0.005. Can be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--epochs", paramLabel = "N", description = "Short for --set epochs=N.")
    private @Nullable Integer epochs;

    @Option(names = "--seed", paramLabel = "N", description = "Short for --set seed=N.")
    private @Nullable Long seed;

    @Option(names = "--max-steps", paramLabel = "N", description = "Save and stop once the run has made N steps in all; train --resume continues it.")
    private long maxSteps = Long.MAX_VALUE;

    @Option(names = "--progress", paramLabel = "MODE", description = "auto, plain (lines for a log) or none. Default: auto.")
    private ConsoleProgress.Mode mode = ConsoleProgress.Mode.AUTO;

    @Option(names = "--json", description = "Print one JSON object to standard output, and nothing else.")
    private boolean json;

    @Mixin
    private Engine engine = new Engine();

    boolean json() {
        return json;
    }

    Engine engine() {
        return engine;
    }

    /// Whether a key of the recipe is set.
    boolean changesRecipe() {
        return epochs != null || seed != null || !settings.isEmpty();
    }

    ConsoleProgress progress(Terminal terminal) {
        return new ConsoleProgress(terminal, mode);
    }

    /// Hands the options over. A key of `--set` takes precedence over the options that are short for one.
    void applyTo(TrainingBuilder<?> run, ConsoleProgress progress) {
        if (maxSteps < 1) {
            throw new UsageException("--max-steps must be at least 1, found " + maxSteps);
        }
        set(run, "epochs", epochs);
        set(run, "seed", seed);
        settings.forEach(run::set);
        run.runsIn(runs).maxSteps(maxSteps).options(engine.options()).listener(progress);
    }

    /// Whether `--max-steps` was given.
    boolean limitsSteps() {
        return maxSteps < Long.MAX_VALUE;
    }

    static void set(TrainingBuilder<?> run, String key, @Nullable Object value) {
        if (value != null) {
            run.set(key, value);
        }
    }
}
