package net.alexnet.data;

/// The result of preparing one image.
sealed interface EncodedSample {
    /// The image is stored.
    ///
    /// @param file the resized image, encoded
    /// @param sourceHash the first 64 bits of the SHA-256 of the bytes that the source holds
    @SuppressWarnings("ArrayRecordComponent") // written once, never compared
    record Kept(byte[] file, long sourceHash) implements EncodedSample {}

    /// The image cannot be read.
    record LeftOut(String reason) implements EncodedSample {}
}
