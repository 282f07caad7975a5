package net.alexnet.server.service;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.HttpServer;

/// The pictures of a model that wait for its network, and the thread that computes them.
///
/// When the network is free it takes all that wait, up to a limit. It waits for pictures that are being decoded, no longer
/// than [#SHARE] says, and for others only if a delay is set. Pictures of several requests are taken in turns, so that a
/// request of many does not hold up one of few.
final class Batcher implements AutoCloseable {
    /// The time of a view is the median of so many batches, and before there are as many no request is refused for its
    /// deadline: one batch that is slow because the JVM is still compiling says nothing of later ones.
    private static final int RECENT = 8;
    /// How much longer an answer may take than is expected of it: batches differ, and the machine has other work.
    private static final double MARGIN = 1.25;

    /// How long the network waits for pictures that are being decoded, as a share of the time that those that are decoded
    /// would take: a larger batch takes less time for each picture.
    private static final double SHARE = 0.5;
    /// A request of more pictures is not waited for: none of them is there before all are decoded.
    private static final int FEW = 4;

    /// Computes a batch.
    interface Network {
        List<float[]> compute(BatchKey key, List<Image> images);
    }

    /// Is told of each batch.
    interface Listener {
        void computed(int pictures, long nanos);
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Job> waiting = new ArrayDeque<>();
    private final ServiceSettings settings;
    private final Network network;
    private final Listener listener;
    private final Thread worker;
    private int pictures;
    private int undecoded;
    private long views;
    private final Deque<Double> recent = new ArrayDeque<>(); // nanoseconds of a view
    private double nanosPerView;
    private boolean computing;
    private long ended; // batches
    private boolean closed;

    Batcher(String model, ServiceSettings settings, Network network, Listener listener) {
        this.settings = settings;
        this.network = network;
        this.listener = listener;
        worker = Thread.ofPlatform().daemon().name("batch-" + model).start(this::work);
    }

    // --- admission -------------------------------------------------------------------------------------------------

    /// The place of a request's pictures in the queue, from before they are decoded until they are computed.
    final class Place implements AutoCloseable {
        private final int ownPictures;
        private final long ownViews;
        private int awaited; // pictures that the network may wait for
        private boolean left;

        private Place(int pictures, long views) {
            this.ownPictures = pictures;
            this.ownViews = views;
            this.awaited = pictures <= FEW ? pictures : 0;
        }

