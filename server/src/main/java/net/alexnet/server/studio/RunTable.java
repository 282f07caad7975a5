package net.alexnet.server.studio;

import module java.base;
import net.alexnet.io.Hashes;
import net.alexnet.train.RunFolder;
import org.jspecify.annotations.Nullable;

/// The runs below some folders. A run has an id, under which addresses name it; no address has a
/// path. Safe for use by many threads.
final class RunTable {
    /// How far below a given folder a run may be: `FOLDER/reproduction/runs/ARM/seed-1`, whose own
    /// files are one further.
    private static final int DEPTH = 6;
    private static final int MOST = 5000;
    private static final Duration FRESH = Duration.ofSeconds(1);
    private static final int HASH = 12; // hex digits

    private final List<Path> roots;
    private final ReentrantLock walking = new ReentrantLock();
    private volatile @Nullable Listing listing;

    /// @param nanos when it was made
    private record Listing(Map<String, Run> runs, long nanos) {
        boolean isFresh() {
            return System.nanoTime() - nanos <= FRESH.toNanos();
        }
    }

    /// @param roots folders of runs, or of one run
    RunTable(List<Path> roots) {
        this.roots = List.copyOf(roots);
    }

    /// A run.
    ///
    /// @param id for addresses: letters, digits, `.`, `_` and `-`
    /// @param name for people: the path below the given folder
    record Run(String id, String name, RunFolder folder) {}

    List<Path> roots() {
        return roots;
    }

    /// All runs, by their names.
    ///
    /// @throws IOException if a folder cannot be listed
    Collection<Run> all() throws IOException {
        return now().runs.values();
    }

    /// A run by its id.
    Optional<Run> find(String id) throws IOException {
        Listing known = listing;
        Run run = known == null ? null : known.runs.get(id);
        return run != null && Files.isDirectory(run.folder.path())
                ? Optional.of(run)
                : Optional.ofNullable(now().runs.get(id)).filter(one -> Files.isDirectory(one.folder.path()));
    }

    /// One thread walks through the folders; other threads get the previous list until it is done.
    private Listing now() throws IOException {
        Listing known = listing;
        if (known != null && (known.isFresh() || !walking.tryLock())) {
            return known;
        }
        if (known == null) {
            walking.lock();
        }
        try {
            Listing latest = listing;
            if (latest == null || !latest.isFresh()) {
                latest = new Listing(list(), System.nanoTime());
                listing = latest;
            }
            return latest;
        } finally {
            walking.unlock();
        }
    }

    private Map<String, Run> list() throws IOException {
        List<Run> found = new ArrayList<>();
        for (Path root : roots) {
            if (!Files.isDirectory(root)) {
                continue; // a folder that does not exist yet
            }
            Path real = root.toRealPath(); // it may be a link, which is not followed below it
            for (Path folder : below(real)) {
                Path inner = real.relativize(folder);
                String name = roots.size() == 1 && !inner.toString().isEmpty()
                        ? inner.toString()
                        : folder.equals(real)
                                ? last(root)
                                : last(root) + "/" + inner;
                found.add(new Run(name.replaceAll("[^A-Za-z0-9._-]+", "-"), name, new RunFolder(folder)));
            }
        }
        Map<String, Long> counts = found.stream().collect(Collectors.groupingBy(Run::id, Collectors.counting()));
        Map<String, Run> byId = new LinkedHashMap<>();
        found.stream().sorted(Comparator.comparing(Run::name)).forEach(run -> {
            String id = run.id.startsWith(".") || counts.getOrDefault(run.id, 0L) > 1
                    ? "run-" + hash(run.folder.path())
                    : run.id;
            byId.put(id, new Run(id, run.name, run.folder));
        });
        return byId;
    }

    /// Hashed, so that a run keeps its id when others come and go.
    private static String hash(Path path) {
        return Hashes.hex(path.toString().getBytes(StandardCharsets.UTF_8)).substring(0, HASH);
    }

    private static String last(Path path) {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }

    /// The folders of runs in a folder and below it. Links are not followed: `latest` would be a
    /// second name of a run, and a link may lead anywhere.
    private static List<Path> below(Path root) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(root, Set.of(), DEPTH, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                if (isRun(folder)) {
                    found.add(folder);
                    return found.size() == MOST ? FileVisitResult.TERMINATE : FileVisitResult.SKIP_SUBTREE;
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                return FileVisitResult.CONTINUE; // removed meanwhile, or not ours to read
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) {
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }

    /// The folder of a reproduction has a recipe, too, but neither of the others.
    private static boolean isRun(Path folder) {
        return Files.isRegularFile(folder.resolve("recipe.yaml"))
                && (Files.exists(new RunFolder(folder).log()) || Files.exists(folder.resolve("lock")));
    }
}
