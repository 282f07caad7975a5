package net.alexnet.report;

import module java.base;
import net.alexnet.io.RegularFile;
import org.jspecify.annotations.Nullable;

/// A `log.jsonl` that a training may be writing: each read takes the lines that were added since the last one. Safe for use
/// by many threads.
///
/// A last line without a line break is still being written. It is read later, once the line break is there.
public final class GrowingLog {
    private static final int PART = 1 << 20;

    private final Path file;
    private RunLog.Collector collector = new RunLog.Collector();
    private byte[] rest = {}; // a last line without its end
    private long read; // bytes, the rest included
    private @Nullable Object key;
    private @Nullable RunLog log;

    /// @param file it may be missing, as before the first line
    public GrowingLog(Path file) {
        this.file = file;
    }

    /// What the log says up to a place in the file.
    ///
    /// @param offset the place: the number of bytes of all whole lines
    public record Reading(RunLog log, long offset) {}

    /// Reads the lines that were added since the last call. If the file was replaced or is shorter, all its lines are read
    /// again: a resumed run replaces its log when it starts.
    ///
    /// @throws IOException if it cannot be read
    public synchronized Reading read() throws IOException {
        if (Files.exists(file)) {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (attributes.size() < read || !Objects.equals(key, attributes.fileKey())) {
                collector = new RunLog.Collector();
                rest = new byte[0];
                read = 0;
                key = attributes.fileKey();
                log = null;
            }
            if (attributes.size() > read) {
                add(attributes.size());
            }
        }
        RunLog now = log == null ? collector.log() : log;
        log = now;
        return new Reading(now, read - rest.length);
    }

    /// The log including its last line if that has no line break. Call it only for a file that no process is writing.
    synchronized RunLog withLastLine() {
        collector.add(rest);
        rest = new byte[0];
        return collector.log();
    }

    private void add(long size) throws IOException {
        log = null;
        try (InputStream in = RegularFile.open(file, size)) {
            in.skipNBytes(read);
            for (byte[] part = in.readNBytes(PART); part.length > 0; part = in.readNBytes(PART)) {
                read += part.length;
                add(part);
            }
        }
    }

    private void add(byte[] part) {
        int from = 0;
        for (int i = 0; i < part.length; i++) {
            if (part[i] == '\n') {
                if (rest.length == 0) {
                    collector.add(part, from, i - from);
                } else {
                    collector.add(joined(rest, part, from, i));
                    rest = new byte[0];
                }
                from = i + 1;
            }
        }
        rest = joined(rest, part, from, part.length);
    }

    private static byte[] joined(byte[] first, byte[] part, int from, int to) {
        byte[] whole = Arrays.copyOf(first, first.length + to - from);
        System.arraycopy(part, from, whole, first.length, to - from);
        return whole;
    }
}
