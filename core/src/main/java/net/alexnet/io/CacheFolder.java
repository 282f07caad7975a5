package net.alexnet.io;

import module java.base;

/// The folder of everything that the program can make or fetch again. It is safe to delete at any
/// time.
///
/// ```
/// root/datasets/NAME      prepared datasets      evicted, least recently used first
/// root/features/NAME      stored features        evicted, least recently used first
/// root/downloads/NAME     pictures of the web    evicted, least recently used first
/// root/exports/NAME       models to save         evicted, least recently used first
/// root/models/NAME        pulled models          stay: the user asked for them by name
/// root/javacpp            native libraries       stay: their number is fixed
/// ```
///
/// An entry is a file or a folder, and the evicted kinds share one limit. [#trim()] removes the
/// entries that were used longest ago until the rest is within the limit. An entry that was used
/// within the last two hours stays. A process that needs an entry for longer calls [#use], which
/// marks it as used again and again, unless it stands still for those two hours. Entries in use
/// are not removed, so the cache may exceed its limit while they are used.
///
/// @param root the folder of all kinds; made when there is something to put in it
/// @param limit the total bytes of the evicted kinds
/// @param recent an entry that was used within this time stays
public record CacheFolder(Path root, long limit, Duration recent) {
    /// The limit unless another is given: 20 GiB.
    public static final long LIMIT = 20L << 30;

