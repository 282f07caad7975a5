package net.alexnet.train;

import java.util.List;

/// Readings of one thing: the one in the middle, and how far they lie apart.
///
/// @param median the middle one, or the mean of the two in the middle
/// @param least the smallest
/// @param greatest the largest
public record Summary(double median, double least, double greatest) {
    /// Sums readings up.
    ///
    /// @param readings at least one, in any order
    public static Summary of(List<Double> readings) {
        List<Double> sorted = readings.stream().sorted().toList();
        int n = sorted.size();
        double middle = (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
        return new Summary(middle, sorted.getFirst(), sorted.getLast());
    }

    /// The same in another unit.
    public Summary times(double factor) {
        return new Summary(median * factor, least * factor, greatest * factor);
    }
}
