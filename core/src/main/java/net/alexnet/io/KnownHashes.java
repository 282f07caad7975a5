package net.alexnet.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

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

    private static final String FORMAT = "known-hashes-2";
    private static final String TAB = "\t";
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
    /// @param text empty for a file that cannot be looked at: reading it will tell why
    /// @param settled whether it had not been changed for [#SETTLED] when it was looked at
    public record Look(String text, boolean settled) {}

    /// The hashes of parts of files, in their order.
    ///
    /// @param folder where they are kept, in one file for everything below the parts' common folder, so that a file that is added
    ///     leaves the others known; where they cannot be kept, they are computed every time
    /// @param purpose what is hashed and how; other purposes do not share
    public static List<String> of(Path folder, String purpose, List<FilePart> parts, Hasher hasher) throws IOException {
        return of(folder, purpose, parts, part -> look(part.file()), hasher);
    }

    /// The hash of a file that was opened before.
    ///
    /// @param before how it looked then: if another has taken its place since, the hash is not kept
    /// @param folder as for [#of(Path, String, List, Hasher)]
    /// @param hasher reads what was opened
    public static String of(Path folder, String purpose, Path file, Look before, Hasher hasher) throws IOException {
        return of(folder, purpose, List.of(new FilePart(file, 0)), _ -> before, hasher).getFirst();
    }

    private static List<String> of(Path folder, String purpose, List<FilePart> parts, Function<FilePart, Look> looks,
            Hasher hasher) throws IOException {
        Path listing = folder.resolve(name(purpose, parts));
        Map<String, String> known = read(listing);
        Map<String, String> kept = new LinkedHashMap<>();
        List<String> hashes = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Path file = parts.get(i).file();
            Look before = looks.apply(parts.get(i));
            String key = key(parts.get(i));
            String start = before.text + TAB;
            String line = known.getOrDefault(key, "");
            if (!before.text.isEmpty() && line.startsWith(start)) {
                hashes.add(line.substring(start.length()));
                kept.put(key, line);
            } else {
                String hash = hasher.hash(i);
                hashes.add(hash);
                if (!hash.isEmpty() && before.settled && before.text.equals(look(file).text)) {
                    kept.put(key, start + hash);
                }
            }
        }
        keep(listing, kept, known);
        return List.copyOf(hashes);
    }

    private static String key(FilePart part) {
        return part.file().toAbsolutePath().normalize() + TAB + part.offset();
    }

    private static String name(String purpose, List<FilePart> parts) {
        Path root = parts.isEmpty() ? Path.of("") : above(parts.getFirst().file());
        for (FilePart part : parts) {
            while (!above(part.file()).startsWith(root) && root.getParent() != null) {
                root = root.getParent();
            }
        }
        return "known-" + Hashes.hex((purpose + "\0" + root).getBytes(StandardCharsets.UTF_8)).substring(0, 32)
                + ".tsv";
    }

    private static Path above(Path file) {
        return file.toAbsolutePath().normalize().resolveSibling("");
    }

    /// How a file looks now.
    public static Look look(Path file) {
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
            return new Look(found.get("size") + " " + found.get("lastModifiedTime") + " "
                    + found.get("ctime") + " " + found.get("ino"), changed.isBefore(Instant.now().minus(SETTLED)));
        } catch (IOException e) {
            return new Look("", false);
        }
    }

    /// Its lines, `file, offset` and `look, hash`; none if they are not those that were written.
    private static Map<String, String> read(Path listing) {
        Map<String, String> lines = new LinkedHashMap<>();
        try {
            String text = Files.readString(listing);
            String body = text.substring(text.indexOf('\n') + 1);
            if (text.startsWith(head(body))) {
                for (String line : body.split("\n", 0)) {
                    int middle = line.indexOf(TAB, line.indexOf(TAB) + 1);
                    lines.put(line.substring(0, middle), line.substring(middle + 1));
                }
            }
        } catch (IOException e) {
            // there is none, or it is not a text
        }
        return lines;
    }

    private static String head(String body) {
        return FORMAT + "\t" + Hashes.hex(body.getBytes(StandardCharsets.UTF_8)) + "\n";
    }

    /// @param kept of the parts that were asked for; others stay as long as their file looks as it did
    private static void keep(Path listing, Map<String, String> kept, Map<String, String> known) {
        try {
            if (known.entrySet().containsAll(kept.entrySet()) && !known.isEmpty()) {
                Files.setLastModifiedTime(listing, FileTime.from(Instant.now())); // in use
                return;
            }
            known.forEach((key, line) -> {
                if (!kept.containsKey(key)
                        && line.startsWith(look(Path.of(key.substring(0, key.indexOf(TAB)))).text + TAB)) {
                    kept.put(key, line);
                }
            });
            kept.keySet().removeIf(key -> key.indexOf(TAB) != key.lastIndexOf(TAB) || key.contains("\n"));
            if (!kept.isEmpty()) {
                Files.createDirectories(listing.resolveSibling(""));
                String body = kept.entrySet().stream().map(one -> one.getKey() + TAB + one.getValue() + "\n")
                        .collect(Collectors.joining());
                AtomicFiles.writeString(listing, head(body) + body);
            }
        } catch (IOException e) {
            // a full disk, or another process at the same file: what is not kept is computed again
        }
    }
}
