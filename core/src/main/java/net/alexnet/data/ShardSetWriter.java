package net.alexnet.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.alexnet.data.PreparationJournal.Entry;
import net.alexnet.data.PreparationJournal.LeftOut;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.Hashes;

/// Stores the pictures of one split: many threads read, scale and encode, one writes in order. It begins after the last
/// shard that the journal knows, so its bytes do not depend on how often it was stopped, nor on how many threads there
/// are.
final class ShardSetWriter implements Closeable {
    /// Results that may wait for a slow picture before them, per worker.
    private static final int WINDOW = 16;

    private final Split split;
    private final ImageDataset source;
    private final int[] order;
    private final PreparationSettings preparation;
    private final ImageCodec codec;
    private final Path folder;
    private final PreparationJournal journal;
    private final List<Shard> shards = new ArrayList<>();
    private final List<LeftOut> leftOut = new ArrayList<>();
    private final OrderedWork<EncodedSample> work;
    private int next;
    private int noted; // how many of `leftOut` the journal has
    private Optional<ShardWriter> open = Optional.empty();

    /// @param order the source's indices in the order in which they are stored
    ShardSetWriter(
            Split split,
            ImageDataset source,
            int[] order,
            PreparationSettings preparation,
            ImageCodec codec,
            int workers,
            Path folder,
            PreparationJournal journal) {
        this.split = split;
        this.source = source;
        this.order = order.clone();
        this.preparation = preparation;
        this.codec = codec;
        this.folder = folder;
        this.journal = journal;
        for (Entry entry : journal.entries(split)) {
            shards.add(entry.shard());
            leftOut.addAll(entry.leftOut());
            next = entry.next();
        }
        this.noted = leftOut.size();
        this.work = new OrderedWork<>(next, order.length, workers, WINDOW * workers, this::store);
    }

    private EncodedSample store(int place) throws IOException {
        int index = order[place];
        try {
            Content content = read(index);
            Image resized = content.resized(codec, preparation.side(), preparation.channels());
            if (resized.channels() != preparation.channels()) {
                throw new DatasetException(source.name(index) + " has " + resized.channels()
                        + " channels, expected " + preparation.channels());
            }
            return new EncodedSample.Kept(codec.encode(resized, preparation.encoding()),
                    Hashes.first64(content.bytes()));
        } catch (UnreadableImageException e) {
            return new EncodedSample.LeftOut(String.valueOf(e.getMessage()));
        }
    }

    /// A failure to read ends the preparation: the next one may well find the disk again, and a picture that was left out
    /// would stay so.
    private Content read(int index) throws IOException, UnreadableImageException {
        try {
            return source.source(index).content();
        } catch (IOException e) {
            throw new IOException("cannot read " + source.name(index) + ": " + AtomicFiles.reason(e)
                    + ". What is finished is kept; the same command goes on there once it can be read", e);
        }
    }

    /// How many pictures of the source have been dealt with.
    int done() {
        return next;
    }

    boolean hasNext() {
        return work.hasNext();
    }

    /// Deals with the next picture.
    void advance() throws IOException, InterruptedException {
        switch (work.next()) {
            case EncodedSample.Kept kept -> append(kept);
            case EncodedSample.LeftOut(String reason) -> leftOut.add(new LeftOut(order[next], reason));
        }
        next++;
    }

    private void append(EncodedSample.Kept kept) throws IOException {
        if (open.isPresent() && !open.get().takes(kept.file().length, preparation.shardBytes())) {
            finishShard();
        }
        if (open.isEmpty()) {
            open = Optional.of(new ShardWriter(
                    folder.resolve(split.shardFile(shards.size())), preparation.encoding().format().extension()));
        }
        int index = order[next];
        open.get().add(next, kept, source.label(index), source.name(index));
    }

    private void finishShard() throws IOException {
        Shard shard = open.orElseThrow().finish();
        open = Optional.empty();
        shards.add(shard);
        journal.append(new Entry(split, next, shard, List.copyOf(leftOut.subList(noted, leftOut.size()))));
        noted = leftOut.size();
    }

    /// Ends the last shard, after the last picture.
    void finish() throws IOException {
        if (open.isPresent()) {
            finishShard();
        }
    }

    List<Shard> shards() {
        return List.copyOf(shards);
    }

    /// What was left out, in the order of storing.
    List<LeftOut> leftOut() {
        return List.copyOf(leftOut);
    }

    /// Stops the threads, and removes a shard that is not finished.
    @Override
    public void close() throws IOException {
        work.close();
        if (open.isPresent()) {
            open.get().close();
        }
    }
}
