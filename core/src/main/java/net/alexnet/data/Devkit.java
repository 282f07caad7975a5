package net.alexnet.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/// Finds files of ILSVRC-2012's development kit: in the folder itself, in the unpacked kit, or in the
/// kit as it is downloaded.
final class Devkit {
    static final String NAME = "ILSVRC2012_devkit_t12";
    static final String ARCHIVE = NAME + ".tar.gz";

    private static final int MOST = 64 << 20; // the greatest that is read has 1 MB

    private Devkit() {}

    /// A file that was found.
    ///
    /// @param where for messages
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    record Part(String where, byte[] bytes) {}

    /// @param name of a file in the kit's folder `data`
    static Optional<Part> find(Path folder, String name) throws IOException {
        for (Path file : new Path[] {folder.resolve(name), folder.resolve(NAME).resolve("data").resolve(name)}) {
            if (Files.isRegularFile(file)) {
                return Optional.of(new Part(file.toString(), Files.readAllBytes(file)));
            }
        }
        Path archive = folder.resolve(ARCHIVE);
        return Files.isRegularFile(archive) ? unpacked(archive, name) : Optional.empty();
    }

    private static Optional<Part> unpacked(Path archive, String name) throws IOException {
        try (InputStream file = Files.newInputStream(archive);
                TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(file, 1 << 16))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (entry.getName().endsWith("/data/" + name)) {
                    byte[] bytes = tar.readNBytes(MOST);
                    if (bytes.length < entry.getSize()) {
                        throw new EOFException("it ends within " + name);
                    }
                    return Optional.of(new Part(name + " in " + archive, bytes));
                }
            }
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            throw new DatasetException(
                    archive + " cannot be read: " + e.getMessage() + ". Download or copy it again", e);
        }
    }
}
