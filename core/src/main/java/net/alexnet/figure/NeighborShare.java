package net.alexnet.figure;

import module java.base;
import net.alexnet.data.AllImages;
import net.alexnet.data.ImageDataset;
import net.alexnet.inference.CachedFeatures;
import net.alexnet.inference.FeatureCache;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;

/// How often the training pictures that are nearest to other pictures have the same class. §6.1 of the paper says that
/// pictures whose features of the last hidden layer are near to each other show similar things, though their pixels differ;
/// this measures it, for any layer and for the pixels themselves.
///
/// @param neighbors how many nearest training pictures of each picture count
/// @param pictures how many pictures were asked for
/// @param share the share of their neighbors that have the picture's class, 0 to 1
/// @param deviation the standard deviation of that share from picture to picture
public record NeighborShare(int neighbors, int pictures, double share, double deviation) {
    private static final int QUERIES = 512; // a block of the matrix of distances has 2 million values, 8 MB
    private static final int ROWS = 4096;
    private static final int NONE = -1;

    /// Features with the class of each row.
    ///
    /// @param labels a number for each row; −1 for a picture without a class
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Labeled(CachedFeatures features, int[] labels) {
        public Labeled {
            if (labels.length != features.rows().size()) {
                throw new IllegalArgumentException("there are " + features.rows().size() + " rows of features, but "
                        + labels.length + " labels");
            }
        }
    }

    /// Computes the features of two sets of pictures, where the cache does not have them, and compares them. Classes are the
    /// same if their names are.
    ///
    /// @param cache computes the features of a layer
    /// @param training pictures to search in
    /// @param asked pictures to find neighbors of; those without a class are left out
    /// @throws IOException if a picture changes meanwhile, or no picture to ask for has a class
    public static NeighborShare of(FeatureCache cache, ImageDataset training, ImageDataset asked, int neighbors)
            throws IOException, InterruptedException {
        Map<String, Integer> numbers = new HashMap<>();
        return of(cache.extractor().network().backend(), labeled(cache.of(training), training, numbers),
                labeled(cache.of(asked), asked, numbers), neighbors);
    }

    private static Labeled labeled(CachedFeatures features, ImageDataset images, Map<String, Integer> numbers) {
        return new Labeled(features, features.rows().stream()
                .mapToInt(row -> AllImages.className(images, row.picture())
                        .map(name -> numbers.computeIfAbsent(name, _ -> numbers.size())).orElse(NONE))
                .toArray());
    }

    /// Compares features. Every picture is compared with every training picture, by matrix products in float32: of two
    /// training pictures whose distances differ in the last digits only, either may count as the nearer one.
    ///
    /// @param neighbors 1 to the number of training pictures
    /// @throws IOException if no picture has a class
    public static NeighborShare of(Backend backend, Labeled training, Labeled asked, int neighbors)
            throws IOException {
        int rows = training.labels.length;
        if (neighbors < 1 || neighbors > rows) {
            throw new IllegalArgumentException("the number of neighbors must be from 1 to the " + rows
                    + " training pictures, found " + neighbors);
        }
        int[] known = IntStream.range(0, asked.labels.length).filter(i -> asked.labels[i] != NONE).toArray();
        if (known.length == 0) {
            throw new IOException("none of the " + asked.labels.length + " pictures has a class; expected a folder for"
                    + " each class");
        }
        double[] shares = new double[known.length];
        int done = 0;
        for (int first = 0; first < known.length; first += QUERIES) {
            int[] block = Arrays.copyOfRange(known, first, Math.min(known.length, first + QUERIES));
            for (Nearest nearest : nearest(backend, training.features, asked.features, block, neighbors)) {
                int label = asked.labels[nearest.query];
                long same = Arrays.stream(nearest.rows).filter(row -> training.labels[row] == label).count();
                shares[done++] = (double) same / neighbors;
            }
        }
        double mean = Arrays.stream(shares).average().orElseThrow();
        double squares = Arrays.stream(shares).map(share -> (share - mean) * (share - mean)).sum();
        return new NeighborShare(neighbors, known.length, mean, Math.sqrt(squares / Math.max(1, known.length - 1)));
    }

    private static List<Nearest> nearest(Backend backend, CachedFeatures training, CachedFeatures asked, int[] queries,
            int neighbors) {
        int length = training.length();
        List<Nearest> nearest = Arrays.stream(queries).mapToObj(query -> new Nearest(query, neighbors)).toList();
        try (Scope _ = backend.scope()) {
            Tensor x = backend.upload(Shape.of(queries.length, length), matrix(asked, queries));
            for (int first = 0; first < training.rows().size(); first += ROWS) {
                int[] rows = IntStream.range(first, Math.min(training.rows().size(), first + ROWS)).toArray();
                float[] closeness = closeness(backend, x, matrix(training, rows), rows.length);
                for (int i = 0; i < queries.length; i++) {
                    for (int j = 0; j < rows.length; j++) {
                        nearest.get(i).offer(first + j, closeness[i * rows.length + j]);
                    }
                }
            }
        }
        return nearest;
    }

    /// `x · t − |t|² / 2` for each query x and each training row t, which is greatest where `|x − t|²` is least.
    private static float[] closeness(Backend backend, Tensor x, float[] rows, int count) {
        int length = rows.length / count;
        float[] halves = new float[count];
        for (int i = 0; i < count; i++) {
            double sum = 0;
            for (int j = i * length; j < (i + 1) * length; j++) {
                sum += (double) rows[j] * rows[j];
            }
            halves[i] = (float) (-sum / 2);
        }
        try (Scope _ = backend.scope()) {
            return backend.download(backend.dense(x, backend.upload(Shape.of(count, length), rows),
                    backend.upload(Shape.of(count), halves)));
        }
    }

    private static float[] matrix(CachedFeatures features, int[] rows) {
        float[] matrix = new float[rows.length * features.length()];
        for (int i = 0; i < rows.length; i++) {
            features.read(rows[i], matrix, i * features.length());
        }
        return matrix;
    }

    /// The nearest rows of a query so far, the nearest first.
    private static final class Nearest {
        private final int query;
        private final int[] rows;
        private final float[] closeness;

        Nearest(int query, int count) {
            this.query = query;
            this.rows = new int[count];
            this.closeness = new float[count];
            Arrays.fill(closeness, Float.NEGATIVE_INFINITY);
        }

        void offer(int row, float close) {
            int place = rows.length;
            while (place > 0 && close > closeness[place - 1]) {
                place--;
            }
            if (place < rows.length) {
                System.arraycopy(rows, place, rows, place + 1, rows.length - place - 1);
                System.arraycopy(closeness, place, closeness, place + 1, rows.length - place - 1);
                rows[place] = row;
                closeness[place] = close;
            }
        }
    }
}
