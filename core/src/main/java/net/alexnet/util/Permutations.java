package net.alexnet.util;

import java.util.random.RandomGenerator;

/// Orders of the indices of a list.
public final class Permutations {
    private Permutations() {}

    /// The indices `0 .. size − 1` in their order.
    public static int[] identity(int size) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            order[i] = i;
        }
        return order;
    }

    /// Shuffles a part of an order by the algorithm of Fisher and Yates; every permutation is equally likely.
    ///
    /// @param from the first place
    /// @param end the place after the last
    public static void shuffle(int[] order, int from, int end, RandomGenerator random) {
        for (int last = end - 1; last > from; last--) {
            int chosen = from + random.nextInt(last - from + 1);
            int swapped = order[chosen];
            order[chosen] = order[last];
            order[last] = swapped;
        }
    }
}
