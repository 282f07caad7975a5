package net.alexnet.data;

/// One finished tar file of a prepared dataset, as `dataset.json` lists it.
///
/// @param file its name
/// @param pictures how many images it holds
/// @param bytes its size
/// @param sha256 of its bytes, in lower-case hexadecimal
/// @param indexSha256 of the index beside it
public record Shard(String file, int pictures, long bytes, String sha256, String indexSha256) {
    public Shard {
        if (pictures < 1 || bytes < 1) {
            throw new IllegalArgumentException("the shard " + file + " of " + pictures + " pictures in " + bytes
                    + " bytes; expected at least one of each");
        }
    }

    /// The index's name: the shard's with `.idx` in place of `.tar`.
    public String indexFile() {
        return indexFile(file);
    }

    static String indexFile(String file) {
        return file.replaceFirst("\\.tar$", ".idx");
    }
}
