package net.alexnet.tensor;

/// Checks of values that users set.
public final class Check {
    private Check() {}

    /// Refuses a value: `key must be expected, found found`.
    ///
    /// @throws IllegalArgumentException unless `holds`
    public static void that(boolean holds, String key, Object found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(key + " must be " + expected + ", found " + found);
        }
    }
}
