package net.alexnet.tensor;

import module java.base;

/// Random numbers as a function of (seed, purpose, counters).
///
/// Nothing keeps a generator between two steps, so a batch stream is the same with one worker or sixteen, and a resumed
/// run draws what the uninterrupted one would have drawn: the whole random state of a run is its seed and its position.
public final class CounterRng {
    /// 2^64 over the golden ratio, the odd step of SplitMix64.
    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private static final RandomGeneratorFactory<RandomGenerator> FACTORY = RandomGeneratorFactory
            .of("L64X128MixRandom");

    /// What a draw is for; the same counters give unrelated numbers for two purposes.
    public enum Purpose {
        /// The initial weights, by layer.
        WEIGHTS(1),
        /// The order of pictures, by epoch.
        ORDER(2),
        /// Crop and mirror, by epoch and picture.
        AUGMENTATION(3),
        /// Which units are dropped, by step and layer.
        DROPOUT(4),
        /// Which pictures are held out for validation.
        SPLIT(5),
        /// Color noise, by epoch and picture.
        COLOR(6),
        /// The order in which pictures are stored.
        STORAGE(7);

        /// Part of every draw, so it never changes: a new purpose takes a new number.
        private final int number;

        Purpose(int number) {
            this.number = number;
        }
    }

    private CounterRng() {}

    /// Sixty-four random bits for these counters: each is added and mixed in turn by the finalizer of SplitMix64.
    public static long bits(long seed, Purpose purpose, long... counters) {
        long state = mix(seed + GAMMA * purpose.number);
        for (long counter : counters) {
            state = mix(state + GAMMA * (counter + 1));
        }
        return state;
    }

    /// A generator for a draw that needs many numbers, starting from [#bits].
    public static RandomGenerator generator(long seed, Purpose purpose, long... counters) {
        return FACTORY.create(bits(seed, purpose, counters));
    }

    /// The indices `0 .. size − 1` in an order drawn from a generator; every permutation is equally likely.
    public static int[] permutation(int size, RandomGenerator random) {
        int[] order = IntStream.range(0, size).toArray();
        shuffle(order, 0, size, random);
        return order;
    }

    /// Shuffles a part of an order by the algorithm of Fisher and Yates.
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

    /// The i-th uniform number in `[0, 1)` that follows from `start`, with 24 bits.
    public static float uniform(long start, long i) {
        return uniformBits(start, i) * 0x1p-24f;
    }

    /// [#uniform] times 2^24.
    public static long uniformBits(long start, long i) {
        return mix(start + GAMMA * (i + 1)) >>> 40;
    }

    /// The number below which [#uniformBits] is with this probability.
    ///
    /// @param probability 0 to 1
    public static long threshold(double probability) {
        return (long) Math.ceil(probability * (1 << 24));
    }

    /// The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
