package net.alexnet.train;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import net.alexnet.data.loader.LoaderStats;

/// How fast a run goes: pictures per second, and what its feed did meanwhile. Time in which nothing was trained, such
/// as a validation, is left out.
final class Throughput {
    private final LongSupplier clock;
    private final Supplier<LoaderStats> feed;
    private Span whole = Span.NONE;
    private Span recent = Span.NONE;
    private long last;
    private LoaderStats lastUse = LoaderStats.NONE;

    /// What was done in some time of training.
    ///
    /// @param pictures that were trained on
    /// @param nanos that it took, waiting for data included
    /// @param feed what the feed did
    record Span(long pictures, long nanos, LoaderStats feed) {
        static final Span NONE = new Span(0, 0, LoaderStats.NONE);

        Span plus(Span other) {
            return new Span(pictures + other.pictures, nanos + other.nanos, feed.plus(other.feed));
        }

        double picturesPerSecond() {
            return nanos == 0 ? 0 : pictures * 1e9 / nanos;
        }

        /// The fraction of the time in which the loop waited for data.
        double waitShare() {
            return nanos == 0 ? 0 : (double) feed.waitNanos() / nanos;
        }

        /// How many cores the workers kept busy; a worker that the system holds up counts as busy.
        double decoderCores() {
            return nanos == 0 ? 0 : (double) feed.workNanos() / nanos;
        }
    }

    /// @param clock in nanoseconds
    /// @param feed what the feed has done so far
    Throughput(LongSupplier clock, Supplier<LoaderStats> feed) {
        this.clock = clock;
        this.feed = feed;
        resume();
    }

    /// Training goes on after a pause.
    void resume() {
        last = clock.getAsLong();
        lastUse = feed.get();
    }

    /// A step is done, its waiting for data included.
    void step(int pictures) {
        Span step = new Span(pictures, clock.getAsLong() - last, feed.get().since(lastUse));
        whole = whole.plus(step);
        recent = recent.plus(step);
        resume();
    }

    /// Begins a new recent span.
    void mark() {
        recent = Span.NONE;
    }

    /// The steps since the last mark.
    Span recent() {
        return recent;
    }

    /// All steps of this process.
    Span whole() {
        return whole;
    }
}
