package net.alexnet.inference;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import module java.base;
import net.alexnet.inference.CachedFeatures.Missing;
import net.alexnet.inference.CachedFeatures.StoredRow;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.CacheFolder;
import net.alexnet.io.CacheFolder.Kind;
import net.alexnet.io.MappedFile;
import net.alexnet.io.RegularFile;
import net.alexnet.tensor.Shape;
import org.jspecify.annotations.Nullable;

/// Features that were computed before, each in a folder of the cache named after its key:
///
/// ```
/// features-0123…/features.npy    the matrix, (rows, length), which NumPy reads too
/// features-0123…/features.json   key, rows, images without a row, CRC-32C of both; written last
/// ```
///
/// A folder appears whole or not at all. A damaged one counts as missing, and its features are computed again. Its files
/// are mapped, so they stay readable when [CacheFolder] removes them (except on Windows, which refuses that then).
///
/// @param cache holds them with the limit of all caches
record FeatureCacheFolder(CacheFolder cache) {
    private static final String FORMAT = "alexnet-features-3";
    private static final String MATRIX = "features.npy";
    private static final String RECORD = "features.json";
    private static final int CHUNK = 1 << 24;

    /// A value that is missing or null makes the file a damaged one.
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
            .build();

    /// What `features.json` says.
    private record Stored(String format, FeatureKey key, int length, long crc32c, List<StoredRow> rows,
            List<Missing> missing, long rowsCrc32c) {}

    Path folder(FeatureKey key) {
        return cache.entry(Kind.FEATURES, key.id());
    }

    /// Looks for features, and checks every byte of them.
    Optional<CachedFeatures> find(FeatureKey key) throws IOException {
        cache.requirePrivate();
        Optional<CachedFeatures> found = read(folder(key), key);
        if (found.isPresent()) {
            CacheFolder.touch(folder(key));
        }
        return found;
    }

    private static Optional<CachedFeatures> read(Path folder, FeatureKey key) throws IOException {
        Path json = folder.resolve(RECORD);
        if (!Files.isRegularFile(json)) {
            return Optional.empty();
        }
        try {
            @Nullable
            Stored stored = JSON.readValue(RegularFile.read(json, Integer.MAX_VALUE - 8), Stored.class);
            if (stored == null || !FORMAT.equals(stored.format) || !key.equals(stored.key)
                    || stored.rowsCrc32c != crc(stored.rows, stored.missing)) {
                return Optional.empty();
            }
            MemorySegment file = MappedFile.open(folder.resolve(MATRIX));
            long bytes = (long) stored.rows.size() * stored.length * Float.BYTES;
            return file.byteSize() != NpyMatrix.DATA_START + bytes || crc(file) != stored.crc32c
                    ? Optional.empty()
                    : Optional.of(new CachedFeatures(stored.length, stored.rows, stored.missing,
                            file.asSlice(NpyMatrix.DATA_START)));
        } catch (JacksonException | FileSystemException | FileNotFoundException e) {
            return Optional.empty(); // damaged, or just removed
        }
    }

    private static long crc(MemorySegment file) {
        CRC32C crc = new CRC32C();
        for (long start = 0; start < file.byteSize(); start += CHUNK) {
            crc.update(file.asSlice(start, Math.min(CHUNK, file.byteSize() - start)).asByteBuffer());
        }
        return crc.getValue();
    }

    private static long crc(List<StoredRow> rows, List<Missing> missing) throws IOException {
        CRC32C crc = new CRC32C();
        crc.update(JSON.writeValueAsBytes(rows));
        crc.update(JSON.writeValueAsBytes(missing));
        return crc.getValue();
    }

    /// Begins to store features.
    ///
    /// @param length the number of features in a row
    Writer writer(FeatureKey key, int length) throws IOException {
        CacheFolder.Draft draft = cache.draft(Kind.FEATURES, key.id());
        try {
            return new Writer(key, length, draft, new NpyMatrix(draft.folder().resolve(MATRIX), Shape.of(length)),
                    new ArrayList<>());
        } catch (IOException e) {
            draft.close();
            throw e;
        }
    }

    /// Stores rows. Closed before [#finish], it leaves nothing.
    record Writer(FeatureKey key, int length, CacheFolder.Draft draft, NpyMatrix matrix, List<StoredRow> rows)
            implements
                AutoCloseable {
        void add(StoredRow row, float[] features) throws IOException {
            matrix.add(features);
            rows.add(row);
        }

        /// Puts the folder in its place and opens it.
        ///
        /// @param missing the images that have no row
        CachedFeatures finish(List<Missing> missing) throws IOException {
            matrix.publish();
            long crc = crc(MappedFile.open(draft.folder().resolve(MATRIX)));
            Stored stored = new Stored(FORMAT, key, length, crc, rows, missing, crc(rows, missing));
            AtomicFiles.write(draft.folder().resolve(RECORD), out -> out.write(JSON.writeValueAsBytes(stored)));
            // mapped before it is where another process may remove it
            CachedFeatures written = read(draft.folder(), key).orElseThrow(() -> new IOException(
                    draft.folder() + " does not hold what was just written to it; check the disk"));
            draft.place(there -> read(there, key)
                    .filter(other -> other.rows().equals(rows) && other.missing().equals(missing)).isPresent());
            return written;
        }

        @Override
        public void close() throws IOException {
            try (draft) {
                matrix.close();
            }
        }
    }
}
