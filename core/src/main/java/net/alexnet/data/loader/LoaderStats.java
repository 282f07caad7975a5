package net.alexnet.data.loader;

/// The work of a loader so far; the difference of two readings is the work in between.
///
/// @param waitNanos for which the consumer waited
/// @param workNanos that all workers together spent reading, decoding and writing
/// @param images that were decoded
/// @param batches that were asked for
/// @param ready batches that were ready when one was asked for, summed over all requests
public record LoaderStats(long waitNanos, long workNanos, long images, long batches, long ready) {
    /// A loader that has not begun.
    public static final LoaderStats NONE = new LoaderStats(0, 0, 0, 0, 0);

    /// What was done since then.
    public LoaderStats since(LoaderStats then) {
        return new LoaderStats(
                waitNanos - then.waitNanos,
                workNanos - then.workNanos,
                images - then.images,
                batches - then.batches,
                ready - then.ready);
    }

    /// What was done in both times.
    public LoaderStats plus(LoaderStats other) {
        return new LoaderStats(
                waitNanos + other.waitNanos,
                workNanos + other.workNanos,
                images + other.images,
                batches + other.batches,
                ready + other.ready);
    }

    /// The time of one worker for one picture, in milliseconds.
    public double millisPerImage() {
        return images == 0 ? 0 : workNanos / 1e6 / images;
    }

    /// How many batches were ready on average when one was asked for.
    public double queueDepth() {
        return batches == 0 ? 0 : (double) ready / batches;
    }
}
