package net.alexnet.neighbours;

import java.util.Comparator;

/// A row of features near to a query.
///
/// @param row its index
/// @param distance Euclidean, in the features' unit
public record Neighbour(int row, double distance) {
    /// Nearest first, and of equally near ones the first.
    static final Comparator<Neighbour> ORDER = Comparator.comparingDouble(Neighbour::distance)
            .thenComparingInt(Neighbour::row);
}
