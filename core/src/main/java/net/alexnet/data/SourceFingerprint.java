package net.alexnet.data;

import module java.base;
import net.alexnet.io.Hashes;

/// Identifies the source of a prepared dataset.
///
/// @param name the last part of the path that the user gave; the whole path would tell where a user's files are
/// @param split a sentence that says how training and validation were told apart
/// @param fingerprint SHA-256 over the classes and over every image's label, name and stamp, in hexadecimal. Names
///     are relative to the source, so that a folder may be moved
record SourceFingerprint(String name, String split, String fingerprint) {
    static SourceFingerprint of(Dataset dataset) {
        MessageDigest digest = Hashes.sha256();
        for (String name : dataset.classes()) {
            update(digest, name + "\n");
        }
        for (ImageDataset set : List.of(dataset.training(), dataset.validation())) {
            digest.update((byte) 0);
            for (Sample sample : set.samples()) {
                update(digest, sample.label() + "\t" + sample.name() + "\t" + sample.source().stamp() + "\n");
            }
        }
        String name = String.valueOf(Path.of(dataset.name()).getFileName());
        return new SourceFingerprint(name, dataset.split(), Hashes.hex(digest));
    }

    private static void update(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Compares this source of a finished or started folder, and its settings, with those given now.
    ///
    /// @throws DatasetException saying what differs
    void requireSame(Path folder, PreparationSettings settings, SourceFingerprint now, PreparationSettings nowSettings)
            throws DatasetException {
        List<String> differences = settings.differences(nowSettings);
        if (!differences.isEmpty()) {
            throw new DatasetException(folder + " was prepared with other settings: " + String.join("; ", differences)
                    + ". Give those, name another folder, or remove this one");
        }
        if (!fingerprint.equals(now.fingerprint)) {
            throw new DatasetException(folder + " was prepared from other pictures: from " + name + " (" + split
                    + "), whose files, classes or split are not those of " + now.name + " now (" + now.split
                    + "). Name another folder, or remove this one");
        }
    }
}
