package net.alexnet.server.studio;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import module java.base;
import net.alexnet.io.RegularFile;
import org.jspecify.annotations.Nullable;

/// Reads the lines of a log after a place in it, as they are written. Used by one thread at a time.
final class LogFollower {
    /// The most lines of a reading: a client that is far behind needs the page, not each line.
    static final int MOST_LINES = 200;
    private static final JsonMapper JSON = new JsonMapper();
    private static final long MOST_BYTES = 1 << 20;

    private final Path file;
    private long offset;
    private @Nullable Object key;

    /// @param offset in bytes, from an earlier reading; 0 for the beginning
    LogFollower(Path file, long offset) {
        this.file = file;
        this.offset = offset;
    }

    /// What was added.
    ///
    /// @param offset after the last whole line
    /// @param reset whether the file is another one, so that what was read before no longer counts
    /// @param skipped lines that were left out before `lines`
    /// @param lines as they are in the log
    record Lines(long offset, boolean reset, long skipped, List<JsonNode> lines) {}

    /// The lines that were added since the last call; empty if there are none.
    Optional<Lines> next() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        boolean reset = attributes.size() < offset
                || (key == null ? !afterLine() : !key.equals(attributes.fileKey()));
        key = attributes.fileKey();
        if (reset) {
            offset = 0;
        }
        if (attributes.size() == offset && !reset) {
            return Optional.empty();
        }
        byte[] added = read(attributes.size());
        int end = added.length;
        while (end > 0 && added[end - 1] != '\n') {
            end--;
        }
        if (end == 0 && !reset) {
            return Optional.empty(); // a line that is being written
        }
        offset = attributes.size() - (added.length - end);
        List<String> lines = new String(added, 0, end, StandardCharsets.UTF_8).lines().toList();
        int skipped = Math.max(0, lines.size() - MOST_LINES);
        return Optional.of(new Lines(offset, reset, skipped, lines.subList(skipped, lines.size()).stream()
                .map(LogFollower::parsed).flatMap(Optional::stream).toList()));
    }

    /// The end of what was added, a megabyte at most: what is before it would be skipped.
    private byte[] read(long size) throws IOException {
        try (InputStream in = RegularFile.open(file, size)) {
            in.skipNBytes(Math.max(offset, size - MOST_BYTES));
            return in.readAllBytes();
        }
    }

    /// Whether the place is one between two lines. If not, it is one of another file.
    private boolean afterLine() throws IOException {
        if (offset <= 0) {
            return offset == 0;
        }
        try (InputStream in = RegularFile.open(file, offset)) {
            in.skipNBytes(offset - 1);
            return in.read() == '\n';
        }
    }

    private static Optional<JsonNode> parsed(String line) {
        try {
            return Optional.of(JSON.readTree(line)).filter(JsonNode::isObject);
        } catch (JsonProcessingException e) {
            return Optional.empty(); // a note by a user, or the rest of a line that a crash left
        }
    }
}
