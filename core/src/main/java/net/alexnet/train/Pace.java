package net.alexnet.train;

import java.util.function.LongSupplier;

/// How fast a run goes: pictures per second and the share of time spent waiting for data. Time in which nothing was
/// trained, such as a validation, is left out.
final class Pace {
    private final LongSupplier clock;
    private final LongSupplier waited;
    private final Span whole = new Span();
    private final Span recent = new Span();
    private long last;
    private long lastWaited;

    private static final class Span {
        private long pictures;
        private long nanos;
        private long waitNanos;

        void add(long moreNanos, long moreWaitNanos, int morePictures) {
            nanos += moreNanos;
            waitNanos += moreWaitNanos;
            pictures += morePictures;
        }

        double picturesPerSecond() {
            return nanos == 0 ? 0 : pictures * 1e9 / nanos;
        }

        double waitShare() {
            return nanos == 0 ? 0 : (double) waitNanos / nanos;
        }
    }

    /// @param clock in nanoseconds
    /// @param waited the nanoseconds that the loop has waited for data so far
    Pace(LongSupplier clock, LongSupplier waited) {
        this.clock = clock;
        this.waited = waited;
        resume();
    }

    /// Training goes on after a pause.
    void resume() {
        last = clock.getAsLong();
        lastWaited = waited.getAsLong();
    }

    /// A step is done, its waiting for data included.
    void step(int pictures) {
        long nanos = clock.getAsLong() - last;
        long waitNanos = waited.getAsLong() - lastWaited;
        whole.add(nanos, waitNanos, pictures);
        recent.add(nanos, waitNanos, pictures);
        resume();
    }

    /// Begins a new recent span.
    void mark() {
        recent.pictures = 0;
        recent.nanos = 0;
        recent.waitNanos = 0;
    }

    double recentPicturesPerSecond() {
        return recent.picturesPerSecond();
    }

    double recentWaitShare() {
        return recent.waitShare();
    }

    /// Over all steps of this process.
    double picturesPerSecond() {
        return whole.picturesPerSecond();
    }
}
