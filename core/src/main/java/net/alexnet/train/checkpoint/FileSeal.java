package net.alexnet.train.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.alexnet.io.Hashes;

/// What a file was when it was written.
///
/// @param name the file's name in its checkpoint
/// @param bytes its size
/// @param sha256 its SHA-256 in lower-case hexadecimal
record FileSeal(String name, long bytes, String sha256) {
    static FileSeal of(Path file) throws IOException {
        return new FileSeal(String.valueOf(file.getFileName()), Files.size(file), Hashes.hex(file));
    }

    /// @throws IOException if the file in this folder is another one, saying what was expected and found
    void verify(Path folder) throws IOException {
        Path file = folder.resolve(name);
        long size = Files.size(file);
        if (size != bytes) {
            throw new IOException(name + " has " + size + " bytes, expected " + bytes
                    + (size < bytes ? ": it is cut" : ": it was altered"));
        }
        String found = Hashes.hex(file);
        if (!found.equals(sha256)) {
            throw new IOException(name + " was altered: its SHA-256 is " + found + ", expected " + sha256);
        }
    }
}
