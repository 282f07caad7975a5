package net.alexnet.input;

import java.util.random.RandomGenerator;
import net.alexnet.random.Draws;
import net.alexnet.random.Draws.Purpose;

/// The order in which an epoch visits the pictures: a permutation of the whole set, new in every epoch. (The 2012
/// source shuffled once, when the data was made.)
public final class EpochOrder {
    private EpochOrder() {}

    /// The indices `0 .. size − 1` in an order drawn from the seed and the epoch (Fisher and Yates's shuffle, every
    /// permutation equally likely).
    public static int[] of(int size, long seed, int epoch) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            order[i] = i;
        }
        RandomGenerator random = Draws.generator(seed, Purpose.ORDER, epoch);
        for (int last = size - 1; last > 0; last--) {
            int chosen = random.nextInt(last + 1);
            int swapped = order[chosen];
            order[chosen] = order[last];
            order[last] = swapped;
        }
        return order;
    }
}
