package net.alexnet.checkpoint;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// What a file was when it was written.
///
/// @param name the file's name in its checkpoint
/// @param bytes its size
/// @param sha256 its SHA-256 in lower-case hexadecimal
record FileSeal(String name, long bytes, String sha256) {
    private static final int BUFFER_BYTES = 1 << 18;

    static FileSeal of(Path file) throws IOException {
        return new FileSeal(String.valueOf(file.getFileName()), Files.size(file), sha256(file));
    }

    /// @throws IOException if the file in this folder is another one, saying what was expected and found
    void verify(Path folder) throws IOException {
        Path file = folder.resolve(name);
        long size = Files.size(file);
        if (size != bytes) {
            throw new IOException(name + " has " + size + " bytes, expected " + bytes
                    + (size < bytes ? ": it is cut" : ": it was altered"));
        }
        String found = sha256(file);
        if (!found.equals(sha256)) {
            throw new IOException(name + " was altered: its SHA-256 is " + found + ", expected " + sha256);
        }
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest = digest();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (FileInputStream in = new FileInputStream(file.toFile())) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
