package net.alexnet.cli;

import module java.base;
import net.alexnet.CrossValidation;
import net.alexnet.FineTuning;
import net.alexnet.distributed.Rendezvous;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Texts;
import net.alexnet.train.ModelFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `alexnet finetune`.
@Command(name = "finetune", description = "Make a classifier of your own pictures from a trained network: first a linear classifier of its features, then all"
        + " its layers learn.", footer = {
            "", "Examples:",
            "  ./alexnet finetune --data pictures/                                from torchvision's AlexNet",
            "  ./alexnet finetune --data pictures/ --base runs/latest             from a model of yours",
            "  ./alexnet finetune --data pictures/ --base convs.pth --freeze conv2",
            "  ./alexnet finetune --data pictures/ --folds 5                      cross-validates",
            "  ./alexnet train --resume runs/latest                               continues a run"})
final class FinetuneCommand extends TrainingCommand {
    @Parameters(index = "0", arity = "0..1", paramLabel = "MODEL", description = "The base, as by --base.")
    private @Nullable Path model;

    @Option(names = "--base", paramLabel = "MODEL", description = "What to start from. " + ModelOptions.MODELS
            + " Default: " + FineTuning.DEFAULT_BASE + ", which is fetched once.")
    private @Nullable Path base;

    @Option(names = "--data", paramLabel = "DIR", description = "The pictures: " + SOURCES)
    private @Nullable String data;

    @Option(names = "--resume", paramLabel = "RUN", hidden = true)
    private @Nullable Path resume;

    @Option(names = "--recipe", paramLabel = "FILE", description = "A YAML file instead of the recipe finetune.")
    private @Nullable String recipe;

    @Option(names = "--freeze", paramLabel = "LAYER", description = "Freeze this layer and all before it. Default: none.")
    private @Nullable String freeze;

    @Option(names = "--rate", paramLabel = "LAYER=FACTOR", description = "Multiply a layer's learning rate, such as 'conv*=0.1'; 0 freezes the layer.")
    private Map<String, Double> rates = new LinkedHashMap<>();

    @Option(names = "--folds", paramLabel = "K", description = "Cross-validate: make K runs, each validated on another part of all pictures.")
    private @Nullable Integer folds;

    @Option(names = "--batch", paramLabel = "N", description = "Short for --set batch=N.")
    private @Nullable Integer batch;

    @Option(names = "--checkpoint", paramLabel = "WHICH", description = ModelOptions.CHECKPOINTS)
    private ModelFile.Which checkpoint = ModelFile.Which.LAST;

    @Override
    int run(ConsoleProgress progress) throws IOException, InterruptedException {
        if (Rendezvous.of(System.getenv()).filter(at -> at.rank().world() > 1).isPresent()) {
            throw new IllegalArgumentException("finetune runs in one process, found a launcher of several ranks; each"
                    + " would make a run of its own. Start it without the launcher");
        }
        if (resume != null) {
            throw new IllegalArgumentException("finetune starts new runs; ./alexnet train --resume "
                    + Texts.argument(resume.toString()) + " continues one of fine-tuning, too");
        }
        if (model != null && base != null) {
            throw new IllegalArgumentException("the base is given twice, as " + model + " and by --base " + base
                    + "; give one of them, and the pictures by --data");
        }
        if (data == null) {
            throw new IllegalArgumentException(
                    "--data is missing; it names the pictures, a folder with one subfolder per"
                            + " class: ./alexnet finetune --data DIR");
        }
        if (folds != null && limitsSteps()) {
            throw new IllegalArgumentException(
                    "--max-steps stops one run, and --folds makes several; give one of them");
        }
        FineTuning tuning = FineTuning.on(data);
        if (recipe != null) {
            tuning.recipe(recipe);
        }
        if (model != null || base != null) {
            tuning.base(Objects.requireNonNull(model != null ? model : base));
        }
        set(tuning, "finetune.freeze", freeze);
        rates.forEach(tuning::learningRate);
        set(tuning, "batch", batch);
        if (folds != null) {
            within("--folds", folds, 2, Integer.MAX_VALUE);
        }
        configure(tuning, checkpoint, progress);
        if (folds != null) {
            return crossValidate(tuning, folds, progress);
        }
        return run(tuning, progress);
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
