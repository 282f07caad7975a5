package net.alexnet.finetune;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import net.alexnet.files.Hashes;

/// SHA-256 over texts and numbers.
final class Digest {
    private static final int FLOATS = 1 << 16; // at a time

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
        sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(values.length).flip());
        ByteBuffer buffer = ByteBuffer.allocate(FLOATS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < values.length; from += FLOATS) {
            int count = Math.min(FLOATS, values.length - from);
            buffer.clear().asFloatBuffer().put(values, from, count);
            sha256.update(buffer.limit(count * Float.BYTES));
        }
    }

    String hex() {
        return Hashes.hex(sha256);
    }
}
