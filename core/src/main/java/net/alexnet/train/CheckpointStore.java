package net.alexnet.train;

import module java.base;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.RegularFile;
import net.alexnet.tensor.ComputeEnvironment;

/// The checkpoints of one run. One process saves; any number may read.
///
/// A checkpoint appears whole or not at all: the store writes it into a folder of another name, forces it to the disk,
/// and renames the folder. The next save removes what a crash leaves.
///
/// ```
/// step-00001234             a checkpoint
/// .writing-step-00001234    being written, or left by a crash
/// .replaced-step-00001234   renamed before a new one of the same step; it is the checkpoint while there is no new one
/// .removed-step-00001234    being deleted, or left by a crash
/// ```
public final class CheckpointStore {
    private static final String WRITING = ".writing-";
    private static final String REPLACED = ".replaced-";
    private static final String REMOVED = ".removed-";
    private static final Pattern CHECKPOINT = Pattern.compile("(?:\\.replaced-)?step-([0-9]{8,18})");

    private final Path root;
    private final int keep;

    /// @param root the run's `checkpoints` folder; the first save creates it
    /// @param keep how many of the newest checkpoints are kept, at least 1; the best is kept too
    public CheckpointStore(Path root, int keep) {
        if (keep < 1) {
            throw new IllegalArgumentException("at least 1 checkpoint must be kept, found " + keep);
        }
        this.root = root;
        this.keep = keep;
    }

    // --- saving ----------------------------------------------------------------------------------------------------

    /// Saves a checkpoint and replaces one of the same step. Then it removes checkpoints that need not be kept, and
    /// checkpoints of later steps, which exist if the run was resumed from an earlier one.
    ///
    /// @param environment of the backend that trained
    /// @param metadata for `model.safetensors`: what the weights are, and how to use them
    /// @return the checkpoint's folder
    /// @throws IOException if it cannot be written, for example on a full disk; earlier checkpoints are unchanged
    public Path save(TrainingState state, ComputeEnvironment environment, String recipe, Map<String, String> metadata,
            List<NamedTensor> weights, List<NamedTensor> momentum) throws IOException {
        Path target = folder(state.step());
        try {
            removeLeftovers();
            Path draft = Files.createDirectory(sibling(WRITING, target));
            try {
                Checkpoint.write(draft, state, environment, recipe, metadata, weights, momentum);
                publish(draft, target);
            } finally {
                AtomicFiles.deleteTree(draft);
            }
        } catch (IOException e) {
            throw new IOException("cannot save the checkpoint " + target + ": " + AtomicFiles.reason(e)
                    + "; earlier checkpoints are unchanged", e);
        }
        try {
            prune(state.step());
        } catch (IOException e) {
            throw new IOException("saved " + target + ", but cannot remove old checkpoints: "
                    + AtomicFiles.reason(e), e);
        }
        return target;
    }

    /// Creates the root, and removes what a crash left.
    private void removeLeftovers() throws IOException {
        RegularFile.requireOwnFolderOrMissing(root);
        Files.createDirectories(root);
        for (Path path : children()) {
            String name = String.valueOf(path.getFileName());
            if (name.startsWith(REPLACED) && Files.notExists(root.resolve(name.substring(REPLACED.length())))) {
                AtomicFiles.move(path, root.resolve(name.substring(REPLACED.length())));
            } else if (name.startsWith(WRITING) || name.startsWith(REPLACED) || name.startsWith(REMOVED)) {
                AtomicFiles.deleteTree(path);
            }
        }
    }

    private static void publish(Path draft, Path target) throws IOException {
        AtomicFiles.syncFolder(draft);
        if (Files.notExists(target)) {
            AtomicFiles.move(draft, target);
            return;
        }
        Path aside = sibling(REPLACED, target);
        AtomicFiles.move(target, aside);
        try {
            AtomicFiles.move(draft, target);
        } catch (IOException e) {
            AtomicFiles.move(aside, target);
            throw e;
        }
        AtomicFiles.deleteTree(aside);
    }

    private void prune(long saved) throws IOException {
        for (Path later : bySteps().tailMap(saved, false).values()) {
            discard(later);
        }
        List<Path> rest = list();
        Optional<Path> best = best();
        for (Path old : rest.subList(0, Math.max(0, rest.size() - keep))) {
            if (best.filter(old::equals).isEmpty()) {
                discard(old);
            }
        }
    }

