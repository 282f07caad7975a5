package net.alexnet.spark;

import module java.base;

/// Refuses versions of Java with which Spark loses data.
final class JavaVersion {
    private static final Runtime.Version FIRST = Runtime.Version.parse("25.0.3");

    private JavaVersion() {}

    /// Checks this JVM.
    ///
    /// @throws IllegalStateException if Spark does not work with it
    static void require() {
        require(Runtime.version());
    }

    static void require(Runtime.Version found) {
        if (found.compareToIgnoreOptional(FIRST) < 0) {
            throw new IllegalStateException("Java " + found + " may corrupt Spark's data (SPARK-55852, a fault of the"
                    + " collector G1): run the driver and the executors with Java " + FIRST + " or newer");
        }
    }
}
