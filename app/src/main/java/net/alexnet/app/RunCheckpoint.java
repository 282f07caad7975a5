package net.alexnet.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import net.alexnet.checkpoint.Checkpoint;
import net.alexnet.checkpoint.CheckpointStore;
import net.alexnet.run.RunFolder;

/// A checkpoint as a user names it: by its run, or by its own folder below a run's `checkpoints`.
///
/// @param run it belongs to
/// @param folder of the checkpoint itself
record RunCheckpoint(RunFolder run, Path folder) {
    /// The newest checkpoint of a run, or the one that is named.
    ///
    /// @throws IOException if it is not a run, or has no checkpoint
    static RunCheckpoint last(Path path) throws IOException {
        return of(path, false);
    }

    /// The checkpoint of a run with the least validation error, or the one that is named.
    static RunCheckpoint best(Path path) throws IOException {
        return of(path, true);
    }

    private static RunCheckpoint of(Path path, boolean best) throws IOException {
        Path folder = path.toAbsolutePath().normalize();
        if (folder.resolveSibling("").endsWith("checkpoints") && Files.isDirectory(folder)) {
            return new RunCheckpoint(RunFolder.open(folder.resolve("../..").normalize()), folder);
        }
        RunFolder run = RunFolder.open(path);
        CheckpointStore store = run.checkpoints(1);
        Optional<Path> chosen = best ? store.best().or(() -> latest(store)) : store.latest();
        return new RunCheckpoint(run, chosen.orElseThrow(() -> new IOException(
                run.path() + " has no checkpoint yet: it was stopped before its first one. Start it again")));
    }

    private static Optional<Path> latest(CheckpointStore store) {
        try {
            return store.latest();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// Its file of weights, after checking every byte of that one; to use the model and not to go on training.
    Path modelFile() throws IOException {
        return run.checkpoints(1).modelFile(folder);
    }

    /// Loads it, after checking every byte.
    Checkpoint load() throws IOException {
        return run.checkpoints(1).load(folder);
    }
}
