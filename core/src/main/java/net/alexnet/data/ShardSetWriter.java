package net.alexnet.data;

import module java.base;
import net.alexnet.data.PreparationJournal.LeftOut;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Hashes;
import org.jspecify.annotations.Nullable;

/// Stores the images of one split in shards: many threads read, resize and encode, one writes in order. It begins after
/// the last shard in the journal, so the bytes depend neither on how often it was stopped nor on the number of threads.
final class ShardSetWriter {
    private static final int WINDOW = 16; // results per worker that may wait for a slow image before them

    private final Split split;
    private final ImageDataset source;
    private final int[] order;
    private final PreparationSettings settings;
    private final ImageCodec codec;
    private final Path folder;
    private final PreparationJournal journal;
    private final List<Shard> shards = new ArrayList<>();
    private final List<LeftOut> leftOut = new ArrayList<>();
    private int next; // the place in the order that is stored next
    private int noted; // how many of `leftOut` the journal has
    private @Nullable ShardWriter open;

    /// An encoded image, or why it is left out.
    @SuppressWarnings("ArrayRecordComponent") // written once, never compared
    private record Encoded(byte[] file, long sourceHash, Optional<String> leftOut) {}

    /// @param order the source's indices in the order of storing
    ShardSetWriter(Split split, ImageDataset source, int[] order, PreparationSettings settings, ImageCodec codec,
            Path folder, PreparationJournal journal) {
        this.split = split;
        this.source = source;
        this.order = order.clone();
        this.settings = settings;
        this.codec = codec;
        this.folder = folder;
        this.journal = journal;
        for (PreparationJournal.Entry entry : journal.entries(split)) {
            shards.add(entry.shard());
            leftOut.addAll(entry.leftOut());
        }
        this.next = journal.kept(split);
        this.noted = leftOut.size();
    }

    /// Stores all images that are not stored yet.
    ///
    /// @param stop asked before every image
    /// @param done told the number of images that were dealt with
    /// @return whether it came to the end
    boolean run(int workers, BooleanSupplier stop, IntConsumer done) throws IOException, InterruptedException {
        try (OrderedWork<Encoded> work = new OrderedWork<>(
                next, order.length, workers, WINDOW * workers, this::encode)) {
            done.accept(next);
            while (work.hasNext()) {
                if (stop.getAsBoolean()) {
                    return false;
                }
                store(work.next());
                done.accept(++next);
            }
            finishShard();
            return true;
        } finally {
            if (open != null) {
                open.close();
            }
        }
    }

    private Encoded encode(int place) throws IOException {
        int index = order[place];
        try {
            Content content = read(index);
            byte[] file = codec.encode(content.resized(codec, settings.side(), settings.channels()),
                    settings.encoding());
            return new Encoded(file, Hashes.first64(content.bytes()), Optional.empty());
        } catch (UnreadableImageException e) {
            return new Encoded(new byte[0], 0, Optional.of(String.valueOf(e.getMessage())));
        }
    }

    /// A failure to read ends the preparation: the disk may be back next time, and an image that was left out would stay
    /// so.
    private Content read(int index) throws IOException, UnreadableImageException {
        try {
            return source.source(index).content();
        } catch (IOException e) {
            throw new IOException("cannot read " + source.name(index) + ": " + AtomicFiles.reason(e)
                    + ". What is finished is kept; the same command continues there once it can be read", e);
        }
    }

    private void store(Encoded encoded) throws IOException {
        int index = order[next];
        if (encoded.leftOut.isPresent()) {
            leftOut.add(new LeftOut(index, encoded.leftOut.get()));
            return;
        }
        if (open != null && !open.takes(encoded.file.length, settings.shardBytes())) {
            finishShard();
        }
        if (open == null) {
            open = new ShardWriter(
                    folder.resolve(split.shardFile(shards.size())), settings.encoding().format().extension());
        }
        open.add(next, encoded.file, encoded.sourceHash, source.label(index), source.name(index));
    }

    private void finishShard() throws IOException {
        if (open != null) {
            Shard shard = open.finish();
            open = null;
            shards.add(shard);
            journal.append(new PreparationJournal.Entry(
                    split, next, shard, List.copyOf(leftOut.subList(noted, leftOut.size()))));
            noted = leftOut.size();
        }
    }

    List<Shard> shards() {
        return shards;
    }

    /// The images that were left out, in the order of storing.
    List<LeftOut> leftOut() {
        return leftOut;
    }
}
