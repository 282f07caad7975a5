package net.alexnet.inference;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import net.alexnet.io.Hashes;

/// SHA-256 over texts and numbers.
final class Digest {
    private static final int BUFFER_BYTES = 1 << 18; // SHA-256 is computed from arrays; what lies outside the heap is copied

    private final MessageDigest sha256 = Hashes.sha256();

    void text(String text) {
        bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Bytes and how many there are, so that no two sequences of pieces read alike.
    void bytes(byte[] bytes) {
        sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(bytes.length).flip());
        sha256.update(bytes);
    }

    void floats(float[] values) {
        segment(MemorySegment.ofArray(values));
    }

    /// The bytes of a segment of any size.
    void segment(MemorySegment values) {
        sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(values.byteSize()).flip());
        MemorySegment buffer = MemorySegment.ofArray(new byte[BUFFER_BYTES]);
        for (long from = 0; from < values.byteSize(); from += BUFFER_BYTES) {
            int count = (int) Math.min(BUFFER_BYTES, values.byteSize() - from);
            MemorySegment.copy(values, from, buffer, 0, count);
            sha256.update(buffer.asByteBuffer().limit(count));
        }
    }

    String hex() {
        return Hashes.hex(sha256);
    }
}
