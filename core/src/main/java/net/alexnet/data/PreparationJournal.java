package net.alexnet.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import module java.base;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.LockFile;
import net.alexnet.io.RegularFile;

/// `prepare.journal`: how far a preparation has come, so that it can be killed at any moment. Each line is a JSON object:
/// first what is prepared and how, then each shard once it is on the disk. The journal and its lock are removed when the
/// dataset is finished.
final class PreparationJournal implements Closeable {
    static final String FILE = "prepare.journal";

    /// Locked while a process prepares, so that two never write into one folder.
    static final String LOCK = "prepare.lock";

    private static final String FORMAT = "alexnet-prepare-1";

    private final Path folder;
    private final Path path;
    private final LockFile lock;
    private final List<Entry> entries = new ArrayList<>();

    /// A finished shard, and the images that were left out since the one before.
    ///
    /// @param next the place in the split's order from which to continue
    record Entry(Split split, int next, Shard shard, List<LeftOut> leftOut) {}

    /// An image that was left out.
    ///
    /// @param index in its split of the source
    record LeftOut(int index, String reason) {}

    private record Header(String format, SourceFingerprint source, PreparationSettings preparation) {}

    /// Opens a folder's journal, or begins one.
    ///
    /// @throws DatasetException if another process prepares the folder, or it was begun with other images or settings
    PreparationJournal(Path folder, SourceFingerprint source, PreparationSettings settings) throws IOException {
        this.folder = folder;
        this.path = folder.resolve(FILE);
        this.lock = LockFile.tryTake(folder.resolve(LOCK)).orElseThrow(() -> new FolderInUseException(
                "another process is preparing " + folder + " now; wait until it is done, or stop it"));
        try {
            read(new Header(FORMAT, source, settings));
        } catch (IOException | RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    /// Keeps the valid lines of an earlier journal, without a last line that a crash has cut.
    private void read(Header now) throws IOException {
        String text = Files.exists(path) ? RegularFile.text(path) : "";
        List<String> lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        StringBuilder kept = new StringBuilder(Json.line(now));
        try {
            if (!lines.isEmpty()) {
                requireSame(Json.COMPACT.readValue(lines.getFirst(), Header.class), now);
            }
            for (String line : lines.stream().skip(1).toList()) {
                Entry entry = Json.COMPACT.readValue(line, Entry.class);
                if (!isThere(entry.shard)) {
                    break; // it is made again, and so are all that follow
                }
                entries.add(entry);
                kept.append(Json.line(entry));
            }
        } catch (JsonProcessingException e) {
            throw new DatasetException(path + " cannot be understood: " + Json.reason(e)
                    + ". Remove the folder, or name another", e);
        }
        AtomicFiles.writeString(path, kept.toString());
    }

    private void requireSame(Header then, Header now) throws DatasetException {
        if (!then.format.equals(FORMAT)) {
            throw new DatasetException(path + " has the format " + then.format + ", expected " + FORMAT
                    + ": another version of this program wrote it. Remove the folder, or name another");
        }
        then.source.requireSame(folder, then.preparation, now.source, now.preparation);
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
        return entries(split).stream().mapToInt(Entry::next).max().orElse(0);
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

    /// Removes a folder's journal: the dataset is finished. A process that waits for the removed lock finds it so.
    static void remove(Path folder) throws IOException {
        Files.deleteIfExists(folder.resolve(FILE));
        Files.deleteIfExists(folder.resolve(LOCK));
    }

    /// Releases the lock.
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
