package net.alexnet.train;

import java.util.function.LongSupplier;

/// Measures images per second, and how long the loop waited for data. Pauses, such as a validation, do not count.
final class Throughput {
    private final LongSupplier clock;
    private final LongSupplier waited;
    private Span whole = Span.NONE;
    private Span recent = Span.NONE;
    private long lastTime;
    private long lastWaited;

    /// Some time of training.
    ///
    /// @param images that were trained on
    /// @param nanos that it took, waiting for data included
    /// @param waitNanos in which the loop waited for data
    record Span(long images, long nanos, long waitNanos) {
        private static final Span NONE = new Span(0, 0, 0);

        private Span plus(Span other) {
            return new Span(images + other.images, nanos + other.nanos, waitNanos + other.waitNanos);
        }

        double imagesPerSecond() {
            return nanos == 0 ? 0 : images * 1e9 / nanos;
        }

        /// The fraction of the time in which the loop waited for data.
        double waitShare() {
            return nanos == 0 ? 0 : (double) waitNanos / nanos;
        }
    }

    /// @param clock in nanoseconds
    /// @param waited for data so far, in nanoseconds
    Throughput(LongSupplier clock, LongSupplier waited) {
        this.clock = clock;
        this.waited = waited;
        resume();
    }

    /// Ends a pause.
    void resume() {
        lastTime = clock.getAsLong();
        lastWaited = waited.getAsLong();
    }

    /// Ends a step.
    void step(int images) {
        Span step = new Span(images, clock.getAsLong() - lastTime, waited.getAsLong() - lastWaited);
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
