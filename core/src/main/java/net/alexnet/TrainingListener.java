package net.alexnet;

import net.alexnet.train.RunListener;

/// Is told how training goes: the events of a [RunListener], and the estimate before a run. No method
/// has to be overridden.
public interface TrainingListener extends RunListener {
    /// Ignores everything.
    TrainingListener NONE = new TrainingListener() {};

    /// A new run's speed was measured, see [Training#estimate].
    ///
    /// @param seconds the run is expected to take
    default void estimated(double seconds, double imagesPerSecond) {}
}
