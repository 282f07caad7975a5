package net.alexnet.inference;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import net.alexnet.inference.CachedFeatures.Missing;
import net.alexnet.inference.CachedFeatures.StoredRow;
import net.alexnet.io.AtomicFiles;
import net.alexnet.tensor.Shape;

/// Features that were computed before, each in a folder named after its key:
///
/// ```
/// root/features-0123…/features.npy    the matrix, (rows, length), which NumPy reads too
/// root/features-0123…/features.json   key, rows, what was left out, CRC-32C of both; written last
/// ```
///
/// A folder appears whole or not at all. Whatever does not prove to be what was written counts as not there, and is computed
/// again. Safe to delete at any time; a file that is removed while it is mapped stays readable, but on Windows, where it
/// cannot be removed then.
///
/// All of it is kept below [#LIMIT] bytes, whatever else lies in the folder counted in: after something was added, what was
/// used longest ago goes, but nothing that was used in the last ten minutes, which a running command may need. So
/// what is wanted now is never refused for its size, and the limit may be exceeded for as long.
///
/// @param root the folder of all of them; made when there is something to keep
/// @param limit how many bytes may stay
/// @param spared what was used so recently stays
public record FeatureCacheFolder(Path root, long limit, Duration spared) {
    /// How many bytes stay unless it is said otherwise: 4 GiB.
    public static final long LIMIT = 4L << 30;

    private static final Duration SPARED = Duration.ofMinutes(10);
    private static final String FORMAT = "alexnet-features-2";
    private static final String MATRIX = "features.npy";
    private static final String RECORD = "features.json";
    private static final int CHUNK = 1 << 24;
    private static final JsonMapper JSON = new JsonMapper();

    /// A folder that is being written, with the id of the process that does.
    private static final Pattern DRAFT = Pattern.compile("features-\\w+\\.tmp-(\\d{1,18})-.*");

    /// Features in a folder, of which [#LIMIT] bytes stay.
    public FeatureCacheFolder(Path root) {
        this(root, LIMIT, SPARED);
    }

    /// What `features.json` says.
    private record Stored(
            String format, FeatureKey key, int length, long crc32c, List<StoredRow> rows,
            List<Missing> missing, long rowsCrc32c) {}

    /// Whether there is something under this key, damaged or not.
    boolean has(FeatureKey key) {
        return Files.exists(folder(key));
    }

    Path folder(FeatureKey key) {
        return root.resolve(key.id());
    }

    /// Looks for features, and checks every byte of them.
    public Optional<CachedFeatures> find(FeatureKey key) throws IOException {
        Optional<CachedFeatures> found = read(folder(key), key);
        if (found.isPresent()) {
            touch(found.get().folder());
        }
        return found;
    }

    private static Optional<CachedFeatures> read(Path folder, FeatureKey key) throws IOException {
        Path json = folder.resolve(RECORD);
        if (!Files.isRegularFile(json)) {
            return Optional.empty();
        }
        try {
            Stored stored = JSON.readValue(json.toFile(), Stored.class);
            if (stored == null || !FORMAT.equals(stored.format()) || !key.equals(stored.key())
                    || stored.rowsCrc32c() != crc(stored.rows(), stored.missing())) {
                return Optional.empty();
            }
            MemorySegment file = map(folder.resolve(MATRIX));
            long bytes = (long) stored.rows().size() * stored.length() * Float.BYTES;
            if (file.byteSize() != NpyFile.DATA_START + bytes || crc(file) != stored.crc32c()) {
                return Optional.empty();
            }
            return Optional.of(new CachedFeatures(folder, stored.length(), stored.rows(), stored.missing(),
                    List.of(file.asSlice(NpyFile.DATA_START))));
        } catch (JacksonException | FileSystemException | FileNotFoundException | IllegalArgumentException
                | NullPointerException e) {
            return Optional.empty(); // damaged, or just deleted
        }
    }

