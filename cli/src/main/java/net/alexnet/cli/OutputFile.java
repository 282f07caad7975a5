package net.alexnet.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A file that a command is to write.
final class OutputFile {
    private OutputFile() {}

    /// Refuses what would replace something unasked.
    ///
    /// @param sources what the command reads
    /// @throws UsageException if the file exists and may not be replaced, or is a folder, or has none, or is what is read
    static void require(Path out, List<Path> sources, boolean force) {
        if (Files.isDirectory(out)) {
            throw new UsageException(out + " is a folder; name a file in it");
        }
        Path place = out.toAbsolutePath().normalize();
        if (sources.stream().anyMatch(source -> place.equals(source.toAbsolutePath().normalize()))) {
            throw new UsageException(out + " is the file that is read; name another one to write");
        }
        Path folder = place.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UsageException("there is no folder " + folder + " to write " + out.getFileName() + " to");
        }
        if (Files.exists(out) && !force) {
            throw new UsageException(out + " exists; --force replaces it");
        }
    }

    /// The same of a file that an option names.
    static void require(String option, Path out, List<Path> sources, boolean force) {
        try {
            require(out, sources, force);
        } catch (UsageException e) {
            throw new UsageException(option + ": " + e.getMessage());
        }
    }
}
