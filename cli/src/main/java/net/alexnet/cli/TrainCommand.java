package net.alexnet.cli;

import module java.base;
import net.alexnet.Training;
import net.alexnet.distributed.GroupException;
import net.alexnet.distributed.Ranks;
import net.alexnet.distributed.Rendezvous;
import net.alexnet.train.ModelFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `alexnet train`.
@Command(name = "train", description = "Train a network: on the embedded sample, on your own pictures, or as in the paper.", footer = {
    "", "Examples:",
    "  ./alexnet train                                     ten kinds of clothing, in minutes",
    "  ./alexnet train --data pictures/                    one subfolder of pictures per class",
    "  ./alexnet train --recipe paper --data ilsvrc2012/   the paper's run",
    "  ./alexnet train --resume runs/latest                continues a run that was stopped"})
final class TrainCommand extends TrainingCommand {
    @Option(names = "--recipe", paramLabel = "NAME|FILE", description = "quickstart, fashion-mnist, cifar10, large-batch, tiny-imagenet, photographs, pictures, paper, paper-two-gpus, or a YAML file. Default: pictures with --data, else"
            + " quickstart.")
    private @Nullable String recipe;

    @Option(names = "--data", paramLabel = "DIR", description = "The pictures: " + SOURCES
            + " It takes precedence over the recipe's data.source.")
    private @Nullable String data;

    @Option(names = "--resume", paramLabel = "RUN", description = "Continue a run that was stopped. If its pictures were moved, --data says where they are.")
    private @Nullable Path resume;

    @Option(names = "--wire", paramLabel = "FORMAT", description = "With several ranks: float32 or bfloat16, how gradients travel. bfloat16 halves the bytes, for networks of"
            + " 1 Gb/s. Default: float32.")
    private Ranks.Wire wire = Ranks.Wire.FLOAT32;

    @Option(names = "--rank-timeout", paramLabel = "SECONDS", description = "With several ranks: how long one waits for another. Default: 300.")
    private int rankTimeout = (int) Ranks.TIMEOUT.toSeconds();

    /// Of a process that a launcher started.
    private Optional<Rendezvous> rendezvous = Optional.empty();

    @Override
    int processes() {
        return rendezvous.map(Rendezvous::localWorld).orElse(1);
    }

    @Override
    boolean leads() {
        return rendezvous.map(at -> at.rank().number() == 0).orElse(true);
    }

    /// A rank ends when the process that launched it has ended: no other process would stop it.
    @Override
    boolean stopped() {
        if (rendezvous.map(Rendezvous::storeIsServed).orElse(false)
                && !launcher.map(ProcessHandle::isAlive).orElse(true)) {
            throw new GroupException("the launcher of rank " + rendezvous.orElseThrow().rank().number() + " is gone");
        }
        return super.stopped();
    }

    private final Optional<ProcessHandle> launcher = ProcessHandle.current().parent();

    @Override
    int run(ConsoleProgress progress) throws IOException, InterruptedException {
        rendezvous = Rendezvous.of(System.getenv());
        if (resume != null && (recipe != null || changesRecipe())) {
            throw new IllegalArgumentException(
                    "--resume continues with the run's own recipe; leave out --recipe, --set,"
                            + " --epochs and --seed, or start a new run");
        }
        Training training = resume != null ? Training.resume(resume) : Training.onSample();
        if (data != null) {
            training.picturesIn(data);
        }
        if (recipe != null) {
            training.recipe(recipe);
        }
        if (progress.isShown()) {
            training.estimate();
        }
        rendezvous.ifPresent(at -> training.ranks(new Ranks(at,
                Duration.ofSeconds(within("--rank-timeout", rankTimeout, 1, 86_400)), wire)));
        configure(training, ModelFile.Which.LAST, progress);
        return run(training, progress);
    }
}
