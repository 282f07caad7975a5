package net.alexnet.server.studio;

import module java.base;
import net.alexnet.data.ProgressListener;
import net.alexnet.io.AtomicFiles;
import net.alexnet.server.HttpFailure;
import net.alexnet.tensor.BackendException;
import org.jspecify.annotations.Nullable;

/// Long computations on checkpoints, in the background and one after the other. The last few are kept. Safe for use by many
/// threads.
final class Jobs<R> implements AutoCloseable {
    private final int kept;
    private final ExecutorService executor;
    private final Map<CheckpointId, Job<R>> jobs = new LinkedHashMap<>(16, 0.75f, true); // the oldest use first

    /// @param name of the thread
    /// @param kept how many jobs wait, compute or are kept
    Jobs(String name, int kept) {
        this.kept = kept;
        this.executor = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
    }

    /// What a job computes.
    @FunctionalInterface
    interface Work<R> {
        /// Computes the result.
        ///
        /// @param stop polled; true to give up, as the job was dropped or the page is closing
        R compute(ProgressListener progress, BooleanSupplier stop)
                throws IOException, HttpFailure, InterruptedException;
    }

    /// A job that was asked for.
    static final class Job<R> {
        private volatile boolean stopped;
        private volatile long done;
        private volatile long total;
        private volatile @Nullable R result;
        private volatile @Nullable String failure;

        /// The result; empty while it is computed, and if that failed.
        Optional<R> result() {
            return Optional.ofNullable(result);
        }

        /// Why there is none.
        Optional<String> failure() {
            return Optional.ofNullable(failure);
        }

        /// Pictures done.
        long done() {
            return done;
        }

        /// Pictures to do; 0 before they are counted.
        long total() {
            return total;
        }

        private void run(Work<R> work) {
            try {
                result = work.compute(ProgressListener.of((_, now, all) -> {
                    done = now;
                    total = all;
                }), () -> stopped);
            } catch (IOException e) {
                failure = AtomicFiles.reason(e);
            } catch (HttpFailure | BackendException | IllegalArgumentException e) {
                failure = String.valueOf(e.getMessage());
            } catch (InterruptedException e) {
                failure = "stopped";
            } catch (RuntimeException | Error e) { // whoever waits for it must be told
                failure = "it failed unexpectedly: " + e;
            }
        }
    }

    /// The job of a checkpoint; empty if none was asked for.
    synchronized Optional<Job<R>> find(CheckpointId checkpoint) {
        return Optional.ofNullable(jobs.get(checkpoint));
    }

    /// Whether as many jobs as are kept wait or compute, so that another one would stop the oldest.
    synchronized boolean busy() {
        return jobs.values().stream().filter(job -> job.result == null && job.failure == null).count() >= kept;
    }

    /// Starts a job, unless there is one. One that failed is tried again. Where there are too many, the oldest that has ended
    /// is forgotten, or else the oldest is stopped.
    synchronized Job<R> start(CheckpointId checkpoint, Work<R> work) {
        Job<R> known = jobs.get(checkpoint);
        if (known != null && known.failure == null) {
            return known;
        }
        jobs.remove(checkpoint);
        if (jobs.size() == kept) {
            CheckpointId oldest = jobs.entrySet().stream()
                    .filter(one -> one.getValue().result != null || one.getValue().failure != null).findFirst()
                    .orElseGet(() -> jobs.entrySet().iterator().next()).getKey();
            Objects.requireNonNull(jobs.remove(oldest)).stopped = true;
        }
        Job<R> job = new Job<>();
        jobs.put(checkpoint, job);
        executor.execute(() -> job.run(work));
        return job;
    }

    /// Forgets a job.
    synchronized void forget(CheckpointId checkpoint) {
        jobs.remove(checkpoint);
    }

    @Override
    public synchronized void close() {
        jobs.values().forEach(job -> job.stopped = true);
        executor.shutdown();
    }
}
