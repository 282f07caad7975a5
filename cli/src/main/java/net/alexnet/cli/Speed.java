package net.alexnet.cli;

import java.util.function.LongSupplier;

/// How fast a stage of a long job goes, counted from where it began or was resumed.
final class Speed {
    private final LongSupplier clock;
    private final long start;
    private final long first;

    /// @param clock in nanoseconds
    /// @param first how much was done before
    Speed(LongSupplier clock, long first) {
        this.clock = clock;
        this.start = clock.getAsLong();
        this.first = first;
    }

    /// Pictures per second so far.
    double perSecond(long done) {
        double seconds = (clock.getAsLong() - start) / 1e9;
        return seconds > 0 ? (done - first) / seconds : 0;
    }

    /// Infinite as long as nothing is done.
    double secondsLeft(long done, long total) {
        return (total - done) / perSecond(done);
    }
}
