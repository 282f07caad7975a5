package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import net.alexnet.Training;
import net.alexnet.TrainingResult;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `alexnet train`.
@Command(name = "train", mixinStandardHelpOptions = true, description = "Trains a network: on the embedded sample, on your own pictures, or as the paper did.", footer = {
    "",
    "  ./alexnet train                                   ten kinds of clothing, in minutes",
    "  ./alexnet train --data pictures/                  one subfolder of pictures per class",
    "  ./alexnet train --recipe paper --data ilsvrc2012/ the paper's run",
    "  ./alexnet train --resume runs/latest              continues a run that was stopped"
})
final class TrainCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(names = "--recipe", paramLabel = "NAME|FILE", description = "A recipe: quickstart, fashion-mnist, cifar10, pictures, paper, or a YAML file. Default: pictures with --data, else"
            + " quickstart.")
    private @Nullable String recipe;

    @Option(names = "--data", paramLabel = "DIR", description = "The pictures; takes precedence over the recipe's data.source.")
    private @Nullable Path data;

    @Option(names = "--resume", paramLabel = "RUN", description = "Continue a run that was stopped. With --data, its pictures are now there.")
    private @Nullable Path resume;

    @Mixin
    private RunOptions options = new RunOptions();

    TrainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (resume != null && (recipe != null || options.changesRecipe())) {
            throw new UsageException(
                    "--resume continues with the run's own recipe; leave out --recipe, --set, --epochs and"
                            + " --seed, or start a new run");
        }
        Training training = resume != null ? Training.resume(resume) : Training.onSample();
        if (data != null) {
            training.picturesIn(data);
        }
        if (recipe != null) {
            training.recipe(recipe);
        }
        try (ConsoleProgress progress = options.progress(terminal)) {
            options.applyTo(training, progress);
            if (progress.follows()) {
                training.estimate();
            }
            terminal.interruption().hear(); // until the run is saved
            TrainingResult result = training.run(terminal.interruption()::asked);
            progress.clear();
            RunReport.print(result, RunReport.json(result), RunReport.lines(result), options.json(), terminal);
        }
        return 0;
    }
}
