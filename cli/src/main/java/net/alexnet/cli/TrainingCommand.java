package net.alexnet.cli;

import java.lang.management.ManagementFactory;
import module java.base;
import net.alexnet.TrainingBuilder;
import net.alexnet.TrainingResult;
import net.alexnet.io.Texts;
import net.alexnet.train.ModelFile;
import net.alexnet.train.config.Recipe;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What `train` and `finetune` have in common.
abstract class TrainingCommand extends ProgressCommand {
    /// What `--data` names, as of all commands that read pictures.
    static final String SOURCES = "one subfolder per class, a prepared dataset, tars of WebDataset, Parquet or CSV files,"
            + " CIFAR-10's batches, IDX files, ILSVRC-2012's tars, or an address of tars or Parquet files such as"
            + " https://host/train-{000..007}.tar.";

    @Option(names = "--runs", paramLabel = "DIR", description = "The folder of all runs. Default: runs.")
    private Path runs = Path.of("runs");

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Set a key of the recipe, such as optimizer.learning_rate=0.005. Can be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--epochs", paramLabel = "N", description = "Short for --set epochs=N.")
    private @Nullable Integer epochs;

    @Option(names = "--seed", paramLabel = "N", description = "Short for --set seed=N.")
    private @Nullable Long seed;

    @Option(names = "--max-steps", paramLabel = "N", description = "Save and stop once the run has made N steps in all; train --resume continues it.")
    private long maxSteps = Long.MAX_VALUE;

    @Option(names = "--test", paramLabel = "DIR", description = "Pictures for a test, as for evaluate --data: the finished run is evaluated on them once. They have no"
            + " influence on it.")
    private @Nullable String test;

    @Mixin
    private ComputeOptions compute = new ComputeOptions();

    /// Whether a key of the recipe is set.
    boolean changesRecipe() {
        return epochs != null || seed != null || !settings.isEmpty();
    }

    boolean limitsSteps() {
        return maxSteps < Long.MAX_VALUE;
    }

    /// Hands the options to a run. A key of `--set` takes precedence over the options that are short for one.
    void configure(TrainingBuilder<?> run, ModelFile.Which base, ConsoleProgress progress) {
        within("--max-steps", maxSteps, 1, Long.MAX_VALUE);
        if (epochs != null) {
            within("--epochs", epochs, 1, Recipe.MOST_EPOCHS);
        }
        set(run, "epochs", epochs);
        set(run, "seed", seed);
        settings.forEach(run::set);
        run.runsIn(runs).maxSteps(maxSteps).options(compute.options(processes()).checkpoint(base)).listener(progress);
        if (test != null) {
            run.test(test);
        }
        terminal().interruption().deferExit(); // a signal waits until the run is saved
    }

    /// Whether this process reports, and no other rank does.
    boolean leads() {
        return true;
    }

    /// How many processes share this machine.
    int processes() {
        return 1;
    }

    /// Whether the user wants the run to stop.
    boolean stopped() {
        return terminal().interruption().stopRequested();
    }

    /// Runs and reports.
    int run(TrainingBuilder<?> run, ConsoleProgress progress) throws IOException, InterruptedException {
        try {
            TrainingResult result = run.run(this::stopped);
            progress.clear();
            if (!leads()) {
                return 0;
            }
            print(RunReport.of(result), RunReport.lines(result));
            RunReport.resumeHint(result).map(hint -> test == null ? hint : hint + " --test " + Texts.argument(test))
                    .ifPresent(err()::println);
            return 0;
        } catch (LinkageError e) {
            progress.clear();
            throw progress.run().map(folder -> rebuilt(e, folder)).orElseThrow(() -> e);
        }
    }

    /// A build replaces the program's files, from which a program that runs still loads classes.
    ///
    /// @param run that this happened to; nothing of it needs to be removed
    static IOException rebuilt(LinkageError e, Path run) {
        return new IOException("a part of the program is missing (" + e + "); it was probably built again while it ran."
                + " The run is saved in " + run + " up to its last checkpoint: ./alexnet train --resume "
                + Texts.argument(run.toString()) + " continues it, or says that it is finished", e);
    }

    static void set(TrainingBuilder<?> run, String key, @Nullable Object value) {
        if (value != null) {
            run.set(key, value);
        }
    }

    /// This program in another process: this JVM's own options and the kernels' module, as the launcher starts a training.
    /// Arguments of the program follow.
    static List<String> program() {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-XX:AOTCache")) // is for a JVM without the kernels' module
                .forEach(line::add);
        line.addAll(List.of("--add-modules", "jdk.incubator.vector", "-cp", System.getProperty("java.class.path"),
                Main.class.getName()));
        return line;
    }
}
