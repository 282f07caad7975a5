package net.alexnet.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Hashes of what files hold, computed once and known as long as the files look as they did: by size, time of the last
/// change and, where the system has them, time of the last change of the file's entry (ctime) and inode. Git tells changed
/// files by the same (`Documentation/technical/racy-git.txt`), and for the same reason: to read every byte of a hundred thousand pictures takes
/// minutes, to ask for their times a second.
///
/// A file that is changed twice within a tick of its file system's clock looks the same after the second time. So a hash
/// is kept only if the file had not been changed for [#SETTLED] when it was read, and looks the same afterwards; a younger one is read again next time.
/// What is not seen is a file of the same size whose times were put back: where there is a ctime, that takes setting the
/// machine's clock; on Windows a program can do it.
public final class KnownHashes {
    /// Longer than the ticks of file systems; FAT's is the longest.
    static final Duration SETTLED = Duration.ofSeconds(2);

    private static final String FORMAT = "known-hashes-1";
    private static final String UNKNOWN = "-";
    private static final String UNIX = "unix";

    private KnownHashes() {}

    /// Computes what is not known.
    @FunctionalInterface
    public interface Hasher {
        /// Reads a part.
        ///
        /// @param index among the parts
        /// @return without tabs and line ends; an empty one is not kept
        String hash(int index) throws IOException;
    }

    /// How a file looks.
    ///
    /// @param changed the latest of its times
    private record Look(String text, Instant changed) {}

    /// The hashes of parts of files, in their order.
    ///
    /// @param folder where they are kept, in a file named after purpose and parts; where they cannot be kept, they are computed
    ///     every time
    /// @param purpose what is hashed and how; other purposes do not share
    public static List<String> of(Path folder, String purpose, List<FilePart> parts, Hasher hasher) throws IOException {
        Path listing = folder.resolve(name(purpose, parts));
        List<String> known = read(listing, parts.size());
        List<String> kept = new ArrayList<>();
        List<String> hashes = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Optional<Look> before = look(parts.get(i).file());
            String line = known.isEmpty() ? UNKNOWN : known.get(i);
            String start = before.map(look -> look.text + "\t").orElse("\t");
            if (before.isEmpty() || !line.startsWith(start)) {
                Instant settled = Instant.now().minus(SETTLED);
                String hash = hasher.hash(i);
                boolean sure = !hash.isEmpty() && before.isPresent() && before.get().changed.isBefore(settled)
                        && before.equals(look(parts.get(i).file()));
                hashes.add(hash);
                kept.add(sure ? start + hash : UNKNOWN);
            } else {
                hashes.add(line.substring(start.length()));
                kept.add(line);
            }
        }
        keep(listing, kept, known);
        return List.copyOf(hashes);
    }

    private static String name(String purpose, List<FilePart> parts) {
        MessageDigest digest = Hashes.sha256();
        digest.update(purpose.getBytes(StandardCharsets.UTF_8));
        for (FilePart part : parts) {
            String line = "\0" + part.file().toAbsolutePath().normalize() + "\0" + part.offset();
            digest.update(line.getBytes(StandardCharsets.UTF_8));
        }
        return "known-" + Hashes.hex(digest).substring(0, 32) + ".tsv";
    }

    /// Nothing for a file that cannot be looked at: reading it will tell why.
    private static Optional<Look> look(Path file) {
        try {
            boolean unix = file.getFileSystem().supportedFileAttributeViews().contains(UNIX);
            Map<String, Object> found = Files.readAttributes(file,
                    unix ? "unix:size,lastModifiedTime,ctime,ino" : "size,lastModifiedTime");
            Instant changed = Instant.MIN;
            for (Object one : found.values()) {
                changed = one instanceof FileTime time && time.toInstant().isAfter(changed)
                        ? time.toInstant()
                        : changed;
            }
            return Optional.of(new Look(found.get("size") + " " + found.get("lastModifiedTime") + " "
                    + found.get("ctime") + " " + found.get("ino"), changed));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// Its lines, or nothing if they are not those that were written.
    private static List<String> read(Path listing, int parts) {
        try {
            String text = Files.readString(listing);
            int body = text.indexOf('\n') + 1;
            List<String> lines = text.substring(body).lines().toList();
            return lines.size() == parts && text.startsWith(head(text.substring(body))) ? lines : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static String head(String body) {
        return FORMAT + "\t" + Hashes.hex(body.getBytes(StandardCharsets.UTF_8)) + "\n";
    }

    private static void keep(Path listing, List<String> kept, List<String> known) {
        try {
            if (kept.equals(known)) {
                Files.setLastModifiedTime(listing, FileTime.from(Instant.now())); // in use
            } else if (kept.stream().anyMatch(line -> !line.equals(UNKNOWN))) {
                Files.createDirectories(listing.resolveSibling(""));
                String body = String.join("\n", kept) + "\n";
                AtomicFiles.writeString(listing, head(body) + body);
            }
        } catch (IOException e) {
            // a full disk, or another process at the same file: what is not kept is computed again
        }
    }
}