    private static final Duration RECENT = Duration.ofHours(2);
    private static final String DRAFT = ".tmp-";
    private static final Pattern DRAFT_NAME = Pattern
            .compile(".*\\.tmp-\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    /// The kinds of entries; each has a folder of its name in lower case.
    public enum Kind {
        DATASETS, FEATURES, DOWNLOADS, EXPORTS, MODELS;

        private boolean evicted() {
            return this != MODELS;
        }
    }

    /// A cache with the usual limit.
    public CacheFolder(Path root) {
        this(root, LIMIT, RECENT);
    }

    /// The user's cache: `alexnet` in `XDG_CACHE_HOME` or `~/.cache` (XDG Base Directory). The
    /// launcher has the same rule.
    public static CacheFolder ofUser() {
        return new CacheFolder(userCaches(System.getenv(), System.getProperty("user.home")).resolve("alexnet"));
    }

    /// Where a user's caches are. `HOME` comes before what Java takes from the password file: they
    /// differ in containers and under `sudo`. A path that is not absolute does not count, as XDG
    /// says.
    ///
    /// @param home the home folder that Java knows
    public static Path userCaches(Map<String, String> environment, String home) {
        Path caches = Path.of(environment.getOrDefault("XDG_CACHE_HOME", ""));
        Path user = Path.of(environment.getOrDefault("HOME", ""));
        return caches.isAbsolute() ? caches : (user.isAbsolute() ? user : Path.of(home)).resolve(".cache");
    }

    /// The folder of a kind; it need not exist.
    public Path folder(Kind kind) {
        return root.resolve(kind.name().toLowerCase(Locale.ROOT));
    }

    /// Where an entry is; it need not exist.
    public Path entry(Kind kind, String name) {
        return folder(kind).resolve(name);
    }

    /// Checks that only this user can have put something into the folder, if there is one.
    ///
    /// @throws IOException if another user could have
    public void requirePrivate() throws IOException {
        if (Files.exists(root)) {
            try {
                PrivateFolder.require(root);
            } catch (FileSystemException e) {
                throw untrusted(e);
            }
        }
    }

    /// Makes the folder of an entry.
    ///
    /// @throws IOException as from [#make]
    public void make(Kind kind, String name) throws IOException {
        make();
        PrivateFolder.make(folder(kind));
        PrivateFolder.make(entry(kind, name));
    }

    /// Makes the folder, which only this user may enter: it holds copies of the user's images.
    ///
    /// @throws IOException as from [#requirePrivate]
    public void make() throws IOException {
        try {
            PrivateFolder.make(root);
        } catch (FileSystemException e) {
            throw untrusted(e);
        }
    }

    private IOException untrusted(FileSystemException e) {
        return new IOException("the folder for caches, " + root + ", cannot be used: " + AtomicFiles.reason(e)
                + ". Name another one with XDG_CACHE_HOME", e);
    }

    // --- use ---------------------------------------------------------------------------------------------------------

    /// The entries that this process uses.
    private static final Set<Path> USED = ConcurrentHashMap.newKeySet();

    private static final AtomicBoolean TOUCHING = new AtomicBoolean();

    /// Notes that an entry was used.
    public static void touch(Path entry) {
        try {
            Files.setLastModifiedTime(entry, FileTime.from(Instant.now()));
        } catch (IOException e) {
            // not there, or another user's: its age stays
        }
    }

    /// Keeps an entry from being evicted until this process ends: a thread marks it as used again and again.
    ///
    /// @param entry it need not exist yet
    public void use(Path entry) {
        touch(entry);
        USED.add(key(entry));
        if (TOUCHING.compareAndSet(false, true)) {
            Duration period = recent.dividedBy(10).plusMillis(1);
            Thread.ofVirtual().name("cache-use").start(() -> touchAll(period));
        }
    }

    private static void touchAll(Duration period) {
        try {
            while (true) {
                Thread.sleep(period);
                USED.forEach(CacheFolder::touch);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Path key(Path entry) {
        return entry.toAbsolutePath().normalize();
    }

    // --- drafts ------------------------------------------------------------------------------------------------------

    /// Begins a folder that becomes an entry once it is whole.
    public Draft draft(Kind kind, String name) throws IOException {
        Path target = entry(kind, name);
        make();
        PrivateFolder.make(folder(kind));
        Path draft = target.resolveSibling(name + DRAFT + UUID.randomUUID());
        PrivateFolder.make(draft);
        USED.add(key(draft));
        return new Draft(target, draft);
    }

    /// A folder that is being written. Closed before [#place], it is removed; that of a process
    /// that was killed goes with the next [#trim()].
    public static final class Draft implements AutoCloseable {
        private final Path target;
        private final Path folder;

        private Draft(Path target, Path folder) {
            this.target = target;
            this.folder = folder;
        }

        /// Where to write.
        public Path folder() {
            return folder;
        }

        /// Puts the folder in its place, which other processes may do at the same time.
        ///
        /// @param there tells whether an existing folder is as good; then it stays
        public void place(AtomicFiles.Check there) throws IOException {
            AtomicFiles.placeTree(folder, target, there);
        }

        @Override
        public void close() throws IOException {
            try {
                AtomicFiles.deleteTree(folder);
            } finally {
                USED.remove(key(folder));
            }
        }
    }

    // --- eviction ----------------------------------------------------------------------------------------------------

    /// @param used when something in it was read or written last
    private record Entry(Path path, long bytes, Instant used) {}

    /// Removes the drafts of processes that ended, and the entries beyond the limit. An entry that
    /// cannot be removed stays: a cache that is too large is no reason to fail.
    public void trim() {
        List<Entry> entries = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            if (kind.evicted() && Files.isDirectory(folder(kind))) {
                entries.addAll(entries(folder(kind)));
            }
        }
        entries.sort(Comparator.comparing(Entry::used));
        long bytes = entries.stream().mapToLong(Entry::bytes).sum();
        for (Entry entry : entries) {
            boolean draft = DRAFT_NAME.matcher(entry.path.getFileName().toString()).matches();
            if (isUnused(entry) && (draft || bytes > limit) && removed(entry.path, draft)) {
                bytes -= entry.bytes;
            }
        }
    }

    private boolean isUnused(Entry entry) {
        return entry.used.isBefore(Instant.now().minus(recent)) && !USED.contains(key(entry.path));
    }

    /// Removes an entry unless it was used since it was listed: removing those before it may take minutes. An entry is
    /// first renamed, so that nobody finds a half of it.
    private boolean removed(Path path, boolean draft) {
        try {
            if (!isUnused(entry(path))) {
                return false;
            }
            Path gone = draft
                    ? path
                    : Files.move(path, path.resolveSibling(path.getFileName() + DRAFT + UUID.randomUUID()));
            deleteDraft(gone);
            return true;
        } catch (IOException | UncheckedIOException e) {
            return false; // another process is at it too, or a file is open
        }
    }

    private static void deleteDraft(Path draft) {
        try {
            AtomicFiles.deleteTree(draft);
        } catch (IOException e) {
            // the next eviction goes on with it
        }
    }

    private static List<Entry> entries(Path folder) {
        List<Entry> entries = new ArrayList<>();
        try (Stream<Path> paths = Files.list(folder)) {
            for (Path path : paths.toList()) {
                entries.add(entry(path));
            }
        } catch (IOException | UncheckedIOException e) {
            // another process is at it too
        }
        return entries;
    }

    private static Entry entry(Path path) throws IOException {
        long bytes = 0;
        Instant used = Instant.MIN;
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.toList()) {
                bytes += Files.isRegularFile(file) ? Files.size(file) : 0;
                Instant changed = Files.getLastModifiedTime(file).toInstant();
                used = changed.isAfter(used) ? changed : used;
            }
        }
        return new Entry(path, bytes, used);
    }
}
