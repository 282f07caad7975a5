package net.alexnet.data.shard;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import net.alexnet.data.DatasetException;
import net.alexnet.io.AtomicFiles;

/// `prepare.journal`: how far a preparation has come, so that it can be killed at any moment. One JSON object a line:
/// first what is prepared and how, then each shard once it is on the disk. It is gone when the dataset is finished.
///
/// The open journal is locked, so that two processes never write into one folder.
final class PreparationJournal implements Closeable {
    static final String FILE = "prepare.journal";

    private static final String FORMAT = "alexnet-prepare-1";

    // POSIX gives up a process's lock on a file as soon as the process closes the file anywhere; so who comes second is
    // refused before the journal is opened again.
    private static final Set<Path> CLAIMED = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final Path path;
    private final Path claim;
    private final RandomAccessFile file; // not a channel, which closes itself when its thread is interrupted
    private final List<Entry> entries = new ArrayList<>();

    /// A finished shard, and what was left out since the one before.
    ///
    /// @param split that the shard belongs to
    /// @param next the place in the split's order from which to go on
    record Entry(Split split, int next, Shard shard, List<LeftOut> leftOut) {}

    /// A picture that was left out.
    ///
    /// @param index in its split of the source
    record LeftOut(int index, String reason) {}

    private record Header(String format, SourceFingerprint source, PreparationSettings preparation) {}

    private PreparationJournal(Path folder) throws IOException {
        this.folder = folder;
        this.path = folder.resolve(FILE);
        this.claim = folder.toRealPath();
        if (!CLAIMED.add(claim)) {
            throw busy();
        }
        try {
            this.file = new RandomAccessFile(path.toFile(), "rw");
        } catch (IOException e) {
            CLAIMED.remove(claim);
            throw e;
        }
    }

    /// Opens a folder's journal, or begins one.
    ///
    /// @throws DatasetException if another process holds it, or it was begun with other pictures or settings
    static PreparationJournal open(Path folder, SourceFingerprint source, PreparationSettings preparation)
            throws IOException {
        PreparationJournal journal = new PreparationJournal(folder);
        boolean opened = false;
        try {
            journal.lock();
            journal.read(source, preparation);
            opened = true;
            return journal;
        } finally {
            if (!opened) {
                journal.close();
            }
        }
    }

    private void lock() throws IOException {
        boolean locked;
        try {
            locked = file.getChannel().tryLock() != null;
        } catch (OverlappingFileLockException e) { // by this process, under another name of the folder
            locked = false;
        }
        if (!locked) {
            throw busy();
        }
    }

    private DatasetException busy() {
        return new DatasetException(
                "another process is preparing " + folder + " at this moment; wait until it is done, or stop it");
    }

    // Through `file` alone: to close any other stream on it would give up the lock (POSIX).
    private void read(SourceFingerprint source, PreparationSettings preparation) throws IOException {
        byte[] bytes = new byte[Math.toIntExact(file.length())];
        file.seek(0);
        file.readFully(bytes);
        int end = lineEnd(bytes, 0);
        if (end == 0) { // new, or killed while it was begun
            file.setLength(0);
            file.seek(0);
            write(new Header(FORMAT, source, preparation));
            AtomicFiles.syncFolder(folder);
            return;
        }
        try {
            Header header = Json.COMPACT.readValue(line(bytes, 0, end), Header.class);
            if (!header.format.equals(FORMAT)) {
                throw new DatasetException(path + " is of the format " + header.format + ", expected " + FORMAT
                        + ": it was written by another version of this program. Remove the folder, or name another");
            }
            SourceFingerprint.requireSame(folder, header.source, header.preparation, source, preparation);
            for (int next = lineEnd(bytes, end); next > end; next = lineEnd(bytes, end)) {
                Entry entry = Json.COMPACT.readValue(line(bytes, end, next), Entry.class);
                if (!stands(entry.shard)) {
                    break; // it is made again, and so is all that follows
                }
                entries.add(entry);
                end = next;
            }
        } catch (JsonProcessingException e) {
            throw new DatasetException(path + " cannot be understood: " + Json.reason(e)
                    + ". Remove the folder, or name another", e);
        }
        file.setLength(end); // drops a last line that a crash has torn
        file.seek(end);
    }

    private boolean stands(Shard shard) throws IOException {
        Path tar = folder.resolve(shard.file());
        return Files.isRegularFile(tar) && Files.size(tar) == shard.bytes()
                && Files.isRegularFile(folder.resolve(shard.indexFile()));
    }

    /// Where the line that starts here ends, its line feed included; the same place if it has none.
    private static int lineEnd(byte[] bytes, int start) {
        for (int i = start; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i + 1;
            }
        }
        return start;
    }

    private static String line(byte[] bytes, int start, int end) {
        return new String(Arrays.copyOfRange(bytes, start, end), StandardCharsets.UTF_8);
    }

    /// The finished shards of a split, in their order.
    List<Entry> entries(Split split) {
        return entries.stream().filter(entry -> entry.split == split).toList();
    }

    /// How many of a split's pictures are dealt with for good: those up to the end of its last finished shard.
    int kept(Split split) {
        List<Entry> finished = entries(split);
        return finished.isEmpty() ? 0 : finished.getLast().next;
    }

    /// Notes a finished shard; it is on the disk when this returns.
    void append(Entry entry) throws IOException {
        write(entry);
        entries.add(entry);
    }

    private void write(Object line) throws IOException {
        try {
            file.write((Json.COMPACT.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
            file.getFD().sync();
        } catch (IOException e) {
            throw new IOException("cannot write to " + path + ": " + AtomicFiles.reason(e), e);
        }
    }

    /// Takes a folder's journal away: the dataset is finished.
    static void remove(Path folder) throws IOException {
        Files.deleteIfExists(folder.resolve(FILE));
    }

    /// Gives up the lock.
    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            CLAIMED.remove(claim);
        }
    }
}
