package net.alexnet.server.studio;

import module java.base;
import net.alexnet.Options;
import net.alexnet.data.ProgressListener;
import net.alexnet.inference.Engines;
import net.alexnet.inference.StrongestPictures;
import net.alexnet.io.AtomicFiles;
import net.alexnet.report.ValidationPass;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.BackendException;
import org.jspecify.annotations.Nullable;

/// What checkpoints say of their validation pictures. Each is computed when it is first asked for,
/// one after the other and with half of the cores, because a training may run beside it. The last
/// few are kept. Safe for use by many threads.
final class Evaluations implements AutoCloseable {
    private static final int KEPT = 3;

    private final Options options;
    private final ExecutorService executor = Executors
            .newSingleThreadExecutor(Thread.ofPlatform().daemon().name("evaluation").factory());
    private final Map<CheckpointId, Job> jobs = new LinkedHashMap<>(KEPT, 0.75f, true);

    Evaluations(Options options) {
        this.options = options.threads(Math.max(1, options.threads() / 2));
    }

    /// An evaluation that was asked for.
    static final class Job {
        private final StrongestPictures strongest = new StrongestPictures();
        private volatile boolean stopped;
        private volatile long done;
        private volatile long total;
        private volatile @Nullable ValidationPass pass;
        private volatile @Nullable String failure;

        /// The result; empty while it is computed, and if that failed.
        Optional<ValidationPass> pass() {
            return Optional.ofNullable(pass);
        }

        /// The pictures that excite each unit most; complete when there is a result.
        StrongestPictures strongest() {
            return strongest;
        }

        /// Why there is none.
        Optional<String> failure() {
            return Optional.ofNullable(failure);
        }

        /// Pictures evaluated.
        long done() {
            return done;
        }

        /// Pictures to evaluate; 0 before they are counted.
        long total() {
            return total;
        }

        private boolean ended() {
            return pass != null || failure != null;
        }
    }

    /// An evaluation that was asked for before; empty if none was.
    synchronized Optional<Job> find(CheckpointId checkpoint) {
        return Optional.ofNullable(jobs.get(checkpoint));
    }

    /// Starts an evaluation, unless there is one. One that failed is tried again.
    synchronized Job start(CheckpointId checkpoint) {
        Job known = jobs.get(checkpoint);
        if (known != null && known.failure == null) {
            return known;
        }
        Job job = new Job();
        jobs.put(checkpoint, job);
        Iterator<Job> oldest = jobs.values().iterator();
        while (jobs.size() > KEPT) {
            Job old = oldest.next();
            old.stopped |= !old.ended();
            oldest.remove();
        }
        executor.execute(() -> work(checkpoint, job));
        return job;
    }

    private void work(CheckpointId checkpoint, Job job) {
        ProgressListener progress = new ProgressListener() {
            @Override
            public void progress(String task, long done, long total) {
                job.done = done;
                job.total = total;
            }
        };
        try (Backend backend = Engines.openForInference(options.device(), options.threads())) {
            job.pass = ValidationPass.of(checkpoint.folder(), backend,
                    options.reporting(progress, () -> job.stopped), job.strongest::watch);
        } catch (IOException e) {
            job.failure = AtomicFiles.reason(e);
        } catch (BackendException | IllegalArgumentException e) {
            job.failure = String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            job.failure = "stopped";
        } catch (RuntimeException | Error e) { // whoever waits for it must be told
            job.failure = "it failed unexpectedly: " + e;
        }
    }

    @Override
    public synchronized void close() {
        jobs.values().forEach(job -> job.stopped = true);
        executor.shutdown();
    }
}
