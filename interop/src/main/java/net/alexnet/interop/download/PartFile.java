package net.alexnet.interop.download;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import net.alexnet.io.AtomicFiles;

/// What has arrived of a file: `NAME.part`, and beside it `NAME.part.json`, which says what version of the file at which
/// address the bytes are of.
///
/// @param file the bytes
record PartFile(Path file) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Which version of a file a server has.
    ///
    /// @param address that was asked, before any redirection
    /// @param validator a strong `ETag`, or else a `Last-Modified`, or nothing
    record Version(String address, String validator) {}

    static PartFile of(Path target) {
        return new PartFile(target.resolveSibling(target.getFileName() + ".part"));
    }

    private Path note() {
        return file.resolveSibling(file.getFileName() + ".json");
    }

    /// How many bytes there are; 0 if there is none.
    long length() throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return 0;
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new DownloadException(file + " is in the way: it is not a plain file. Remove it");
        }
        return Files.size(file);
    }

    /// Of which version the bytes are, if that was noted and can be read.
    Optional<Version> version() throws IOException {
        try {
            return Optional.ofNullable(JSON.readValue(Files.readString(note()), Version.class))
                    .filter(version -> version.address() != null && version.validator() != null);
        } catch (NoSuchFileException | JsonProcessingException e) {
            return Optional.empty();
        }
    }

    void remember(Version version) throws IOException {
        AtomicFiles.writeString(note(), JSON.writeValueAsString(version));
    }

    /// Opens it for writing behind `offset`; what stood there and later is dropped.
    FileChannel openAt(long offset) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        try {
            channel.truncate(offset).position(offset);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    static void writeFully(FileChannel channel, byte[] bytes, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    void remove() throws IOException {
        Files.deleteIfExists(file);
        Files.deleteIfExists(note());
    }

    /// Gives the bytes, which are whole, their name.
    void moveTo(Path target) throws IOException {
        AtomicFiles.move(file, target);
        Files.deleteIfExists(note());
    }
}
