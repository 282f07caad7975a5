package net.alexnet.data.loader;

import module java.base;
import net.alexnet.data.DatasetException;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.OrderedWork;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.Normalizer;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.UnreadableImageException;
import org.jspecify.annotations.Nullable;

/// Assembles batches ahead of the thread that consumes them, and hands them over in order.
///
/// Each batch is cut into as many pieces as there are workers, and every piece is a task of one pool that takes tasks
/// in order; so all workers help with the batch that is needed next. A loader has `depth + 1` buffers: one for
/// the batch that the consumer holds, the others being filled. They are written in place and used again.
///
/// A loader is used by one thread at a time. Any thread may close it, but not while an engine still reads a batch in
/// place. Its workers are named `feed-…`.
public final class DataLoader implements AutoCloseable {
    private static final long ALIGNMENT = 64; // a cache line, and the widest vector

    private final ImageDataset resizedImages;
    private final Preprocessing preprocessing;
    private final Optional<ImageCodec> codec;
    private final Normalizer writer;
    private final Iterator<BatchIndices> plans;
    private final int workers;
    private final int depth;
    private final Arena arena = Arena.ofShared();
    private final ArrayDeque<MemorySegment> free = new ArrayDeque<>();
    private final ArrayDeque<Pending> ahead = new ArrayDeque<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final ExecutorService pool;
    private Optional<MemorySegment> held = Optional.empty(); // the buffer of the batch that the consumer has
    private long waitNanos;

    private record Pending(BatchIndices plan, MemorySegment buffer, List<Future<?>> pieces) {}

    /// Starts to assemble batches.
    ///
    /// @param resizedImages images of the preprocessing's `resize` side and channels
    /// @param plans which batches to make; asked on the consumer's thread only
    /// @param batchSize the most pictures that a plan asks for
    /// @param workers how many threads decode and cut, at least 1
    /// @param depth how many batches are assembled ahead, at least 1
    public DataLoader(
            ImageDataset resizedImages,
            Preprocessing preprocessing,
            Iterator<BatchIndices> plans,
            int batchSize,
            int workers,
            int depth) {
        this(resizedImages, preprocessing, plans, batchSize, workers, depth, Optional.empty());
    }

    /// Starts to assemble batches of views of any size.
    ///
    /// @param codec resizes each view to the preprocessing's `crop` side
    public DataLoader(
            ImageDataset resizedImages,
            Preprocessing preprocessing,
            Iterator<BatchIndices> plans,
            int batchSize,
            int workers,
            int depth,
            ImageCodec codec) {
        this(resizedImages, preprocessing, plans, batchSize, workers, depth, Optional.of(codec));
    }

