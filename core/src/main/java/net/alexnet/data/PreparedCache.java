package net.alexnet.data;

import module java.base;
import net.alexnet.data.DatasetPreparer.Outcome;
import net.alexnet.io.CacheFolder;
import net.alexnet.io.CacheFolder.Kind;
import net.alexnet.io.Hashes;

/// Prepared datasets in the cache: a folder of pictures that is trained on is prepared once and found
/// again as long as neither it nor the settings change. A dataset that was prepared or found is in use,
/// and so not evicted, until this process ends.
///
/// @param cache holds them with the limit of all caches
public record PreparedCache(CacheFolder cache) {
    private static final int DIGITS = 16;
    private static final long POLL_MILLIS = 100;

    /// Prepares a dataset unless it is there, in a folder named after the source and a fingerprint of the format,
    /// source and settings.
    ///
    /// It waits for another process that prepares the same.
    ///
    /// @param name what a user calls the source, such as its folder's name
    public Outcome prepare(String name, Dataset source, PreparationSettings preparation,
            DatasetPreparer.Resources resources)
            throws IOException, InterruptedException {
        SourceFingerprint origin = SourceFingerprint.of(source);
        Path entry = entry(name, origin, preparation);
        cache.make(Kind.DATASETS, String.valueOf(entry.getFileName()));
        cache.use(entry);
        while (true) {
            try {
                Outcome outcome = DatasetPreparer.prepare(source, origin, entry, preparation, resources);
                cache.trim();
                return outcome;
            } catch (FolderInUseException e) { // another start on the same pictures, such as another rank of this host
                if (resources.stop().getAsBoolean()) {
                    throw e;
                }
                Thread.sleep(POLL_MILLIS);
            }
        }
    }

    /// The folder of a dataset that was prepared here before, from the same source with the same settings.
    ///
    /// @param name as for [#prepare]
    public Optional<Path> find(String name, Dataset source, PreparationSettings preparation) throws IOException {
        cache.requirePrivate();
        Path entry = entry(name, SourceFingerprint.of(source), preparation);
        cache.use(entry);
        return DatasetFile.isIn(entry) ? Optional.of(entry) : Optional.empty();
    }

    private Path entry(String name, SourceFingerprint origin, PreparationSettings preparation) throws IOException {
        MessageDigest digest = Hashes.sha256();
        digest.update(DatasetFile.FORMAT.getBytes(StandardCharsets.UTF_8));
        digest.update(origin.fingerprint().getBytes(StandardCharsets.UTF_8));
        digest.update(Json.COMPACT.writeValueAsBytes(preparation));
        String plain = name.replaceAll("[^A-Za-z0-9._-]", "-");
        return cache.entry(Kind.DATASETS, plain + "-" + Hashes.hex(digest).substring(0, DIGITS));
    }
}
