package net.alexnet.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.LockFile;

/// `prepare.journal`: how far a preparation has come, so that it can be killed at any moment. One JSON object a line: first
/// what is prepared and how, then each shard once it is on the disk. The journal and its lock are removed when the dataset
/// is finished.
final class PreparationJournal implements Closeable {
    static final String FILE = "prepare.journal";

    /// Locked while a process prepares, so that two never write into one folder.
    static final String LOCK = "prepare.lock";

    private static final String FORMAT = "alexnet-prepare-1";

    private final Path folder;
    private final Path path;
    private final LockFile lock;
    private final List<Entry> entries = new ArrayList<>();

    /// A finished shard, and what was left out since the one before.
    ///
    /// @param split that the shard belongs to
    /// @param next the place in the split's order from which to continue
    record Entry(Split split, int next, Shard shard, List<LeftOut> leftOut) {}

    /// An image that was left out.
    ///
    /// @param index in its split of the source
    record LeftOut(int index, String reason) {}

    private record Header(String format, SourceFingerprint source, PreparationSettings preparation) {}

    private PreparationJournal(Path folder, LockFile lock) {
        this.folder = folder;
        this.path = folder.resolve(FILE);
        this.lock = lock;
    }

    /// Opens a folder's journal, or begins one.
    ///
    /// @throws DatasetException if another process prepares the folder, or it was begun with other images or settings
    static PreparationJournal open(Path folder, SourceFingerprint source, PreparationSettings preparation)
            throws IOException {
        LockFile lock = LockFile.tryTake(folder.resolve(LOCK)).orElseThrow(() -> new DatasetException(
                "another process is preparing " + folder + " now; wait until it is done, or stop it"));
        PreparationJournal journal = new PreparationJournal(folder, lock);
        boolean opened = false;
        try {
            journal.read(new Header(FORMAT, source, preparation));
            opened = true;
            return journal;
        } finally {
            if (!opened) {
                journal.close();
            }
        }
    }

    /// Keeps the valid lines of an earlier journal, without a last line that a crash has cut.
    private void read(Header now) throws IOException {
        String text = Files.exists(path) ? Files.readString(path) : "";
        List<String> lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        try {
            if (!lines.isEmpty()) {
                Header then = Json.COMPACT.readValue(lines.getFirst(), Header.class);
                if (!then.format.equals(FORMAT)) {
                    throw new DatasetException(path + " has the format " + then.format + ", expected " + FORMAT
                            + ": another version of this program wrote it. Remove the folder, or name another");
                }
                SourceFingerprint.requireSame(folder, then.source, then.preparation, now.source, now.preparation);
            }
            for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
                Entry entry = Json.COMPACT.readValue(line, Entry.class);
                if (!isThere(entry.shard)) {
                    break; // it is made again, and so is all that follows
                }
                entries.add(entry);
            }
        } catch (JsonProcessingException e) {
            throw new DatasetException(path + " cannot be understood: " + Json.reason(e)
                    + ". Remove the folder, or name another", e);
        }
        StringBuilder kept = new StringBuilder(Json.line(now));
        for (Entry entry : entries) {
            kept.append(Json.line(entry));
        }
        AtomicFiles.writeString(path, kept.toString());
    }

    private boolean isThere(Shard shard) throws IOException {
        Path tar = folder.resolve(shard.file());
        return Files.isRegularFile(tar) && Files.size(tar) == shard.bytes()
                && Files.isRegularFile(folder.resolve(shard.indexFile()));
    }

    /// The finished shards of a split, in their order.
    List<Entry> entries(Split split) {
        return entries.stream().filter(entry -> entry.split == split).toList();
    }

    /// How many images of a split need not be read again: those up to the end of its last finished shard.
    int kept(Split split) {
        List<Entry> finished = entries(split);
        return finished.isEmpty() ? 0 : finished.getLast().next;
    }

    /// Notes a finished shard; the note is on the disk when this returns.
    void append(Entry entry) throws IOException {
        try (FileOutputStream out = new FileOutputStream(path.toFile(), true)) {
            out.write(Json.line(entry).getBytes(StandardCharsets.UTF_8));
            out.getFD().sync();
        } catch (IOException e) {
            throw new IOException("cannot write to " + path + ": " + AtomicFiles.reason(e), e);
        }
        entries.add(entry);
    }

    /// Removes a folder's journal: the dataset is finished. A process that waits with the removed lock finds it so.
    static void remove(Path folder) throws IOException {
        Files.deleteIfExists(folder.resolve(FILE));
        Files.deleteIfExists(folder.resolve(LOCK));
    }

    /// Gives up the lock.
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
