package net.alexnet.data.shard;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import net.alexnet.data.Dataset;
import net.alexnet.data.shard.DatasetPreparer.Outcome;
import net.alexnet.io.Hashes;

/// Prepared datasets that nobody named: a folder of pictures that is trained on is prepared here once and found again as
/// long as neither it nor the settings change.
///
/// @param root the folder of all of them; made if it is not there
public record PreparedCache(Path root) {
    private static final int DIGITS = 16;

    /// Prepares a dataset unless it is there, in a folder named after the source and a fingerprint of the format,
    /// source and settings.
    ///
    /// @param name what a user calls the source, such as its folder's name
    public Outcome prepare(String name, Dataset source, PreparationSettings preparation, DatasetPreparer.Tools tools)
            throws IOException, InterruptedException {
        SourceFingerprint origin = SourceFingerprint.of(source);
        return DatasetPreparer.prepare(source, origin, entry(name, origin, preparation), preparation, tools);
    }

    /// Where a dataset stands that was prepared here before, from the same source with the same settings.
    ///
    /// @param name as for [#prepare]
    public Optional<Path> find(String name, Dataset source, PreparationSettings preparation) throws IOException {
        Path entry = entry(name, SourceFingerprint.of(source), preparation);
        return DatasetFile.isIn(entry) ? Optional.of(entry) : Optional.empty();
    }

    private Path entry(String name, SourceFingerprint origin, PreparationSettings preparation) throws IOException {
        MessageDigest digest = Hashes.sha256();
        digest.update(DatasetFile.FORMAT.getBytes(StandardCharsets.UTF_8));
        digest.update(origin.fingerprint().getBytes(StandardCharsets.UTF_8));
        digest.update(Json.COMPACT.writeValueAsBytes(preparation));
        String plain = name.replaceAll("[^A-Za-z0-9._-]", "-");
        return root.resolve(plain + "-" + Hashes.hex(digest).substring(0, DIGITS));
    }
}
