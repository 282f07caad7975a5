package net.alexnet.cli;

import module java.base;
import net.alexnet.CrossValidation;
import net.alexnet.FineTuning;
import net.alexnet.TrainingResult;
import net.alexnet.io.AtomicFiles;
import net.alexnet.train.ModelFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet finetune`.
@Command(name = "finetune", description = "Fit a trained network to your own pictures: its last layer is replaced, and some of the others learn too.", footer = {
    "", "Examples:",
    "  ./alexnet finetune runs/latest --data pictures/                      trains fc6 to fc8",
    "  ./alexnet finetune model.safetensors --data pictures/ --freeze fc7   trains fc8 only",
    "  ./alexnet finetune runs/latest --data pictures/ --freeze none --rate 'conv*=0.1'",
    "  ./alexnet finetune runs/latest --data pictures/ --folds 5            cross-validates",
    "  ./alexnet train --resume runs/latest                                 continues a run"})
final class FinetuneCommand extends TrainingCommand {
    @Parameters(index = "0", paramLabel = "MODEL", description = ModelOptions.MODELS)
    private Path model = Path.of("");

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "The pictures: a folder with one subfolder per class.")
    private Path data = Path.of("");

    @Option(names = "--recipe", paramLabel = "FILE", defaultValue = "finetune", description = "A YAML file instead of the recipe finetune.")
    private String recipe = "finetune";

    @Option(names = "--freeze", paramLabel = "LAYER", description = "Freeze this layer and all before it; none freezes no layer. Default: conv5.")
    private @Nullable String freeze;

    @Option(names = "--rate", paramLabel = "LAYER=FACTOR", description = "Multiply a layer's learning rate, such as 'conv*=0.1'; 0 freezes the layer. Default: fc8=10 for the new last"
            + " layer.")
    private Map<String, Double> rates = new LinkedHashMap<>();

    @Option(names = "--views", paramLabel = "N", description = "Views of each training picture whose features are cached: 1, 2 or 10. Default: 2.")
    private @Nullable Integer views;

    @Option(names = "--augment", description = "Crop and mirror the pictures at random in every epoch, and cache no features.")
    private boolean augment;

    @Option(names = "--patience", paramLabel = "N", description = "Stop after N epochs without a lower validation error. Default: 10.")
    private @Nullable Integer patience;

    @Option(names = "--folds", paramLabel = "K", description = "Cross-validate: make K runs, each validated on another part of all pictures.")
    private @Nullable Integer folds;

    @Option(names = "--batch", paramLabel = "N", description = "Short for --set batch=N.")
    private @Nullable Integer batch;

    @Option(names = "--checkpoint", paramLabel = "WHICH", description = ModelOptions.CHECKPOINTS)
    private ModelFile.Which checkpoint = ModelFile.Which.RESULT;

    @Override
    int run(ConsoleProgress progress) throws IOException, InterruptedException {
        if (folds != null && limitsSteps()) {
            throw new IllegalArgumentException(
                    "--max-steps stops one run, and --folds makes several; give one of them");
        }
        FineTuning tuning = FineTuning.of(model).on(data).recipe(recipe);
        set(tuning, "finetune.freeze", freeze);
        rates.forEach(tuning::learningRate);
        set(tuning, "finetune.views", views);
        set(tuning, "finetune.augment", augment ? true : null);
        set(tuning, "schedule.patience", patience);
        set(tuning, "batch", batch);
        if (folds != null) {
            within("--folds", folds, 2, Integer.MAX_VALUE);
        }
        configure(tuning, checkpoint, progress);
        if (folds != null) {
            return crossValidate(tuning, folds, progress);
        }
        TrainingResult result = tuning.run(this::stopped);
        progress.clear();
        print(RunReport.of(result), RunReport.lines(result));
        RunReport.resumeHint(result).ifPresent(err()::println);
        return 0;
    }

    private int crossValidate(FineTuning tuning, int count, ConsoleProgress progress)
            throws IOException, InterruptedException {
        CrossValidation result = tuning.crossValidate(count, this::stopped);
        progress.clear();
        RunReport.Folds report = RunReport.folds(result);
        if (result.finished()) {
            AtomicFiles.writeString(result.folder().resolve("folds.json"), Json.of(report) + "\n");
        }
        print(report, RunReport.lines(result));
        if (!result.finished()) {
            err().println("stopped in fold " + result.folds().size() + " of " + count
                    + "; the same command starts over, with the features that are cached");
        }
        return 0;
    }
}
