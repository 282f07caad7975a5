package net.alexnet.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import module java.base;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.RegularFile;

/// `log.jsonl`: one JSON object per line, with the `step` at which it was written, in ascending order. [#append] hands a
/// line to the operating system before it returns. Used by one thread at a time.
///
/// Numbers that JSON lacks are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`.
final class JsonLinesLog implements Closeable {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
    private static final String STEP = "step";
    private static final int LINE_LIMIT = 1 << 20;

    private final AppendFile file;

    private JsonLinesLog(AppendFile file) {
        this.file = file;
    }

    /// Opens a run's log after a step: 0 for a new run, the checkpoint's step for a resumed one. It drops all lines from the
    /// first line of a later step on, and an incomplete last line, which a crash may leave.
    ///
    /// @param path created if necessary; its folder exists
    /// @throws IOException if it cannot be read or written
    static JsonLinesLog open(Path path, long afterStep) throws IOException {
        RegularFile.requireOwnOrMissing(path);
        long length = Files.exists(path) ? lengthThrough(path, afterStep) : 0;
        // A new file: to cut the old one would cut what a hard link names elsewhere.
        AtomicFiles.write(path, out -> {
            if (length > 0) {
                try (InputStream in = RegularFile.open(path, length)) {
                    in.transferTo(out);
                }
            }
        });
        AppendFile file = new AppendFile(path);
        try {
            file.cut(length);
            return new JsonLinesLog(file);
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /// Writes a line: the step, then the values in their order, with snake_case names.
    ///
    /// @param values a record or a map, without `step`
    /// @throws IOException if the file cannot be written; the log has no incomplete line
    void append(long step, Object values) throws IOException {
        ObjectNode line = JSON.createObjectNode().put(STEP, step);
        line.setAll(JSON.<ObjectNode>valueToTree(values));
        file.append((JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private static long lengthThrough(Path path, long afterStep) throws IOException {
        long length = 0;
        try (InputStream in = new BufferedInputStream(RegularFile.open(path))) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (line.size() == LINE_LIMIT) {
                    throw new IOException(path + " has a line of more than " + LINE_LIMIT
                            + " bytes, so it is not a run's log. Move it away");
                }
                line.write(next);
                if (next == '\n') {
                    if (step(line.toByteArray()) > afterStep) {
                        break;
                    }
                    length += line.size();
                    line.reset();
                }
            }
        }
        return length;
    }

    // A line without a step, such as a note by a user, belongs to the line before it.
    private static long step(byte[] line) throws IOException {
        try {
            return JSON.readTree(line).path(STEP).asLong(Long.MIN_VALUE);
        } catch (JsonProcessingException e) {
            return Long.MIN_VALUE;
        }
    }
}
