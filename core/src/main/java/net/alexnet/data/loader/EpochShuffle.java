package net.alexnet.data.loader;

import java.util.random.RandomGenerator;
import net.alexnet.tensor.Check;
import net.alexnet.tensor.CounterRng;
import net.alexnet.tensor.CounterRng.Purpose;

/// The order in which an epoch visits the images: a permutation of the whole set, new in every epoch. (The 2012
/// source shuffled once, when the data was made.)
///
/// @param window 0 for any order, each equally likely; else how many images are mixed at a time. Blocks of an eighth of
///     the window are put in a random order, and only images of the same window change places. So reads stay within
///     eight stretches of a slow disk until all of them are read, and its cache can hold those.
public record EpochShuffle(int window) {
    /// Every permutation equally likely.
    public static final EpochShuffle WHOLE = new EpochShuffle(0);

    private static final int BLOCKS = 8; // to a window

    public EpochShuffle {
        Check.that(window >= 0, "a shuffle's window", window, "0, for the whole set, or more");
    }

    /// The indices `0 .. size − 1` in an order drawn from the seed and the epoch.
    public int[] of(int size, long seed, int epoch) {
        if (window == 0 || window >= size) {
            return CounterRng.permutation(size, CounterRng.generator(seed, Purpose.ORDER, epoch));
        }
        int block = Math.max(1, window / BLOCKS);
        RandomGenerator random = CounterRng.generator(seed, Purpose.ORDER, epoch, window);
        int[] blocks = CounterRng.permutation(Math.ceilDiv(size, block), random);
        int[] order = new int[size];
        int at = 0;
        for (int chosen : blocks) {
            int end = (int) Math.min(size, (chosen + 1L) * block);
            for (int i = chosen * block; i < end; i++) {
                order[at++] = i;
            }
        }
        for (int from = 0; from < size; from += window) {
            CounterRng.shuffle(order, from, Math.min(size, from + window), random);
        }
        return order;
    }
}
