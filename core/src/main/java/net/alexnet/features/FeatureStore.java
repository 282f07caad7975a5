package net.alexnet.features;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import net.alexnet.dataset.Rejected;
import net.alexnet.features.StoredFeatures.StoredRow;
import net.alexnet.files.AtomicFiles;
import net.alexnet.tensor.Shape;

/// Features that were computed before, each in a folder named after its key:
///
/// ```
/// root/fc7-0123…/features.npy    the matrix, (rows, length), which NumPy reads too    NpyFile
/// root/fc7-0123…/features.json   key, rows, what was left out, CRC-32C of both; written last
/// ```
///
/// A folder appears whole or not at all. Whatever does not prove to be what was written counts as not there, and is computed
/// again. Safe to delete at any time; a folder that is deleted while it is mapped stays readable.
///
/// @param root the folder of all of them; made when there is something to keep
public record FeatureStore(Path root) {
    private static final String FORMAT = "alexnet-features-1";
    private static final String MATRIX = "features.npy";
    private static final String RECORD = "features.json";
    private static final int CHUNK = 1 << 24;
    private static final JsonMapper JSON = new JsonMapper();

    /// What `features.json` says.
    private record Stored(
            String format, FeatureKey key, int length, long crc32c, List<StoredRow> rows,
            List<Rejected> rejected, long rowsCrc32c) {}

    /// Looks for features, and checks every byte of them.
    public Optional<StoredFeatures> find(FeatureKey key) throws IOException {
        Path folder = root.resolve(key.id());
        Path json = folder.resolve(RECORD);
        if (!Files.isRegularFile(json)) {
            return Optional.empty();
        }
        try {
            Stored stored = JSON.readValue(json.toFile(), Stored.class);
            if (stored == null || !FORMAT.equals(stored.format()) || !key.equals(stored.key())
                    || stored.rowsCrc32c() != crc(stored.rows(), stored.rejected())) {
                return Optional.empty();
            }
            MemorySegment file = map(folder.resolve(MATRIX));
            long bytes = (long) stored.rows().size() * stored.length() * Float.BYTES;
            if (file.byteSize() != NpyFile.DATA_START + bytes || crc(file) != stored.crc32c()) {
                return Optional.empty();
            }
            return Optional.of(new StoredFeatures(folder, stored.length(), stored.rows(), stored.rejected(),
                    file.asSlice(NpyFile.DATA_START)));
        } catch (JacksonException | FileSystemException | IllegalArgumentException | NullPointerException e) {
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

    private static long crc(List<StoredRow> rows, List<Rejected> rejected) throws IOException {
        CRC32C crc = new CRC32C();
        crc.update(JSON.writeValueAsBytes(rows));
        crc.update(JSON.writeValueAsBytes(rejected));
        return crc.getValue();
    }

    /// Begins to keep features.
    ///
    /// @param length how many numbers a row has
    public Writer writer(FeatureKey key, int length) throws IOException {
        Files.createDirectories(root);
        return new Writer(key, length, Files.createTempDirectory(root, key.id() + ".tmp"));
    }

    /// Takes rows; closing it before [#finish] leaves nothing.
    public final class Writer implements AutoCloseable {
        private final FeatureKey key;
        private final int length;
        private final Path temporary;
        private final NpyFile matrix;
        private final List<StoredRow> rows = new ArrayList<>();

        private Writer(FeatureKey key, int length, Path temporary) throws IOException {
            this.key = key;
            this.length = length;
            this.temporary = temporary;
            this.matrix = new NpyFile(temporary.resolve(MATRIX), Shape.of(length));
        }

        /// Adds a row.
        ///
        /// @param name of the picture, for who looks into the folder
        public void add(StoredRow row, String name, float[] features) throws IOException {
            matrix.add(name, Optional.empty(), features);
            rows.add(row);
        }

        /// Puts the folder in its place and opens it.
        ///
        /// @param rejected the pictures that have no row
        public StoredFeatures finish(List<Rejected> rejected) throws IOException {
            matrix.finish();
            long crc = crc(map(temporary.resolve(MATRIX)));
            Stored stored = new Stored(FORMAT, key, length, crc, rows, rejected, crc(rows, rejected));
            AtomicFiles.write(temporary.resolve(RECORD), out -> out.write(JSON.writeValueAsBytes(stored)));
            Path place = root.resolve(key.id());
            AtomicFiles.deleteTree(place); // damaged, or the same from another process
            AtomicFiles.move(temporary, place);
            return find(key).orElseThrow(() -> new IOException(
                    place + " is not what was just written to it; is the disk sound?"));
        }

        @Override
        public void close() throws IOException {
            try (matrix) {
                // closes it, and removes its drafts
            } finally {
                AtomicFiles.deleteTree(temporary);
            }
        }
    }
}
