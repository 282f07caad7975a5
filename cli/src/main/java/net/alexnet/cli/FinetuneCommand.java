package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import net.alexnet.CrossValidation;
import net.alexnet.FineTuning;
import net.alexnet.TrainingResult;
import net.alexnet.io.AtomicFiles;
import net.alexnet.train.ModelFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet finetune`.
@Command(name = "finetune", mixinStandardHelpOptions = true, description = "Fits a trained network to your own pictures: its last layer is replaced, and some of the others learn too.", footer = {
    "",
    "  ./alexnet finetune runs/latest --data pictures/                   the convolutions stay as they are",
    "  ./alexnet finetune model.safetensors --data pictures/ --freeze fc7   only the new last layer learns",
    "  ./alexnet finetune runs/latest --data pictures/ --freeze none --rate 'conv*=0.1'",
    "  ./alexnet finetune runs/latest --data pictures/ --folds 5         cross-validation",
    "  ./alexnet train --resume runs/latest                              continues a run that was stopped"
})
final class FinetuneCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "MODEL", description = Engine.MODELS)
    private Path model = Path.of("");

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "The pictures, one subfolder per class.")
    private Path data = Path.of("");

    @Option(names = "--recipe", paramLabel = "FILE", defaultValue = "finetune", description = "Another recipe than finetune.")
    private String recipe = "finetune";

    @Option(names = "--freeze", paramLabel = "LAYER", description = "Freezes this layer and all before it; none for no layer. Default: conv5.")
    private @Nullable String freeze;

    @Option(names = "--rate", paramLabel = "LAYER=FACTOR", description = "Multiplies a layer's learning rate, such as 'conv*=0.1'; 0 freezes it. Default: fc8=10, the new last layer's.")
    private Map<String, Double> rates = new LinkedHashMap<>();

    @Option(names = "--views", paramLabel = "N", description = "Views of each training picture whose features are cached: 1, 2 or 10. Default: 2.")
    private @Nullable Integer views;

    @Option(names = "--augment", description = "Send pictures through the frozen layers in every epoch, cropped and mirrored at random.")
    private boolean augment;

    @Option(names = "--patience", paramLabel = "N", description = "Stop after N epochs without a lower validation error. Default: 10.")
    private @Nullable Integer patience;

    @Option(names = "--folds", paramLabel = "K", description = "Cross-validate: K runs, each validated on another part of all pictures.")
    private int folds;

    @Option(names = "--batch", paramLabel = "N", description = "Short for --set batch=N.")
    private @Nullable Integer batch;

    @Option(names = "--checkpoint", paramLabel = "WHICH", description = Engine.CHECKPOINTS)
    private ModelFile.Which which = ModelFile.Which.RESULT;

    @Mixin
    private RunOptions options = new RunOptions();

    FinetuneCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (folds != 0 && folds < 2) {
            throw new UsageException("--folds must be at least 2, found " + folds);
        }
        if (folds != 0 && options.limitsSteps()) {
            throw new UsageException("--max-steps stops one run, and --folds makes several; give one of them");
        }
        FineTuning tuning = FineTuning.of(model).on(data).recipe(recipe);
        RunOptions.set(tuning, "finetune.freeze", freeze);
        rates.forEach(tuning::learningRate);
        RunOptions.set(tuning, "finetune.views", views);
        RunOptions.set(tuning, "finetune.augment", augment ? true : null);
        RunOptions.set(tuning, "schedule.patience", patience);
        RunOptions.set(tuning, "batch", batch);
        try (ConsoleProgress progress = options.progress(terminal)) {
            options.applyTo(tuning, progress);
            tuning.options(options.engine().options().checkpoint(which));
            terminal.interruption().hear(); // until the run is saved
            if (folds == 0) {
                TrainingResult result = tuning.run(terminal.interruption()::asked);
                progress.clear();
                RunReport.print(result, RunReport.tunedJson(result), RunReport.tunedLines(result), options.json(),
                        terminal);
            } else {
                crossValidate(tuning, progress);
            }
        }
        return 0;
    }

    private void crossValidate(FineTuning tuning, ConsoleProgress progress) throws IOException, InterruptedException {
        CrossValidation result = tuning.crossValidate(folds, terminal.interruption()::asked);
        progress.clear();
        if (result.finished()) {
            AtomicFiles.writeString(result.folder().resolve("folds.json"), Json.of(RunReport.json(result)) + "\n");
        }
        RunReport.print(RunReport.json(result), RunReport.lines(result), options.json(), terminal);
        if (!result.finished()) {
            terminal.err().println("stopped in fold " + result.folds().size() + " of " + folds
                    + "; the same command starts over, with the features that are cached");
        }
    }
}
