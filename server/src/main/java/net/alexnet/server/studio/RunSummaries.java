package net.alexnet.server.studio;

import module java.base;
import net.alexnet.io.AtomicFiles;
import net.alexnet.server.studio.RunTable.Run;

/// What lists say of runs. A run whose files did not change is not read again. Safe for use by many
/// threads.
final class RunSummaries {
    private final RunTable table;
    private final RunLogs logs;
    private final Map<Path, Known> known = new ConcurrentHashMap<>();

    RunSummaries(RunTable table, RunLogs logs) {
        this.table = table;
        this.logs = logs;
    }

    /// What a summary was made of.
    private record Version(Stamp log, Stamp recipe, boolean locked) {}

    /// What tells whether a file was written since; of none, 0.
    private record Stamp(long size, FileTime written) {
        static Stamp of(Path file) throws IOException {
            return Files.exists(file)
                    ? new Stamp(Files.size(file), Files.getLastModifiedTime(file))
                    : new Stamp(0, FileTime.fromMillis(0));
        }
    }

    private record Known(Version version, RunSummary summary) {}

    /// All runs, the newest first.
    List<RunSummary> all() throws IOException {
        TrainingLocks locks = TrainingLocks.now();
        Collection<Run> runs = table.all();
        known.keySet().retainAll(runs.stream().map(run -> run.folder().path()).collect(Collectors.toSet()));
        List<RunSummary> all = new ArrayList<>();
        for (Run run : runs) {
            try {
                all.add(of(run, locks));
            } catch (IOException | UncheckedIOException e) { // one bad run must not hide the others
                all.add(RunSummary.unreadable(run, reason(e)));
            }
        }
        all.sort(Comparator.comparing(RunSummary::started).reversed());
        return all;
    }

    private static String reason(Exception failure) {
        return AtomicFiles.reason(failure instanceof UncheckedIOException wrapped
                ? Objects.requireNonNull(wrapped.getCause())
                : (IOException) failure);
    }

    /// One run.
    RunSummary of(Run run) throws IOException {
        return of(run, TrainingLocks.now());
    }

    private RunSummary of(Run run, TrainingLocks locks) throws IOException {
        Path path = run.folder().path();
        Path log = run.folder().log();
        RunFiles.check(run.folder());
        boolean locked = locks.held(path.resolve("lock"), log);
        Version version = new Version(Stamp.of(log), Stamp.of(path.resolve("recipe.yaml")), locked);
        Known before = known.get(path);
        if (before != null && before.version.equals(version)) {
            return before.summary;
        }
        RunSummary summary = RunSummary.of(run, logs.read(run).log(), locked);
        known.put(path, new Known(version, summary));
        return summary;
    }
}
