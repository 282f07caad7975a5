package net.alexnet.train;

import java.util.function.DoubleSupplier;

/// What is done before anything is read: what is made once, and Java's compiler, which takes seconds whatever the network's
/// size. A small network's steps would otherwise be read while their kernels are still interpreted.
final class WarmUp {
    private static final int LEAST = 3;

    /// Far beyond what the compiler waits for, so that a toy network does not take the whole time.
    private static final int MOST = 300;

    private WarmUp() {}

    /// Repeats a step: at least 3 times, and then until the time is up, but not more than 300 times.
    ///
    /// @param seconds that the steps take together at least
    /// @param step gives the seconds that it took
    /// @return how many there were
    static int run(double seconds, DoubleSupplier step) {
        double spent = 0;
        int steps = 0;
        while (steps < LEAST || (spent < seconds && steps < MOST)) {
            spent += step.getAsDouble();
            steps++;
        }
        return steps;
    }
}
