package net.alexnet.train;

import module java.base;

/// A checkpoint as a user names it: by its run, or by its own folder below a run's `checkpoints`.
///
/// @param run it belongs to
/// @param folder of the checkpoint itself
public record RunCheckpoint(RunFolder run, Path folder) {
    /// The run that is named, itself or by one of its checkpoints.
    ///
    /// @throws IOException if it is not a run
    public static RunFolder run(Path path) throws IOException {
        return RunFolder.open(isCheckpoint(path) ? absolute(path).resolve("../..").normalize() : path);
    }

    /// The newest checkpoint of a run, or the one that is named.
    ///
    /// @throws IOException if it is not a run, or has no checkpoint
    public static RunCheckpoint last(Path path) throws IOException {
        return last(run(path), path);
    }

    /// The same of a run that was opened already, wherever `latest` points now.
    ///
    /// @param path by which the run was named
    public static RunCheckpoint last(RunFolder run, Path path) throws IOException {
        return of(run, path, run.checkpoints(1).latest());
    }

    /// The checkpoint of a run with the least validation error, or the newest if none was validated, or the one that is
    /// named.
    public static RunCheckpoint best(Path path) throws IOException {
        RunFolder run = run(path);
        CheckpointStore store = run.checkpoints(1);
        Optional<Path> best = store.best();
        return of(run, path, best.isPresent() ? best : store.latest());
    }

    private static RunCheckpoint of(RunFolder run, Path path, Optional<Path> chosen) throws IOException {
        return new RunCheckpoint(run, isCheckpoint(path)
                ? absolute(path)
                : chosen.orElseThrow(() -> new IOException(run.path() + missing(run))));
    }

    /// Why a run has no checkpoint, as far as its folder tells.
    private static String missing(RunFolder run) {
        if (run.isLocked()) {
            return " has no checkpoint yet: it is being trained. Wait for its first one";
        }
        return run.isLoggedToItsEnd()
                ? " is finished, but was kept without its checkpoints, which have the weights. Train it again, or name"
                        + " another run"
                : " has no checkpoint: it was stopped before its first one, or they were removed. Start it again";
    }

    private static boolean isCheckpoint(Path path) {
        Path folder = absolute(path);
        return folder.resolveSibling("").endsWith("checkpoints") && Files.isDirectory(folder);
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /// Its file of weights, after checking every byte of that one; to use the model and not to go on training.
    public Path modelFile() throws IOException {
        return run.checkpoints(1).modelFile(folder);
    }

    /// Loads it, after checking every byte.
    public Checkpoint load() throws IOException {
        return run.checkpoints(1).load(folder);
    }
}
