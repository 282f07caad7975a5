package net.alexnet.train;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import net.alexnet.data.loader.LoaderStats;

/// Measures images per second, and what the data loader did meanwhile. Pauses, such as a validation, do not count.
final class Throughput {
    private final LongSupplier clock;
    private final Supplier<LoaderStats> loader;
    private Span whole = Span.NONE;
    private Span recent = Span.NONE;
    private long last;
    private LoaderStats lastStats = LoaderStats.NONE;

    /// Some time of training.
    ///
    /// @param images that were trained on
    /// @param nanos that it took, waiting for data included
    /// @param loader what the data loader did
    record Span(long images, long nanos, LoaderStats loader) {
        static final Span NONE = new Span(0, 0, LoaderStats.NONE);

        Span plus(Span other) {
            return new Span(images + other.images, nanos + other.nanos, loader.plus(other.loader));
        }

        double imagesPerSecond() {
            return perNano(images * 1e9);
        }

        /// The fraction of the time in which the loop waited for data.
        double waitShare() {
            return perNano((double) loader.waitNanos());
        }

        /// The average number of busy workers. A worker that waits for a processor counts as busy.
        double decoderCores() {
            return perNano((double) loader.workNanos());
        }

        private double perNano(double value) {
            return nanos == 0 ? 0 : value / nanos;
        }
    }

    /// @param clock in nanoseconds
    /// @param loader what the data loader has done so far
    Throughput(LongSupplier clock, Supplier<LoaderStats> loader) {
        this.clock = clock;
        this.loader = loader;
        resume();
    }

    /// Ends a pause.
    void resume() {
        last = clock.getAsLong();
        lastStats = loader.get();
    }

    /// Ends a step.
    void step(int images) {
        Span step = new Span(images, clock.getAsLong() - last, loader.get().since(lastStats));
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