        /// Says that the network need not wait for these pictures any more: they were submitted, or will not be.
        void decoded() {
            lock.lock();
            try {
                if (awaited > 0) {
                    undecoded -= awaited;
                    awaited = 0;
                    changed.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                decoded();
                if (!left) {
                    left = true;
                    pictures -= ownPictures;
                    views -= ownViews;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /// Takes places, if there are as many, and if the pictures can be expected to be computed in time.
    ///
    /// @param wanted pictures
    /// @param ofThem views of all of them together
    /// @param time that is left
    /// @throws HttpFailure of status 503
    Place reserve(int wanted, long ofThem, Duration time) throws HttpFailure {
        lock.lock();
        try {
            double wait = nanosPerView * views;
            double whole = MARGIN * nanosPerView * (views + ofThem);
            long seconds = Math.max(1, Math.round(Math.ceil(wait / 1e9)));
            if (closed) {
                throw HttpFailure.busy("the model is being replaced or the server stops", 1);
            }
            if (pictures + wanted > settings.queue()) {
                throw HttpFailure.busy("the queue has " + settings.queue() + " places; " + pictures
                        + " are taken, and this request needs " + wanted, seconds);
            }
            boolean known = recent.size() == RECENT && views > 0; // an idle network takes any request
            if (known && whole > time.toNanos()) {
                throw HttpFailure.busy("the answer would take about " + Math.round(whole / 1e6)
                        + " ms, which is longer than the deadline of " + time.toMillis() + " ms", seconds);
            }
            pictures += wanted;
            views += ofThem;
            Place place = new Place(wanted, ofThem);
            undecoded += place.awaited;
            return place;
        } finally {
            lock.unlock();
        }
    }

    /// The pictures that wait or are being computed.
    int pictures() {
        lock.lock();
        try {
            return pictures;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until the batch that the network computes now is done, if it computes one.
    ///
    /// @param deadline as of [System#nanoTime()]
    /// @throws HttpFailure of status 504 if it passed
    void awaitEndOfBatch(long deadline) throws HttpFailure, InterruptedException {
        lock.lock();
        try {
            long before = ended;
            while (computing && ended == before) { // another may have begun when this thread wakes
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw Job.late();
                }
                changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    // --- jobs ------------------------------------------------------------------------------------------------------

    /// The pictures of one request, with one key.
    final class Job {
        private final BatchKey key;
        private final List<Image> images;
        private final float[][] results;
        private final long arrived = System.nanoTime();
        private final long deadline;
        private final CompletableFuture<List<float[]>> done = new CompletableFuture<>();
        private int next;
        private int computed;
        private volatile long began;

        private Job(BatchKey key, List<Image> images, long deadline) {
            this.key = key;
            this.images = List.copyOf(images);
            this.results = new float[images.size()][];
            this.deadline = deadline;
        }

        private boolean hasNext() {
            return next < images.size();
        }

        /// Waits for the results, one for each picture.
        ///
        /// @throws HttpFailure of status 504 if the deadline passed and none of the pictures was taken yet
        List<float[]> await() throws HttpFailure, InterruptedException {
            try {
                return done.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                giveUp();
            } catch (ExecutionException e) {
                throw failure(e);
            }
            try {
                return done.get();
            } catch (ExecutionException e) {
                throw failure(e);
            }
        }

        private static HttpFailure failure(ExecutionException e) {
            if (e.getCause() instanceof HttpFailure expected) {
                return expected;
            }
            throw new IllegalStateException("the network failed", e.getCause());
        }

        private void giveUp() throws HttpFailure {
            lock.lock();
            try {
                if (next == 0) {
                    waiting.remove(this);
                    throw late();
                }
            } finally {
                lock.unlock();
            }
        }

        /// Ends a job whose deadline passed before its computation began. Its caller sees the clock, too, but may be woken later.
        private void endIfLate() {
            if (next == 0 && deadline - System.nanoTime() <= 0) {
                done.completeExceptionally(late());
            }
        }

        private static HttpFailure late() {
            return new HttpFailure(504, "the deadline passed while the pictures waited");
        }

        /// Takes back what waits. Does nothing if all pictures were computed.
        void cancel() {
            lock.lock();
            try {
                waiting.remove(this);
                done.cancel(false);
            } finally {
                lock.unlock();
            }
        }

        /// How long the first picture waited, in nanoseconds.
        long queued() {
            return began - arrived;
        }
    }

    /// Puts pictures into the queue. They need a [Place].
    ///
    /// @param deadline as of [System#nanoTime()]
    Job submit(BatchKey key, List<Image> images, long deadline) throws HttpFailure {
        Job job = new Job(key, images, deadline);
        lock.lock();
        try {
            if (closed) {
                throw HttpFailure.busy("the model is being replaced or the server stops", 1);
            }
            waiting.add(job);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        return job;
    }

    // --- the worker ------------------------------------------------------------------------------------------------

    /// A picture of a job.
    private record Taken(Job job, int index) {
        Image image() {
            return job.images.get(index);
        }
    }

    private void work() {
        for (boolean more = true; more;) {
            try {
                List<Taken> batch = take();
                more = !batch.isEmpty();
                if (more) {
                    compute(batch);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException | Error e) { // such as an OutOfMemoryError: those who wait learn of it
                failAll(e);
            }
        }
    }

    private void failAll(Throwable reason) {
        lock.lock();
        try {
            waiting.forEach(job -> job.done.completeExceptionally(reason));
            waiting.clear();
        } finally {
            lock.unlock();
        }
    }

    /// Waits for pictures; none if the batcher was closed and nothing waits.
    private List<Taken> take() throws InterruptedException {
        lock.lock();
        try {
            while (true) {
                removeEnded();
                if (waiting.isEmpty()) {
                    if (closed) {
                        return List.of();
                    }
                    changed.await();
                } else {
                    awaitMore();
                    removeEnded();
                    if (!waiting.isEmpty()) { // nobody gave up meanwhile
                        List<Taken> batch = deal();
                        computing = true;
                        return batch;
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// Removes the jobs that have ended: their batch failed, their request was canceled, or their deadline passed.
    private void removeEnded() {
        waiting.forEach(Job::endIfLate);
        waiting.removeIf(job -> job.done.isDone());
    }

    private void awaitMore() throws InterruptedException {
        long start = System.nanoTime();
        while (!closed && !waiting.isEmpty() && picturesOfNextBatch() < most(waiting.getFirst())) {
            long now = System.nanoTime();
            long left = Math.min(patience() - (now - start), spare(now));
            if (left <= 0) {
                return;
            }
            changed.awaitNanos(left);
        }
    }

    private long patience() {
        return Math.max(settings.maxDelay().toNanos(), undecoded == 0 ? 0 : (long) (SHARE * nanosOfNextBatch()));
    }

    private double nanosOfNextBatch() {
        return nanosPerView * picturesOfNextBatch() * waiting.getFirst().key.views().count();
    }

    /// How long the next batch may be put off to end before all deadlines. Before the first batch nothing is known of its time,
    /// and half of what is left at the arrival is kept for it.
    private long spare(long now) {
        double expected = MARGIN * nanosOfNextBatch();
        return waiting.stream().mapToLong(job -> job.deadline - now
                - (nanosPerView == 0 ? (job.deadline - job.arrived) / 2 : (long) expected)).min().orElseThrow();
    }

    private int picturesOfNextBatch() {
        BatchKey key = waiting.getFirst().key;
        return waiting.stream().filter(job -> job.key.equals(key)).mapToInt(job -> job.images.size() - job.next)
                .sum();
    }

    private int most(Job job) {
        return Math.max(1, settings.maxBatch() / job.key.views().count());
    }

    /// A picture of each request in turns. Requests that still have some go to the end of the queue.
    private List<Taken> deal() {
        BatchKey key = waiting.getFirst().key;
        int most = most(waiting.getFirst());
        List<Job> same = waiting.stream().filter(job -> job.key.equals(key)).toList();
        List<Taken> batch = new ArrayList<>();
        for (boolean found = true; found && batch.size() < most;) {
            found = false;
            for (Job job : same) {
                if (job.hasNext() && batch.size() < most) {
                    batch.add(new Taken(job, job.next++));
                    found = true;
                }
            }
        }
        for (Job job : same) {
            if (job.next > 0) {
                waiting.remove(job);
                if (job.hasNext()) {
                    waiting.addLast(job);
                }
            }
        }
        return batch;
    }

    private void compute(List<Taken> batch) {
        long start = System.nanoTime();
        try {
            for (Taken one : batch) {
                if (one.job().began == 0) {
                    one.job().began = start;
                }
            }
            BatchKey key = batch.getFirst().job().key;
            List<float[]> results = network.compute(key, batch.stream().map(Taken::image).toList());
            long nanos = System.nanoTime() - start;
            listener.computed(batch.size(), nanos);
            learn((double) nanos / batch.size() / key.views().count());
            for (int i = 0; i < batch.size(); i++) {
                Job job = batch.get(i).job();
                job.results[batch.get(i).index()] = results.get(i);
                if (++job.computed == job.images.size()) {
                    job.done.complete(List.of(job.results));
                }
            }
        } catch (RuntimeException | Error e) { // an OutOfMemoryError ends this batch, not the service
            batch.forEach(one -> one.job().done.completeExceptionally(e));
        } finally {
            lock.lock();
            try {
                computing = false;
                ended++;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void learn(double nanos) {
        lock.lock();
        try {
            if (recent.size() == RECENT) {
                recent.removeFirst();
            }
            recent.addLast(nanos);
            nanosPerView = recent.stream().sorted().toList().get(recent.size() / 2);
        } finally {
            lock.unlock();
        }
    }

    /// Whether nothing is computed any more.
    boolean hasEnded() {
        return !worker.isAlive();
    }

    /// Computes what waits, and takes nothing more. Waits for that no longer than [HttpServer#PATIENCE].
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            worker.join(HttpServer.PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
