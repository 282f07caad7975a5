package net.alexnet.server.studio;

import module java.base;

/// Tells whether a training holds the lock of a run, without taking the lock: a training that
/// starts at that moment would be refused.
final class TrainingLocks {
    private static final Path TABLE = Path.of("/proc/locks"); // of Linux
    private static final Pattern INODE = Pattern.compile(" WRITE \\S+ \\S+:(\\d+) ");
    private static final Duration RECENT = Duration.ofMinutes(2);

    private final Optional<Set<String>> inodes;

    private TrainingLocks(Optional<Set<String>> inodes) {
        this.inodes = inodes;
    }

    /// The locks that are held now.
    static TrainingLocks now() {
        try {
            Set<String> held = INODE.matcher(Files.readString(TABLE)).results().map(one -> one.group(1))
                    .collect(Collectors.toSet());
            return new TrainingLocks(Optional.of(held));
        } catch (IOException e) {
            return new TrainingLocks(Optional.empty());
        }
    }

    /// Whether a lock is held. Where the system does not tell, a log that was written in the last
    /// two minutes stands for it.
    boolean held(Path lock, Path log) {
        try {
            return inodes.isPresent()
                    ? inodes.get().contains(String.valueOf(Files.getAttribute(lock, "unix:ino")))
                    : Files.getLastModifiedTime(log).toInstant().isAfter(Instant.now().minus(RECENT));
        } catch (IOException | UnsupportedOperationException e) {
            return false; // there is no lock, so nothing was ever trained here; or no log yet
        }
    }
}
