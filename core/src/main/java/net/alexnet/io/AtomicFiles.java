package net.alexnet.io;

import module java.base;
import org.jspecify.annotations.Nullable;

/// Writes and moves of which a crash, a full disk or a power cut leaves all or nothing.
public final class AtomicFiles {
    private static final int PLACE_ATTEMPTS = 5; // all fail only for a reason that stays

    private AtomicFiles() {}

    /// What goes into a file.
    @FunctionalInterface
    public interface Content {
        /// Writes everything. The stream is buffered and need not be closed.
        void writeTo(OutputStream out) throws IOException;
    }

    /// Writes a file by an [AtomicFileWriter]. Whatever goes wrong, a file that was there before
    /// stays whole and the draft is removed.
    ///
    /// @throws IOException naming the file and the cause, such as a full disk; what `content`
    ///     throws unchecked passes through
    public static void write(Path target, Content content) throws IOException {
        try (AtomicFileWriter draft = new AtomicFileWriter(target)) {
            try {
                content.writeTo(draft.stream());
                draft.publish();
            } catch (IOException e) {
                throw draft.failure(e);
            }
        }
    }

    /// Writes a text in UTF-8, like [#write].
    public static void writeString(Path target, String text) throws IOException {
        write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /// A unique hidden name in the same folder.
    static Path beside(Path path) {
        return path.resolveSibling(
                "." + path.getFileName() + "." + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong())
                        + ".tmp");
    }

    /// Renames a file or a folder within its file system and forces the renaming to the disk.
    public static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        syncFolder(to.toAbsolutePath().resolveSibling(""));
    }

    /// Forces a folder's entries to the disk, where the operating system can (Windows cannot, and
    /// need not).
    public static void syncFolder(Path folder) throws IOException {
        // There is no way but a channel, and it would close itself: see AtomicFileWriter.
        boolean interrupted = Thread.interrupted();
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (AccessDeniedException e) {
            // Windows does not open folders.
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Tells whether an existing folder can stay.
    @FunctionalInterface
    public interface Check {
        /// Whether it is as good as the new one; false if there is none.
        boolean isAsGood(Path there) throws IOException;
    }

    /// Moves a folder to its place, which other processes may do at the same time. Something as
    /// good that is there already stays, since another process may use it, and `from` stays where
    /// it is. Anything else there is removed.
    public static void placeTree(Path from, Path to, Check there) throws IOException {
        for (int attempt = 1;; attempt++) {
            try {
                move(from, to);
                return;
            } catch (FileSystemException e) {
                if (there.isAsGood(to)) {
                    return;
                }
                if (attempt == PLACE_ATTEMPTS) {
                    throw e;
                }
            }
            Path aside = beside(to);
            try {
                Files.move(to, aside, StandardCopyOption.ATOMIC_MOVE); // so that no other process finds half of it
            } catch (NoSuchFileException e) {
                continue; // another process moved it
            }
            deleteTree(aside);
        }
    }

    /// Removes a file, or a folder with all that is in it; nothing if it is not there. Others may
    /// do so at the same time.
    public static void deleteTree(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                return unlessGone(e);
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                if (e != null) {
                    unlessGone(e);
                }
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }

            private static FileVisitResult unlessGone(IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
    }

    /// Why an operation on a file failed, for a message that has the file's name already.
    public static String shortReason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file or folder";
            case AccessDeniedException _ -> "access denied";
            case FileSystemException other ->
                other.getReason() == null ? other.getClass().getSimpleName() : other.getReason();
            case IOException other when other.getMessage() == null -> other.getClass().getSimpleName();
            case IOException other -> String.valueOf(other.getMessage());
        };
    }

    /// Why an operation on a file failed, as a user would say it: the exceptions' own messages are
    /// often a bare path.
    public static String reason(IOException e) {
        return switch (e) {
            case FileSystemException other when other.getReason() != null -> other.getFile() + ": " + other.getReason();
            case FileSystemException other -> shortReason(other) + ": " + other.getFile();
            case IOException other -> shortReason(other);
        };
    }
}
