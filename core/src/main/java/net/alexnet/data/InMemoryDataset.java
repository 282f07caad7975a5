package net.alexnet.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.PixelStatistics;
import net.alexnet.data.image.PixelStatisticsAccumulator;
import net.alexnet.data.image.UnreadableImageException;

/// The readable pictures of a set as squares of one size, after one pass over all of them.
///
/// A picture that cannot be read is left out and listed; the others keep their labels and their order. The squares stay
/// in memory if they fit the given budget; if not, each is decoded anew whenever it is asked for.
public final class InMemoryDataset implements ImageDataset {
    private final ImageDataset readable;
    private final List<Image> held; // empty if they did not fit
    private final List<RejectedImage> rejected;
    private final PixelStatistics statistics;
    private final ImageCodec codec;
    private final int side;
    private final int channels;

    private InMemoryDataset(
            ImageDataset readable,
            List<Image> held,
            List<RejectedImage> rejected,
            PixelStatistics statistics,
            ImageCodec codec,
            int side,
            int channels) {
        this.readable = readable;
        this.held = held;
        this.rejected = rejected;
        this.statistics = statistics;
        this.codec = codec;
        this.side = side;
        this.channels = channels;
    }

    /// Hears of the pass, from the workers' threads but never from two at once.
    @FunctionalInterface
    public interface Progress {
        /// Called after each picture.
        ///
        /// @param done pictures so far, growing by one
        /// @param total pictures in all
        void report(int done, int total);
    }

    /// A quarter of the heap: a training and a validation set together leave half of it to everything else.
    public static long defaultBudget() {
        return Runtime.getRuntime().maxMemory() / 4;
    }

    /// Reads every picture once.
    ///
    /// @param side of the squares, in pixels
    /// @param channels of the set's pictures
    /// @param workers how many threads decode
    /// @param budget the bytes of heap that the squares may take
    /// @throws DatasetException if not a single picture can be read
    /// @throws InterruptedException if the calling thread is interrupted; every worker has ended then
    public static InMemoryDataset prepare(
            ImageDataset source,
            ImageCodec codec,
            int side,
            int channels,
            int workers,
            long budget,
            Progress progress)
            throws DatasetException, InterruptedException {
        boolean hold = (long) source.size() * side * side * channels <= budget;
        Pass pass = new Pass(source, codec, side, channels, hold, progress);
        PixelStatistics statistics = pass.run(workers);
        int[] readable = IntStream.range(0, source.size())
                .filter(i -> pass.reasons.get(i) == null)
                .toArray();
        List<RejectedImage> rejected = pass.rejected();
        if (readable.length == 0 && !rejected.isEmpty()) {
            throw new DatasetException("none of the " + source.size() + " files can be read as a picture; the first, "
                    + rejected.getFirst().name() + ": " + rejected.getFirst().reason());
        }
        List<Image> held = new ArrayList<>();
        if (hold) {
            for (int i : readable) {
                held.add(pass.resizedImages.get(i));
            }
        }
        return new InMemoryDataset(
                new Subset(source, readable),
                Collections.unmodifiableList(held),
                rejected,
                statistics,
                codec,
                side,
                channels);
    }

    @Override
    public List<String> classes() {
        return readable.classes();
    }

    @Override
    public int size() {
        return readable.size();
    }

    @Override
    public int label(int index) {
        return readable.label(index);
    }

    @Override
    public String name(int index) {
        return readable.name(index);
    }

    @Override
    public Content content(int index) throws UnreadableImageException {
        return new Content.Raw(image(index));
    }

    /// The picture as a square of [#side()] pixels.
    @Override
    public Image image(int index) throws UnreadableImageException {
        return held.isEmpty() ? resized(readable, index, codec, side, channels) : held.get(index);
    }

    private static Image resized(ImageDataset source, int index, ImageCodec codec, int side, int channels)
            throws UnreadableImageException {
        try {
            return source.content(index).resized(codec, side, channels);
        } catch (IOException e) {
            throw ImageFileReader.unreadable(e);
        }
    }

    /// The side of every square, in pixels.
    public int side() {
        return side;
    }

    /// What was left out, in the order of the source.
    public List<RejectedImage> rejected() {
        return rejected;
    }

    /// The statistics of all squares.
    public PixelStatistics statistics() {
        return statistics;
    }

    /// Whether the squares stay in memory.
    public boolean heldInMemory() {
        return !held.isEmpty();
    }

    /// The one pass: workers take the next index until none is left, and leave what they made in its place.
    private static final class Pass {
        private final ImageDataset source;
        private final ImageCodec codec;
        private final int side;
        private final int channels;
        private final boolean hold;
        private final Progress progress;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicReferenceArray<Image> resizedImages;
        private final AtomicReferenceArray<String> reasons;
        private int done;

        Pass(ImageDataset source, ImageCodec codec, int side, int channels, boolean hold, Progress progress) {
            this.source = source;
            this.codec = codec;
            this.side = side;
            this.channels = channels;
            this.hold = hold;
            this.progress = progress;
            this.resizedImages = new AtomicReferenceArray<>(hold ? source.size() : 0);
            this.reasons = new AtomicReferenceArray<>(source.size());
        }

        PixelStatistics run(int workers) throws InterruptedException {
            Callable<PixelStatisticsAccumulator> worker = this::work;
            try (ExecutorService pool = Executors.newFixedThreadPool(
                    workers, Thread.ofPlatform().daemon().name("prepare-", 1).factory())) {
                PixelStatisticsAccumulator sums = new PixelStatisticsAccumulator(side, channels);
                for (Future<PixelStatisticsAccumulator> part : pool.invokeAll(Collections.nCopies(workers, worker))) {
                    sums.add(part.get());
                }
                return sums.statistics();
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case RuntimeException cause -> throw cause;
                    case Error cause -> throw cause;
                    case null, default -> throw new IllegalStateException("preparing pictures failed", e);
                }
            }
        }

        private PixelStatisticsAccumulator work() {
            PixelStatisticsAccumulator sums = new PixelStatisticsAccumulator(side, channels);
            try {
                for (int i = next.getAndIncrement(); i < source.size()
                        && !Thread.currentThread().isInterrupted(); i = next.getAndIncrement()) {
                    resized(i, sums);
                    report();
                }
                return sums;
            } catch (RuntimeException | Error e) {
                next.set(source.size()); // nothing is left for the others to take
                throw e;
            }
        }

        private void resized(int index, PixelStatisticsAccumulator sums) {
            try {
                Image resized = InMemoryDataset.resized(source, index, codec, side, channels);
                if (hold) {
                    resizedImages.set(index, resized);
                }
                sums.add(resized);
            } catch (UnreadableImageException e) {
                reasons.set(index, String.valueOf(e.getMessage()));
            }
        }

        private synchronized void report() {
            progress.report(++done, source.size());
        }

        List<RejectedImage> rejected() {
            List<RejectedImage> rejected = new ArrayList<>();
            for (int i = 0; i < source.size(); i++) {
                String reason = reasons.get(i);
                if (reason != null) {
                    rejected.add(new RejectedImage(source.name(i), reason));
                }
            }
            return List.copyOf(rejected);
        }
    }
}
