package net.alexnet.data.loader;

/// Which of many training processes this is.
///
/// @param number from 0
/// @param world how many there are, at least 1
public record Rank(int number, int world) {
    /// The only one.
    public static final Rank SOLO = new Rank(0, 1);

    public Rank {
        if (world < 1 || number < 0 || number >= world) {
            throw new IllegalArgumentException("there is no rank " + number + " of " + world);
        }
    }

    /// Where this rank's part of `count` pictures begins; rank `n`'s part ends where that of rank `n + 1` begins, and no
    /// two differ by more than one.
    public int begin(int count) {
        return (int) ((long) count * number / world);
    }

    /// Where this rank's part of `count` pictures ends.
    public int end(int count) {
        return (int) ((long) count * (number + 1) / world);
    }
}
