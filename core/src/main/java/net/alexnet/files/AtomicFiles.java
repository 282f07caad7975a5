package net.alexnet.files;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Writes and moves that a crash, a full disk or a loss of power cannot leave half done.
public final class AtomicFiles {
    private AtomicFiles() {}

    /// What goes into a file.
    @FunctionalInterface
    public interface Content {
        /// Writes everything, in large pieces: the stream is not buffered. It need not be closed.
        void writeTo(OutputStream out) throws IOException;
    }

    /// Writes a file under the name `<target>.tmp`, forces it to the disk and moves it into place. Whatever goes wrong,
    /// a file that stood there before stays whole and the temporary one is removed.
    ///
    /// @throws IOException naming the file and the cause, such as a full disk; what `content` throws unchecked passes
    ///     through
    public static void write(Path target, Content content) throws IOException {
        Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
        try {
            writeForced(temporary, content);
            move(temporary, target);
        } catch (IOException e) {
            throw new IOException("cannot write " + target + ": " + reason(e), e);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /// Writes a text in UTF-8, like [#write].
    public static void writeString(Path target, String text) throws IOException {
        write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    // Not a FileChannel: that closes itself when its thread is interrupted, which is when a run wants to save.
    private static void writeForced(Path file, Content content) throws IOException {
        try (FileOutputStream out = new FileOutputStream(file.toFile())) {
            content.writeTo(out);
            out.getFD().sync();
        }
    }

    /// Renames a file or a folder within its file system and forces the renaming to the disk.
    public static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        syncFolder(to.toAbsolutePath().resolveSibling(""));
    }

    /// Forces a folder's entries to the disk, where the operating system can (Windows cannot, and need not).
    public static void syncFolder(Path folder) throws IOException {
        // There is no way but a channel, and it would close itself: see writeForced.
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

    /// Removes a file, or a folder with all that is in it; nothing if it is not there.
    public static void deleteTree(Path root) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> paths = Files.walk(root)) {
            deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
        } catch (NoSuchFileException e) {
            return;
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }

    /// Why an operation on a file failed, as a user would say it: the exceptions' own messages are often a bare path.
    public static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "no such file or folder: " + missing.getFile();
            case AccessDeniedException denied -> "access denied: " + denied.getFile();
            case FileSystemException other when other.getReason() == null ->
                other.getClass().getSimpleName() + ": " + other.getFile();
            case FileSystemException other -> other.getFile() + ": " + other.getReason();
            case IOException other when other.getMessage() == null -> other.getClass().getSimpleName();
            case IOException other -> String.valueOf(other.getMessage());
        };
    }
}
