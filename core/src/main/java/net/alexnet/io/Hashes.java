package net.alexnet.io;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// SHA-256, whole and shortened.
public final class Hashes {
    private static final int BUFFER_BYTES = 1 << 18;

    private Hashes() {}

    /// A new SHA-256.
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    /// What was digested so far, in lower-case hexadecimal.
    public static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    /// Of bytes, in lower-case hexadecimal.
    public static String hex(byte[] bytes) {
        MessageDigest digest = sha256();
        digest.update(bytes);
        return hex(digest);
    }

    /// Of a whole file, in lower-case hexadecimal.
    public static String hex(Path file) throws IOException {
        return hex(sha256(), file);
    }

    /// Of a whole file by another function, in lower-case hexadecimal.
    ///
    /// @param digest fresh
    public static String hex(MessageDigest digest, Path file) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (FileInputStream in = new FileInputStream(file.toFile())) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return hex(digest);
    }

    /// The first 64 bits.
    public static long first64(byte[] bytes) {
        return ByteBuffer.wrap(sha256().digest(bytes)).getLong();
    }
}
