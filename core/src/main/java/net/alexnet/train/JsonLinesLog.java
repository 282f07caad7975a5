package net.alexnet.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import module java.base;

/// `log.jsonl`: one JSON object per line, with the `step` at which it was written, in ascending order. [#append] hands a
/// line to the operating system before it returns. Used by one thread at a time.
///
/// Numbers that JSON lacks are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`.
final class JsonLinesLog implements Closeable {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
    private static final String STEP = "step";

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
        AppendFile file = new AppendFile(path);
        try {
            file.cut(lengthThrough(path, afterStep));
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

    // Truncating the file drops the other lines in one operation, which a crash cannot leave half done.
    private static long lengthThrough(Path path, long afterStep) throws IOException {
        long length = 0;
        try (InputStream in = new BufferedInputStream(new FileInputStream(path.toFile()))) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = in.read(); next >= 0; next = in.read()) {
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
