package net.alexnet.data.shard;

/// What became of a picture of the source.
sealed interface EncodedSample {
    /// It is kept.
    ///
    /// @param file the encoded square
    /// @param sourceHash the first 64 bits of the SHA-256 of what the source holds
    @SuppressWarnings("ArrayRecordComponent") // written once, never compared
    record Kept(byte[] file, long sourceHash) implements EncodedSample {}

    /// It cannot be read.
    record LeftOut(String reason) implements EncodedSample {}
}
