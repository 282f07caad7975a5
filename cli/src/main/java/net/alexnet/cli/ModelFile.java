package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import net.alexnet.inference.FeatureKey;
import net.alexnet.inference.Model;
import net.alexnet.interop.PulledModels;
import net.alexnet.interop.WeightFormat;
import net.alexnet.io.WeightFileException;
import net.alexnet.tensor.Backend;
import org.jspecify.annotations.Nullable;

/// A trained model as a user names it: a run's folder, one of its checkpoints, a `.safetensors` file,
/// or the name of one that was pulled.
final class ModelFile {
    /// Which of a run's checkpoints is meant.
    enum Which {
        /// The newest: what the run's own figures are about.
        LAST,
        /// The one with the least validation error; that figure is then a little too good, having been chosen.
        BEST
    }

    private final FutureTask<Model.Stored> opened;

    private ModelFile(FutureTask<Model.Stored> opened) {
        this.opened = opened;
    }

    /// Finds a model and begins to read it, on a thread of its own, while the caller does something else.
    ///
    /// @param which of a run's checkpoints; null for its result: of a fine-tuned run, which stops early, the best, and of any
    ///     other the last
    /// @throws IOException if there is none
    static ModelFile find(Path named, @Nullable Which which) throws IOException {
        Path path = Files.exists(named) ? named : PulledModels.ofUser().named(named).orElse(named);
        FutureTask<Model.Stored> opened;
        if (Files.isRegularFile(path) && !path.endsWith("latest")) {
            opened = new FutureTask<>(() -> read(path));
        } else {
            RunCheckpoint checkpoint = switch (which == null ? result(path) : which) {
                case LAST -> RunCheckpoint.last(path);
                case BEST -> RunCheckpoint.best(path);
            };
            opened = new FutureTask<>(() -> Model.read(checkpoint.modelFile()));
        }
        Thread.ofPlatform().daemon().name("model").start(opened);
        return new ModelFile(opened);
    }

    /// Weights of other formats are what a user most often takes for a model.
    private static Model.Stored read(Path path) throws IOException {
        try {
            return Model.read(path);
        } catch (WeightFileException e) {
            WeightFormat format;
            try {
                format = WeightFormat.of(path);
            } catch (WeightFileException other) {
                throw e; // it is of no format at all, which the first one says better
            }
            if (format == WeightFormat.SAFETENSORS) {
                throw e;
            }
            throw new WeightFileException(path, "holds weights in the format of " + ModelCardPrinter.spelled(format)
                    + " and is no model file; import it first: ./alexnet import " + path + " OUT.safetensors", e);
        }
    }

    private static Which result(Path path) throws IOException {
        return RunCheckpoint.last(path).run().recipe().fineTuning().isEmpty() ? Which.LAST : Which.BEST;
    }

    /// The hash of its first layers, see [FeatureKey#layers].
    ///
    /// @param end the number of its network's rows
    String layers(int end) throws IOException {
        return FeatureKey.layers(stored().weights(), stored().card().network().architecture(), end);
    }

    /// Puts it on a backend, after every byte of a run's checkpoint has been checked.
    Model open(Backend backend) throws IOException {
        return stored().on(backend);
    }

    /// Waits until it has been read.
    Model.Stored stored() throws IOException {
        try {
            return opened.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException program -> throw program;
                case null, default -> throw new IllegalStateException(e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the model was read", e);
        }
    }
}
