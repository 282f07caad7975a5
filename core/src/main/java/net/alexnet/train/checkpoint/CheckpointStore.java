package net.alexnet.train.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.NamedTensor;
import net.alexnet.tensor.ComputeEnvironment;
import net.alexnet.train.checkpoint.StateFile.TensorFile;

/// The checkpoints of one run. One process saves; any number may read.
///
/// A checkpoint appears whole or not at all: the store writes it into a folder of another name, forces it to the disk, and
/// renames the folder. The next save removes what a crash leaves.
public final class CheckpointStore {
    private final CheckpointFolders folders;
    private final int keep;

    /// @param folder the run's `checkpoints` folder; the first save creates it
    /// @param keep how many of the newest checkpoints are kept, at least 1; the best is kept too
    public CheckpointStore(Path folder, int keep) {
        if (keep < 1) {
            throw new IllegalArgumentException("at least 1 checkpoint must be kept, found " + keep);
        }
        this.folders = new CheckpointFolders(folder);
        this.keep = keep;
    }

    /// Saves a checkpoint and replaces one of the same step. Then it removes checkpoints that need not be kept, and
    /// checkpoints of later steps, which exist if the run was resumed from an earlier one.
    ///
    /// @param environment of the backend that trained
    /// @param metadata for `model.safetensors`: what the weights are, and how to use them
    /// @return the checkpoint's folder
    /// @throws CheckpointException if it cannot be written, for example on a full disk; earlier checkpoints are unchanged
    public Path save(TrainingState state, ComputeEnvironment environment, String recipe, Map<String, String> metadata,
            List<NamedTensor> weights, List<NamedTensor> momentum) throws CheckpointException {
        Path target = folders.of(state.step());
        try {
            folders.prepare();
            Path draft = folders.draft(state.step());
            try {
                List<TensorFile> files = List.of(
                        TensorFile.write(draft.resolve(Checkpoint.MODEL), metadata, weights),
                        TensorFile.write(draft.resolve(Checkpoint.MOMENTUM), Map.of(), momentum));
                String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
                new StateFile(StateFile.FORMAT_VERSION, now, state, environment, files, recipe).write(draft);
                folders.publish(draft, state.step());
            } finally {
                AtomicFiles.deleteTree(draft);
            }
        } catch (IOException e) {
            throw new CheckpointException("cannot save the checkpoint " + target + ": " + AtomicFiles.reason(e)
                    + "; earlier checkpoints are unchanged", e, null);
        }
        try {
            prune(state.step());
        } catch (IOException e) {
            throw new CheckpointException("saved " + target + ", but cannot remove old checkpoints: "
                    + AtomicFiles.reason(e), e, null);
        }
        return target;
    }

    private void prune(long saved) throws IOException {
        for (Path later : folders.bySteps().tailMap(saved, false).values()) {
            folders.discard(later);
        }
        List<Path> rest = list();
        Optional<Path> best = best();
        for (Path old : rest.subList(0, Math.max(0, rest.size() - keep))) {
            if (best.filter(old::equals).isEmpty()) {
                folders.discard(old);
            }
        }
    }

    /// The folders of all checkpoints in the order of their steps; none if there is no folder.
    ///
    /// @throws CheckpointException if the folder cannot be read
    public List<Path> list() throws CheckpointException {
        try {
            return List.copyOf(folders.bySteps().values());
        } catch (IOException e) {
            throw new CheckpointException("cannot list checkpoints: " + AtomicFiles.reason(e), e, null);
        }
    }

    /// The folder of the checkpoint with the greatest step.
    public Optional<Path> latest() throws CheckpointException {
        return list().reversed().stream().findFirst();
    }

    /// The folder of the checkpoint with the least validation error, the earliest if several have it. Checkpoints within an
    /// epoch do not count, because their weights were not validated, and neither do those whose `state.json` is damaged.
    public Optional<Path> best() throws CheckpointException {
        double least = Double.POSITIVE_INFINITY;
        Path best = null;
        for (Path folder : list()) {
            try {
                TrainingState state = StateFile.read(folder).state();
                double error = state.error().orElse(Double.POSITIVE_INFINITY);
                if (state.batchInEpoch() == 0 && error < least) {
                    least = error;
                    best = folder;
                }
            } catch (IOException e) {
                // damaged: the others count
            }
        }
        return Optional.ofNullable(best);
    }

    /// Loads a checkpoint and checks every byte of it.
    ///
    /// @param folder as returned by [#list()], [#latest()], [#best()] or [#save]
    /// @throws CheckpointException if it is incomplete, was changed, or is of another version; it names the newest intact
    ///     checkpoint before it
    public Checkpoint load(Path folder) throws CheckpointException {
        try {
            return read(folder);
        } catch (IOException e) {
            throw refused(folder, e);
        }
    }

    /// A checkpoint's model file, after checking every byte of it, but not the momentum.
    ///
    /// @param folder as for [#load]
    /// @throws CheckpointException as from [#load]
    public Path modelFile(Path folder) throws CheckpointException {
        try {
            StateFile.read(folder).files().getFirst().verify(folder);
            return folder.resolve(Checkpoint.MODEL);
        } catch (IOException e) {
            throw refused(folder, e);
        }
    }

    private static Checkpoint read(Path folder) throws IOException {
        StateFile file = StateFile.read(folder);
        for (TensorFile tensors : file.files()) {
            tensors.verify(folder);
        }
        return new Checkpoint(folder, file.state(), Optional.ofNullable(file.computeEnvironment()), file.recipe(),
                file.written());
    }

    private CheckpointException refused(Path folder, IOException e) {
        Path intact = intactBefore(folder).orElse(null);
        return new CheckpointException("the checkpoint " + folder + " cannot be used: " + AtomicFiles.reason(e) + ". "
                + (intact == null
                        ? "There is no intact checkpoint before it; start the run again"
                        : "Resume from " + intact + ", the newest intact checkpoint before it"),
                e, intact);
    }

    private Optional<Path> intactBefore(Path folder) {
        long step = CheckpointFolders.stepOf(folder).orElse(0);
        try {
            for (Path earlier : folders.bySteps().headMap(step, false).descendingMap().values()) {
                try {
                    read(earlier);
                    return Optional.of(earlier);
                } catch (IOException e) {
                    // damaged too: look at the one before
                }
            }
        } catch (IOException e) {
            // the folder cannot be listed; the reason why the checkpoint is refused matters more
        }
        return Optional.empty();
    }
}
