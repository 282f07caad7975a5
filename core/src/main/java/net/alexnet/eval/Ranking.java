package net.alexnet.eval;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// The order of the classes by their probability for one picture.
///
/// Equal probabilities rank in the order of the classes, so that a network which says the same of every class is not
/// right by accident; a probability that is not a number ranks last.
public final class Ranking {
    private Ranking() {}

    /// The place of a class: 0 for the most probable one.
    ///
    /// @param row holds one probability per class from `offset` on
    /// @return `0 .. classes − 1`; `classes` where the class's own probability is not a number
    public static int place(float[] row, int offset, int classes, int label) {
        float own = row[offset + label];
        if (Float.isNaN(own)) {
            return classes;
        }
        int place = 0;
        for (int c = 0; c < classes; c++) {
            float other = row[offset + c];
            if (other > own || (other == own && c < label)) {
                place++;
            }
        }
        return place;
    }

    /// The most probable classes, best first.
    ///
    /// @param count how many at most
    public static List<Integer> best(float[] row, int offset, int classes, int count) {
        Comparator<Integer> falling = Comparator.comparingDouble(c -> -row[offset + c]);
        return IntStream.range(0, classes)
                .boxed()
                .sorted(falling.thenComparing(Comparator.naturalOrder()))
                .limit(count)
                .toList();
    }
}
