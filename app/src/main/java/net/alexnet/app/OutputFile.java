package net.alexnet.app;

import java.nio.file.Files;
import java.nio.file.Path;

/// A file that a command is to write.
final class OutputFile {
    private OutputFile() {}

    /// Refuses what would replace something unasked.
    ///
    /// @param source what the command reads
    /// @throws MisuseException if the file exists and may not be replaced, or is a folder, or has none, or is what is read
    static void require(Path out, Path source, boolean force) {
        if (Files.isDirectory(out)) {
            throw new MisuseException(out + " is a folder; name a file in it");
        }
        if (out.toAbsolutePath().normalize().equals(source.toAbsolutePath().normalize())) {
            throw new MisuseException("OUT is the file that is read, " + out + "; name another one");
        }
        Path folder = out.toAbsolutePath().normalize().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new MisuseException("there is no folder " + folder + " to write " + out.getFileName() + " to");
        }
        if (Files.exists(out) && !force) {
            throw new MisuseException(out + " exists; --force replaces it");
        }
    }
}
