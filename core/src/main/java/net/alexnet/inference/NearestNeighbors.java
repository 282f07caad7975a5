package net.alexnet.inference;

import module java.base;

/// Nearest neighbors by Euclidean distance, found by comparing with every row.
///
/// A query reads the whole matrix once with all cores: 1.6 GB for 100,000 rows of 4,096 features,
/// which takes 0.4 seconds of one core where the file is in memory. Plain loops: the Vector API
/// gains little where memory is the limit.
public final class NearestNeighbors {
    private static final int BLOCK = 256;

    private NearestNeighbors() {}

    /// A row near to a query.
    ///
    /// @param row its index
    /// @param distance Euclidean, in the features' unit
    public record Neighbor(int row, double distance) {
        /// Nearest first; of equally near rows the one with the lower index.
        static final Comparator<Neighbor> ORDER = Comparator.comparingDouble(Neighbor::distance)
                .thenComparingInt(Neighbor::row);
    }

    /// The nearest so far of rows that come one after the other and are not kept.
    public static final class Search {
        private final float[] query;
        private final int count;
        private final NavigableSet<Neighbor> nearest = new TreeSet<>(Neighbor.ORDER);

        /// @param query of the features' length; not copied
        /// @param count of the rows at most, at least 1
        public Search(float[] query, int count) {
            this.query = query;
            this.count = count;
        }

        /// Takes a row into account.
        ///
        /// @param row its index, which no other row has
        public void offer(int row, float[] features) {
            nearest.add(new Neighbor(row, distance(query, features)));
            if (nearest.size() > count) {
                nearest.pollLast();
            }
        }

        /// The nearest rows, nearest first.
        public List<Neighbor> nearest() {
            return List.copyOf(nearest);
        }
    }

    /// The nearest rows, nearest first.
    ///
    /// @param query of the features' length
    /// @param count of the rows at most
    /// @param wanted tells which rows count
    public static List<Neighbor> nearest(
            CachedFeatures features, float[] query, int count, IntPredicate wanted) {
        int rows = features.rows().size();
        return IntStream.range(0, Math.ceilDiv(rows, BLOCK))
                .parallel()
                .boxed()
                .flatMap(block -> block(features, query, block * BLOCK, Math.min(rows, (block + 1) * BLOCK), count,
                        wanted).stream())
                .sorted(Neighbor.ORDER)
                .limit(count)
                .toList();
    }

    /// The nearest of a few rows.
    private static List<Neighbor> block(
            CachedFeatures features, float[] query, int from, int to, int count, IntPredicate wanted) {
        float[] row = new float[features.length()];
        return IntStream.range(from, to)
                .filter(wanted)
                .mapToObj(i -> {
                    features.read(i, row, 0);
                    return new Neighbor(i, distance(query, row));
                })
                .sorted(Neighbor.ORDER)
                .limit(count)
                .toList();
    }

    /// `√Σ(a − b)²`. Four sums, for each addition would otherwise wait for the one before.
    static double distance(float[] a, float[] b) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = 0;
        for (; i <= a.length - 4; i += 4) {
            double d0 = (double) a[i] - b[i];
            double d1 = (double) a[i + 1] - b[i + 1];
            double d2 = (double) a[i + 2] - b[i + 2];
            double d3 = (double) a[i + 3] - b[i + 3];
            s0 += d0 * d0;
            s1 += d1 * d1;
            s2 += d2 * d2;
            s3 += d3 * d3;
        }
        for (; i < a.length; i++) {
            double d = (double) a[i] - b[i];
            s0 += d * d;
        }
        return Math.sqrt(s0 + s1 + s2 + s3);
    }
}