    private static MemorySegment map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        }
    }

    private static long crc(MemorySegment file) {
        CRC32C crc = new CRC32C();
        for (long start = 0; start < file.byteSize(); start += CHUNK) {
            ByteBuffer part = file.asSlice(start, Math.min(CHUNK, file.byteSize() - start)).asByteBuffer();
            crc.update(part);
        }
        return crc.getValue();
    }

    private static long crc(List<StoredRow> rows, List<Missing> missing) throws IOException {
        CRC32C crc = new CRC32C();
        crc.update(JSON.writeValueAsBytes(rows));
        crc.update(JSON.writeValueAsBytes(missing));
        return crc.getValue();
    }

    /// Begins to keep features.
    ///
    /// @param length how many numbers a row has
    public Writer writer(FeatureKey key, int length) throws IOException {
        Files.createDirectories(root);
        String draft = key.id() + ".tmp-" + ProcessHandle.current().pid() + "-" + UUID.randomUUID();
        return new Writer(key, length, Files.createDirectory(root.resolve(draft))); // readable as its umask says
    }

    /// Takes rows; closing it before [#finish] leaves nothing.
    public final class Writer implements AutoCloseable {
        private final FeatureKey key;
        private final int length;
        private final Path temporary;
        private final Draft matrix;
        private final List<StoredRow> rows = new ArrayList<>();

        private Writer(FeatureKey key, int length, Path temporary) throws IOException {
            this.key = key;
            this.length = length;
            this.temporary = temporary;
            this.matrix = new Draft(temporary.resolve(MATRIX));
            matrix.write(NpyFile.header(0, Shape.of(length)));
        }

        /// Adds a row.
        public void add(StoredRow row, float[] features) throws IOException {
            Draft.requireLength(features, length);
            matrix.write(Draft.littleEndian(features));
            rows.add(row);
        }

        /// Puts the folder in its place and opens it.
        ///
        /// @param missing the pictures that have no row
        public CachedFeatures finish(List<Missing> missing) throws IOException {
            matrix.overwriteStart(NpyFile.header(rows.size(), Shape.of(length)));
            matrix.finish();
            long crc = crc(map(temporary.resolve(MATRIX)));
            Stored stored = new Stored(FORMAT, key, length, crc, rows, missing, crc(rows, missing));
            AtomicFiles.write(temporary.resolve(RECORD), out -> out.write(JSON.writeValueAsBytes(stored)));
            // Mapped before it stands where another process may remove it.
            CachedFeatures written = read(temporary, key).orElseThrow(() -> new IOException(
                    temporary + " is not what was just written to it; is the disk sound?"));
            Path place = folder(key);
            AtomicFiles.placeTree(temporary, place, there -> read(there, key)
                    .filter(other -> other.rows().equals(rows) && other.missing().equals(missing)).isPresent());
            return new CachedFeatures(place, length, written.rows(), written.missing(), written.matrices());
        }

        @Override
        public void close() throws IOException {
            try (matrix) {
                // closes it, and removes its draft
            } finally {
                AtomicFiles.deleteTree(temporary);
            }
        }
    }

    // --- how much stays ----------------------------------------------------------------------------------------------

    /// @param used when something was read or written last
    private record Kept(Path path, long bytes, Instant used) {}

    /// Removes what was used longest ago until the rest is within the limit, and the drafts of processes that are no more. A
    /// draft that is being written stays, however slowly it is. What cannot be removed stays too, and nothing is said of
    /// it: a cache that is too large is no reason to fail.
    public void trim() {
        try {
            List<Kept> oldestFirst = new ArrayList<>(kept());
            oldestFirst.sort(Comparator.comparing(Kept::used));
            long bytes = oldestFirst.stream().mapToLong(Kept::bytes).sum();
            Instant recent = Instant.now().minus(spared);
            for (Kept one : oldestFirst) {
                if (one.used.isAfter(recent)) {
                    return;
                }
                Matcher draft = DRAFT.matcher(one.path.getFileName().toString());
                boolean left = draft.matches() && ProcessHandle.of(Long.parseLong(draft.group(1))).isEmpty();
                if (left || (bytes > limit && !draft.matches())) {
                    AtomicFiles.deleteTree(one.path);
                    bytes -= one.bytes;
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // another process is at it, too, or a file is in use
        }
    }

    private List<Kept> kept() throws IOException {
        List<Kept> kept = new ArrayList<>();
        try (Stream<Path> entries = Files.list(root)) {
            for (Path entry : entries.toList()) {
                long bytes = 0;
                Instant used = Instant.MIN;
                try (Stream<Path> files = Files.walk(entry)) {
                    for (Path file : files.toList()) {
                        bytes += Files.isRegularFile(file) ? Files.size(file) : 0;
                        Instant changed = Files.getLastModifiedTime(file).toInstant();
                        used = changed.isAfter(used) ? changed : used;
                    }
                }
                kept.add(new Kept(entry, bytes, used));
            }
        }
        return kept;
    }

    /// Notes that something was used.
    static void touch(Path entry) {
        try {
            Files.setLastModifiedTime(entry, FileTime.from(Instant.now()));
        } catch (IOException e) {
            // a folder of somebody else: it is as old as it was
        }
    }
}
