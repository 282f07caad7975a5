package net.alexnet.inference;

import java.util.Comparator;

/// A row of features near to a query.
///
/// @param row its index
/// @param distance Euclidean, in the features' unit
public record Neighbor(int row, double distance) {
    /// Nearest first, and of equally near ones the first.
    static final Comparator<Neighbor> ORDER = Comparator.comparingDouble(Neighbor::distance)
            .thenComparingInt(Neighbor::row);
}
