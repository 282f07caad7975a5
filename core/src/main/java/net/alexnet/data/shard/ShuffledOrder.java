package net.alexnet.data.shard;

import java.util.random.RandomGenerator;
import net.alexnet.util.CounterRng;
import net.alexnet.util.CounterRng.Purpose;

/// The order in which a split is stored.
final class ShuffledOrder {
    private ShuffledOrder() {}

    /// As the source has it: a validation set's order is the order of its answers (ILSVRC's submission file).
    static int[] ofSource(int size) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            order[i] = i;
        }
        return order;
    }

    /// Shuffled once, as the 2012 source did, so that neighbours are of different classes even where a slow disk is
    /// read nearly in a line.
    static int[] shuffled(int size, long seed) {
        int[] order = ofSource(size);
        RandomGenerator random = CounterRng.generator(seed, Purpose.STORAGE);
        for (int last = size - 1; last > 0; last--) {
            int chosen = random.nextInt(last + 1);
            int swapped = order[chosen];
            order[chosen] = order[last];
            order[last] = swapped;
        }
        return order;
    }
}
