package net.alexnet.train.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.tensor.ComputeEnvironment;

/// The checkpoints of one run. One process saves; any number may read.
///
/// A checkpoint appears whole or not at all: it is written into a folder of another name, forced to the disk, and
/// moved. What a crash leaves behind is never taken for a checkpoint, and is removed by the next save.
public final class CheckpointStore {
    private final CheckpointFolders folders;
    private final int keep;

    /// @param folder the run's `checkpoints` folder; made by the first save
    /// @param keep how many of the newest checkpoints are kept, at least 1; the best is kept besides
    public CheckpointStore(Path folder, int keep) {
        if (keep < 1) {
            throw new IllegalArgumentException("at least 1 checkpoint must be kept, found " + keep);
        }
        this.folders = new CheckpointFolders(folder);
        this.keep = keep;
    }

    /// Saves a checkpoint, replacing one of the same step; then removes what need not be kept, and checkpoints of later
    /// steps, which belong to a course of the run that was given up by resuming from an earlier one.
    ///
    /// @param environment of the backend that trained
    /// @param metadata goes into `model.safetensors`: what a consumer must know to use the weights
    /// @return the checkpoint's folder
    /// @throws CheckpointException if it cannot be written, for example on a full disk; the ones before are untouched
    public Path save(TrainingState state, ComputeEnvironment environment, String recipe, Map<String, String> metadata,
            List<NamedTensor> weights, List<NamedTensor> momentum) throws CheckpointException {
        Path target = folders.of(state.step());
        try {
            folders.prepare();
            Path draft = folders.draft(state.step());
            try {
                write(draft, state, environment, recipe, metadata, weights, momentum);
                folders.publish(draft, state.step());
            } finally {
                AtomicFiles.deleteTree(draft);
            }
        } catch (IOException e) {
            throw new CheckpointException("cannot save the checkpoint " + target + ": " + AtomicFiles.reason(e)
                    + "; the checkpoints before it are untouched", e, null);
        }
        try {
            prune(state.step());
        } catch (IOException e) {
            throw new CheckpointException("saved " + target + ", but cannot remove the checkpoints that it supersedes: "
                    + AtomicFiles.reason(e), e, null);
        }
        return target;
    }

    /// The folders of all checkpoints, by step; none of them is opened.
    ///
    /// @throws CheckpointException if the folder cannot be read; one that is not there holds none
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

    /// The folder of the checkpoint with the least validation error; of equal ones the earliest. Only those take part that
    /// were saved at the end of an epoch, when their own weights had been validated, and whose `state.json` can be read.
    public Optional<Path> best() throws CheckpointException {
        double least = Double.POSITIVE_INFINITY;
        Path best = null;
        for (Path folder : list()) {
            OptionalDouble error = errorOf(folder);
            if (error.isPresent() && error.getAsDouble() < least) {
                least = error.getAsDouble();
                best = folder;
            }
        }
        return Optional.ofNullable(best);
    }

    /// Loads a checkpoint after checking every byte of it.
    ///
    /// @param folder one that [#list()], [#latest()], [#best()] or [#save] gave
    /// @throws CheckpointException if it is cut, altered, incomplete or of another version; it offers the newest intact
    ///     one before it
    public Checkpoint load(Path folder) throws CheckpointException {
        return refusing(folder, () -> read(folder));
    }

    /// A checkpoint's file of weights, after checking every byte of it, but not the momentum.
    ///
    /// @param folder as for [#load]
    /// @throws CheckpointException as from [#load]
    public Path modelFile(Path folder) throws CheckpointException {
        return refusing(folder, () -> {
            stored(folder).files().getFirst().verify(folder);
            return folder.resolve(Checkpoint.MODEL);
        });
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    private <T> T refusing(Path folder, Reading<T> reading) throws CheckpointException {
        try {
            return reading.read();
        } catch (IOException e) {
            Optional<Path> intact = intactBefore(folder);
            String remedy = intact.map(path -> "resume from " + path + ", the newest intact one before it")
                    .orElse("there is no intact one before it, so the run must start anew");
            throw new CheckpointException(
                    "the checkpoint " + folder + " is refused: " + AtomicFiles.reason(e) + "; " + remedy, e,
                    intact.orElse(null));
        }
    }

    private static void write(Path draft, TrainingState state, ComputeEnvironment environment, String recipe,
            Map<String, String> metadata, List<NamedTensor> weights, List<NamedTensor> momentum) throws IOException {
        Path model = draft.resolve(Checkpoint.MODEL);
        Path optimizer = draft.resolve(Checkpoint.MOMENTUM);
        Safetensors.write(model, metadata, weights);
        Safetensors.write(optimizer, Map.of(), momentum);
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        new StateFile(StateFile.FORMAT_VERSION, now, state, environment,
                List.of(FileSeal.of(model), FileSeal.of(optimizer)),
                recipe)
                .write(draft);
    }

    private static StateFile stored(Path folder) throws IOException {
        StateFile stored = StateFile.read(folder);
        if (!stored.files().stream().map(FileSeal::name).toList()
                .equals(List.of(Checkpoint.MODEL, Checkpoint.MOMENTUM))) {
            throw new IOException(Checkpoint.STATE + " must list " + Checkpoint.MODEL + " and " + Checkpoint.MOMENTUM
                    + ", found " + stored.files());
        }
        return stored;
    }

    private static Checkpoint read(Path folder) throws IOException {
        StateFile stored = stored(folder);
        for (FileSeal seal : stored.files()) {
            seal.verify(folder);
        }
        return new Checkpoint(folder, stored.state(), Optional.ofNullable(stored.computeEnvironment()), stored.recipe(),
                stored.written());
    }

    private Optional<Path> intactBefore(Path folder) {
        long step = CheckpointFolders.stepOf(folder).orElse(0);
        try {
            for (Path earlier : folders.bySteps().headMap(step, false).descendingMap().values()) {
                if (isIntact(earlier)) {
                    return Optional.of(earlier);
                }
            }
        } catch (IOException e) {
            // A folder that cannot be listed offers nothing; why the asked one is refused matters more.
        }
        return Optional.empty();
    }

    private static boolean isIntact(Path folder) {
        try {
            read(folder);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static OptionalDouble errorOf(Path folder) {
        try {
            TrainingState state = StateFile.read(folder).state();
            return state.batchInEpoch() == 0 ? state.error() : OptionalDouble.empty();
        } catch (IOException e) {
            return OptionalDouble.empty();
        }
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
}