    private DataLoader(
            ImageDataset resizedImages,
            Preprocessing preprocessing,
            Iterator<BatchIndices> plans,
            int batchSize,
            int workers,
            int depth,
            Optional<ImageCodec> codec) {
        if (batchSize < 1 || workers < 1 || depth < 1) {
            throw new IllegalArgumentException("a loader needs a batch size, workers and a depth of at least 1; found "
                    + batchSize + ", " + workers + " and " + depth);
        }
        this.resizedImages = resizedImages;
        this.preprocessing = preprocessing;
        this.codec = codec;
        this.writer = new Normalizer(preprocessing);
        this.plans = plans;
        this.workers = workers;
        this.depth = depth;
        this.pool = Executors.newFixedThreadPool(workers, this::thread);
        try {
            long bytes = (long) batchSize * writer.valuesPerView() * Float.BYTES;
            for (int i = 0; i < depth + 1; i++) {
                free.add(arena.allocate(bytes, ALIGNMENT));
            }
            planAhead();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private Thread thread(Runnable work) {
        Thread thread = Thread.ofPlatform().daemon().name("feed-" + (threads.size() + 1)).unstarted(work);
        threads.add(thread);
        return thread;
    }

    /// Whether another batch follows.
    public boolean hasNext() {
        return !ahead.isEmpty() || plans.hasNext();
    }

    /// The next batch; the one before it is overwritten from now on.
    ///
    /// @throws DatasetException if a picture that could be read before cannot be now
    /// @throws NoSuchElementException if there is no further batch
    /// @throws InterruptedException if this thread is interrupted while it waits; the batch comes with the next call
    /// @throws IllegalStateException if this loader is closed
    public ImageBatch next() throws IOException, InterruptedException {
        requireOpen();
        held.ifPresent(free::add);
        held = Optional.empty();
        planAhead();
        Pending pending = ahead.peek();
        if (pending == null) {
            throw new NoSuchElementException("this loader has given its last batch");
        }
        await(pending.pieces());
        requireOpen();
        ahead.remove();
        held = Optional.of(pending.buffer());
        return batch(pending);
    }

    /// Waits until the next batch is there, or cannot be; does not take it.
    ///
    /// @throws IOException as [#next()] would
    public void ready() throws IOException, InterruptedException {
        requireOpen();
        Pending pending = ahead.peek();
        if (pending != null) {
            await(pending.pieces());
        }
    }

    /// Nanoseconds for which [#next()] and [#ready()] have waited so far.
    public long waitNanos() {
        return waitNanos;
    }

    /// Stops the workers after the image that they are at, waits for their threads to end, and frees every batch. A second
    /// call does nothing.
    @Override
    public void close() {
        for (Runnable dropped : pool.shutdownNow()) {
            if (dropped instanceof Future<?> piece) {
                piece.cancel(false); // or a consumer that waits for it on another thread would do so for ever
            }
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (arena.scope().isAlive()) {
            arena.close();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void requireOpen() {
        if (pool.isShutdown()) {
            throw new IllegalStateException("this loader is closed");
        }
    }

    private void planAhead() {
        while (ahead.size() < depth && !free.isEmpty() && plans.hasNext()) {
            BatchIndices plan = plans.next();
            MemorySegment buffer = free.remove();
            int count = plan.inputs().size();
            int piece = Math.ceilDiv(count, workers);
            List<Future<?>> pieces = new ArrayList<>();
            for (int from = 0; from < count;) {
                int first = from;
                int end = endOfImage(plan, Math.min(count, from + piece));
                from = end;
                pieces.add(pool.submit(() -> {
                    fill(plan, first, end, buffer);
                    return null;
                }));
            }
            ahead.add(new Pending(plan, buffer, pieces));
        }
    }

    /// The end of a piece, moved on to where the next picture begins, so that no two workers decode the same one.
    private static int endOfImage(BatchIndices plan, int end) {
        List<BatchIndices.Input> inputs = plan.inputs();
        int moved = end;
        while (moved < inputs.size() && inputs.get(moved).image() == inputs.get(moved - 1).image()) {
            moved++;
        }
        return moved;
    }

    /// Fills some of a batch's slots; views of the same picture that follow each other share one decoding.
    private void fill(BatchIndices plan, int from, int end, MemorySegment buffer) throws DatasetException {
        int decoded = -1;
        @Nullable
        Image resized = null;
        byte[] samples = new byte[preprocessing.resize() * preprocessing.resize() * preprocessing.channels()];
        for (int slot = from; slot < end && !Thread.currentThread().isInterrupted(); slot++) {
            BatchIndices.Input input = plan.inputs().get(slot);
            if (resized == null || input.image() != decoded) {
                decoded = input.image();
                resized = image(decoded, samples);
            }
            Crop view = input.view();
            if (codec.isEmpty() || view.side() == preprocessing.crop()) {
                writer.write(resized, view, input.shift(), buffer, slot);
            } else {
                int side = preprocessing.crop();
                Image part = resized.crop(view.left(), view.top(), view.side(), view.side());
                writer.write(codec.get().resize(part, side, side), new Crop(0, 0, side, view.mirrored()),
                        input.shift(), buffer, slot);
            }
        }
    }

    private Image image(int index, byte[] samples) throws DatasetException {
        try {
            return resizedImages.source(index).image(samples);
        } catch (UnreadableImageException e) {
            throw new DatasetException(
                    resizedImages.name(index) + " could be read when it was prepared, but not any more: "
                            + e.getMessage(),
                    e);
        }
    }

    private void await(List<Future<?>> pieces) throws IOException, InterruptedException {
        long start = System.nanoTime();
        try {
            for (Future<?> piece : pieces) {
                OrderedWork.result(piece);
            }
        } catch (CancellationException e) {
            throw new IllegalStateException("this loader is closed", e);
        } finally {
            waitNanos += System.nanoTime() - start;
        }
    }

    private ImageBatch batch(Pending pending) {
        List<BatchIndices.Input> inputs = pending.plan().inputs();
        int[] images = inputs.stream().mapToInt(BatchIndices.Input::image).toArray();
        int[] labels = new int[images.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = resizedImages.label(images[i]);
        }
        long bytes = (long) images.length * writer.valuesPerView() * Float.BYTES;
        return new ImageBatch(
                pending.plan().epoch(),
                pending.plan().number(),
                images.length,
                pending.plan().total(),
                pending.plan().first(),
                pending.plan().last(),
                preprocessing.crop(),
                preprocessing.channels(),
                pending.buffer().asSlice(0, bytes, ALIGNMENT),
                labels,
                images);
    }
}