    /// Deletes a checkpoint. It is renamed first, so that no process finds half of it.
    private static void discard(Path checkpoint) throws IOException {
        Path removed = sibling(REMOVED, checkpoint);
        AtomicFiles.move(checkpoint, removed);
        AtomicFiles.deleteTree(removed);
    }

    // --- finding ---------------------------------------------------------------------------------------------------

    private Path folder(long step) {
        return root.resolve(String.format(Locale.ROOT, "step-%08d", step));
    }

    private static Path sibling(String prefix, Path checkpoint) {
        return checkpoint.resolveSibling(prefix + checkpoint.getFileName());
    }

    private List<Path> children() throws IOException {
        if (Files.notExists(root)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.list(root)) {
            return paths.toList();
        }
    }

    private NavigableMap<Long, Path> bySteps() throws IOException {
        NavigableMap<Long, Path> found = new TreeMap<>();
        for (Path path : children()) {
            long step = stepOf(path);
            if (step >= 0 && Files.isDirectory(path)) {
                found.merge(step, path, (_, _) -> folder(step));
            }
        }
        return found;
    }

    /// The step in the name of a checkpoint's folder; -1 for another name.
    private static long stepOf(Path folder) {
        Matcher matcher = CHECKPOINT.matcher(String.valueOf(folder.getFileName()));
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    /// The folders of all checkpoints in the order of their steps; none if there is no folder.
    public List<Path> list() throws IOException {
        return List.copyOf(bySteps().values());
    }

    /// The folder of the checkpoint with the greatest step.
    public Optional<Path> latest() throws IOException {
        return list().reversed().stream().findFirst();
    }

    /// The folder of the checkpoint with the least validation error, the earliest if several have it. Checkpoints within
    /// an epoch do not count, because their weights were not validated, and neither do those whose `state.json` is
    /// damaged.
    public Optional<Path> best() throws IOException {
        double least = Double.POSITIVE_INFINITY;
        Path best = null;
        for (Path folder : list()) {
            try {
                TrainingState state = Checkpoint.read(folder).state();
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

    // --- loading ---------------------------------------------------------------------------------------------------

    /// The state in a checkpoint, without a look at its other files.
    ///
    /// @param folder as for [#load]
    /// @throws IOException if `state.json` is missing or was changed
    public TrainingState state(Path folder) throws IOException {
        return describe(folder).state();
    }

    /// A checkpoint as `state.json` describes it, without a look at its other files.
    ///
    /// @param folder as for [#load]
    /// @throws IOException if `state.json` is missing or was changed
    public Checkpoint describe(Path folder) throws IOException {
        return Checkpoint.read(folder);
    }

    /// Loads a checkpoint and checks every byte of it.
    ///
    /// @param folder as returned by [#list()], [#latest()], [#best()] or [#save]
    /// @throws IOException if it is incomplete, was changed, or is of another version; the message names the newest
    ///     intact checkpoint before it
    public Checkpoint load(Path folder) throws IOException {
        try {
            Checkpoint checkpoint = Checkpoint.read(folder);
            checkpoint.verify();
            return checkpoint;
        } catch (IOException e) {
            throw refused(folder, e);
        }
    }

    /// A checkpoint's model file, after checking every byte of it, but not the momentum.
    ///
    /// @param folder as for [#load]
    /// @throws IOException as from [#load]
    public Path modelFile(Path folder) throws IOException {
        try {
            Checkpoint checkpoint = Checkpoint.read(folder);
            checkpoint.verifyModel();
            return checkpoint.modelFile();
        } catch (IOException e) {
            throw refused(folder, e);
        }
    }

    private IOException refused(Path folder, IOException e) {
        String advice = "There is no intact checkpoint before it; start the run again";
        SortedMap<Long, Path> before;
        try {
            before = bySteps().headMap(Math.max(0, stepOf(folder)), false).descendingMap();
        } catch (IOException unlisted) {
            e.addSuppressed(unlisted);
            before = new TreeMap<>();
        }
        for (Path earlier : before.values()) {
            try {
                Checkpoint.read(earlier).verify();
                advice = "Resume from " + earlier + ", the newest intact checkpoint before it";
                break;
            } catch (IOException damaged) {
                // look at the one before
            }
        }
        return new IOException("the checkpoint " + folder + " cannot be used: " + AtomicFiles.reason(e) + ". "
                + advice, e);
    }
}
