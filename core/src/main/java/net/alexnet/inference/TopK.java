package net.alexnet.inference;

import module java.base;

/// The order of the classes by their probability for one image.
///
/// Equal probabilities rank in the order of the classes, so that a network which gives every class
/// the same probability is not right by accident. A probability that is not a number ranks last.
public final class TopK {
    private TopK() {}

    /// The rank of a class: 0 for the most probable one.
    ///
    /// @param row holds one probability per class from `offset` on
    /// @return `0 .. classes − 1`; `classes` if the class's own probability is not a number
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

    /// The most probable classes, most probable first.
    ///
    /// @param count of the classes at most
    public static List<Integer> best(float[] row, int offset, int classes, int count) {
        int[] best = new int[Math.min(count, classes)]; // the best of the classes seen so far
        int kept = 0;
        for (int c = 0; c < classes; c++) {
            int place = kept;
            while (place > 0 && exceeds(row[offset + c], row[offset + best[place - 1]])) {
                place--;
            }
            if (place < best.length) {
                kept = Math.min(kept + 1, best.length);
                System.arraycopy(best, place, best, place + 1, kept - place - 1);
                best[place] = c;
            }
        }
        return Arrays.stream(best).boxed().toList();
    }

    private static boolean exceeds(float later, float earlier) {
        return later > earlier || (Float.isNaN(earlier) && !Float.isNaN(later));
    }
}
