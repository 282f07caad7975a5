package net.alexnet.distributed;

import module java.base;
import net.alexnet.data.loader.Rank;
import net.alexnet.tensor.Tensor;

/// What the ranks of a run do together. All ranks call the same methods in the same order; a method that adds up or shares
/// returns on a rank once every rank has called it.
///
/// A group is used by one thread. After a [GroupException] it is dead: the rank ends, and starts again from the last checkpoint.
public interface Group extends AutoCloseable {
    /// The group of a run with a single rank. Sums are that rank's own values, and no method waits.
    Group SOLO = new Group() {
        @Override
        public Rank rank() {
            return Rank.SOLO;
        }

        @Override
        public Sum sum(Tensor tensor) {
            return () -> {};
        }

        @Override
        public double[] sum(double... values) {
            return values;
        }

        @Override
        public float[] gather(float[] values) {
            return values;
        }

        @Override
        public float[] reduceScatter(float[] values) {
            return values;
        }

        @Override
        public void broadcast(Tensor tensor) {}

        @Override
        public String broadcastText(String text) {
            return text;
        }

        @Override
        public void requireSame(String what, String value) {}

        @Override
        public void close() {}
    };

    /// A sum on its way.
    @FunctionalInterface
    interface Sum {
        /// Waits until the tensor holds the sum.
        ///
        /// @throws GroupException if a rank is gone or does not answer
        void await();
    }

    /// Which rank this is, and of how many.
    Rank rank();

    /// Begins to replace a tensor's values by their sums over all ranks. The tensor must live, and nothing may use it, until
    /// the sum was awaited.
    Sum sum(Tensor tensor);

    /// The sums of a few numbers over all ranks, in double: losses, counts, flags.
    double[] sum(double... values);

    /// The values of all ranks, one rank's after the other's. Their numbers may differ.
    float[] gather(float[] values);

    /// Adds up the ranks' values, in the order of the ranks. Each rank gets its part of the sums.
    ///
    /// @param values a part for each rank, one after the other, all of the same length
    /// @return the sums of this rank's part
    float[] reduceScatter(float[] values);

    /// Replaces a tensor's values by those of rank 0.
    void broadcast(Tensor tensor);

    /// A text of rank 0's; what the others give is ignored.
    String broadcastText(String text);

    /// Checks that a value is the same on all ranks.
    ///
    /// @param what names the value in the message
    /// @throws IllegalArgumentException on a rank whose value is not rank 0's
    /// @throws GroupException on the others; the message names that rank
    void requireSame(String what, String value);

    /// Whether this rank writes the run's files and tells how it goes.
    default boolean isRankZero() {
        return rank().number() == 0;
    }

    /// Whether something is so on any rank.
    default boolean any(boolean here) {
        return sum(here ? 1 : 0)[0] > 0;
    }

    @Override
    void close();
}
