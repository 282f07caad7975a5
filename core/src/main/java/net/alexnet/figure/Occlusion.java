package net.alexnet.figure;

import module java.base;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.Normalizer;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Model;
import net.alexnet.inference.TopK;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;

/// What a prediction depends on: a gray square is slid over the picture, and the probability of a class falls where it covers
/// what the network has recognized (Zeiler and Fergus 2014, "Visualizing and understanding convolutional networks", §4.2).
///
/// @param view the part of the picture that the network sees
/// @param label the class, an index
/// @param whole its probability without the square
/// @param map for each pixel of the view, row by row, the mean probability of the class over the squares that cover it; not
///     copied, treat as constant
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Occlusion(Image view, int label, double whole, double[] map) {
    private static final int BATCH = 64; // views at a time
    private static final int GRAY = 128;

    /// The square.
    ///
    /// @param side in pixels of the view, at least 1
    /// @param stride from one place to the next, in pixels; at most the side, so that every pixel is covered
    public record Square(int side, int stride) {
        public Square {
            if (side < 1 || stride < 1 || stride > side) {
                throw new IllegalArgumentException("the square's side must be at least 1 pixel and its stride from 1 to"
                        + " the side, found a side of " + side + " and a stride of " + stride);
            }
        }

        /// A square of a fifth of the view's side, and a stride of a twentieth.
        public static Square of(Preprocessing preprocessing) {
            return new Square(Math.max(1, preprocessing.crop() / 5), Math.max(1, preprocessing.crop() / 20));
        }

        /// The places of one edge of the square, the last of them at the view's own edge.
        List<Integer> places(int view) {
            int last = view - side;
            return Stream.concat(IntStream.range(0, Math.ceilDiv(last, stride)).mapToObj(i -> i * stride),
                    Stream.of(last)).toList();
        }
    }

    /// Slides the square over a picture.
    ///
    /// @param picture whose true class is asked for, or the most probable one if the true class is not known
    /// @throws IllegalArgumentException if the square is larger than what the network sees, or a layer of the model has no
    ///     trained weights
    public static Occlusion of(Model model, Picture picture, Square square) {
        model.card().requireTrained(model.network().architecture().rows().size());
        Preprocessing preprocessing = model.card().preprocessing();
        if (square.side > preprocessing.crop()) {
            throw new IllegalArgumentException("the square has a side of " + square.side + " pixels, but the network"
                    + " sees " + preprocessing.crop() + " × " + preprocessing.crop() + ". Choose a smaller square");
        }
        Crop crop = Crop.center(preprocessing.resize(), preprocessing.crop());
        Image view = picture.image().crop(crop.left(), crop.top(), crop.side(), crop.side());
        List<Integer> places = square.places(view.width());
        int classes = model.card().classes().size();
        float[] plain = probabilities(model, List.of(view));
        int label = picture.label().orElseGet(() -> TopK.best(plain, 0, classes, 1).getFirst());
        double[] sums = new double[view.width() * view.height()];
        int[] counts = new int[sums.length];
        int count = places.size() * places.size();
        for (int first = 0; first < count; first += BATCH) {
            int end = Math.min(count, first + BATCH);
            float[] rows = probabilities(model, IntStream.range(first, end).mapToObj(i -> covered(view,
                    places.get(i % places.size()), places.get(i / places.size()), square.side)).toList());
            for (int i = first; i < end; i++) {
                add(rows[(i - first) * classes + label], places.get(i % places.size()),
                        places.get(i / places.size()), square.side, view.width(), sums, counts);
            }
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] /= counts[i];
        }
        return new Occlusion(view, label, plain[label], sums);
    }

    private static Image covered(Image view, int left, int top, int side) {
        byte[] samples = view.samples().clone();
        int length = side * view.channels();
        for (int y = top; y < top + side; y++) {
            int from = (y * view.width() + left) * view.channels();
            Arrays.fill(samples, from, from + length, (byte) GRAY);
        }
        return new Image(view.width(), view.height(), view.channels(), samples);
    }

    private static void add(float probability, int left, int top, int side, int width, double[] sums, int[] counts) {
        for (int y = top; y < top + side; y++) {
            for (int x = left; x < left + side; x++) {
                sums[y * width + x] += probability;
                counts[y * width + x]++;
            }
        }
    }

    /// @param views of the size that the network sees
    private static float[] probabilities(Model model, List<Image> views) {
        Preprocessing preprocessing = model.card().preprocessing();
        Normalizer normalizer = new Normalizer(preprocessing);
        int side = preprocessing.crop();
        Backend backend = model.network().backend();
        try (Arena arena = Arena.ofConfined(); Scope _ = backend.scope()) {
            MemorySegment pixels = arena.allocate((long) views.size() * normalizer.valuesPerView() * Float.BYTES,
                    Float.BYTES);
            for (int i = 0; i < views.size(); i++) {
                normalizer.write(views.get(i), new Crop(0, 0, side, false), pixels, i);
            }
            return backend.download(model.network().probabilities(
                    backend.uploadImages(pixels, views.size(), side, side, preprocessing.channels())));
        }
    }
}
