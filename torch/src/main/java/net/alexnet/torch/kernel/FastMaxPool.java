package net.alexnet.torch.kernel;

import static net.alexnet.torch.kernel.Lanes.LANES;
import static net.alexnet.torch.kernel.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import module java.base;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;
import net.alexnet.torch.kernel.Scratch.Use;

/// Overlapping max-pooling, §3.4 of the paper, over channels-last maps: of a map itself, or of its normalized values, §3.3.
///
/// It processes an image row by row. The rows that one row of windows reads are in arrays that fit into the nearest caches.
/// Normalized values are stored nowhere else, because they would be as many as conv1's whole output; the backward pass
/// computes them again.
///
/// It keeps no argmax: in the backward pass, a window's maximum is its first pixel with the maximal value. Searching
/// for it is cheaper than a map of indices.
public final class FastMaxPool {
    /// The most values in the rows of a window: 64 MB for each of a thread's arrays, without padding to whole vectors.
    private static final long MOST = 1 << 24;

    private final Window window;
    private final Optional<FastResponseNorm> norm;
    private final Pixels layout;
    private final int batch;
    private final int height;
    private final int width;
    private final int depth;
    private final int rows;
    private final int columns;
    private final Workers workers;
    private final Scratch[] scratch;

    /// @param norm computed before pooling
    /// @param x the logical shape of the input, `(N, C, H, W)`
    FastMaxPool(Window window, Optional<FastResponseNorm> norm, Shape x, Precision precision, Workers workers,
            Scratch[] scratch) {
        this.window = window;
        this.norm = norm;
        this.layout = norm.map(FastResponseNorm::layout).orElse(new Pixels(1, x.dim(1), precision));
        this.batch = x.dim(0);
        this.height = x.dim(2);
        this.width = x.dim(3);
        this.depth = Math.min(window.kernel(), height);
        this.rows = window.outputs(height);
        this.columns = window.outputs(width);
        this.workers = workers;
        this.scratch = scratch;
    }

    /// Whether arrays can hold the rows of a window.
    static boolean fits(Shape x, Window window) {
        return (long) Math.min(window.kernel(), x.dim(2)) * x.dim(3) * x.dim(1) <= MOST;
    }

    /// The maxima.
    ///
    /// @param x `(N, H, W, C)` in memory
    /// @param y `(N, H', W', C)` in memory, overwritten
    public void forward(MemorySegment x, MemorySegment y) {
        forEachBand(rows, (image, first, end, mine) -> forward(x, y, image, first, end, mine));
    }

    /// The gradient by the input.
    ///
    /// @param x the input of [#forward]
    /// @param y its output
    /// @param dy `(N, H', W', C)` in memory
    /// @param dx `(N, H, W, C)` in memory, overwritten
    /// @param throughRelu whether x is the output of a ReLU; the gradient is then 0 where x is 0
    public void gradient(MemorySegment x, MemorySegment y, MemorySegment dy, MemorySegment dx, boolean throughRelu) {
        forEachBand(height,
                (image, first, end, mine) -> gradient(x, y, dy, dx, throughRelu, image, first, end, mine));
    }

    private interface Band {
        void run(int image, int first, int end, Scratch mine);
    }

    /// Divides each image's rows into enough bands for all threads, but not into bands so low that most windows would read
    /// two of them, since both bands compute those windows.
    private void forEachBand(int count, Band band) {
        int bands = Math.min(Math.max(1, count / (2 * window.kernel())), Math.ceilDiv(workers.count(), batch));
        workers.forEach(batch * bands, (worker, piece) -> {
            int which = piece % bands;
            band.run(piece / bands, which * count / bands, (which + 1) * count / bands, scratch[worker]);
        });
    }

    /// @param first row of maxima
    /// @param end the row after the last
    private void forward(MemorySegment x, MemorySegment y, int image, int first, int end, Scratch mine) {
        Lines lines = new Lines(x, image, top(first), false, mine);
        float[] maxima = mine.get(Use.OUTPUT, columns * layout.width());
        for (int row = first; row < end; row++) {
            for (lines.next = Math.max(lines.next, top(row)); lines.next < bottom(row);) {
                lines.read();
            }
            maximize(lines.values, maxima, row);
            layout.write(maxima, 0, columns, y, outputs(image, row), mine);
        }
    }

    /// A row's gradient is complete when no later window reads it.
    ///
    /// @param first row of inputs
    /// @param end the row after the last
    private void gradient(MemorySegment x, MemorySegment y, MemorySegment dy, MemorySegment dx, boolean throughRelu,
            int image, int first, int end, Scratch mine) {
        int row = 0;
        while (row < rows && bottom(row) <= first) {
            row++;
        }
        Lines lines = new Lines(x, image, row < rows ? Math.min(first, top(row)) : first, true, mine);
        float[] maxima = mine.get(Use.OUTPUT, columns * layout.width());
        float[] above = mine.get(Use.INPUT, columns * layout.width());
        int whole = lines.next;
        for (; row < rows && top(row) < end; row++) {
            for (; whole < top(row); whole++) {
                lines.finish(whole, whole < first, dx, throughRelu);
            }
            while (lines.next < bottom(row)) {
                lines.readForGradient();
            }
            layout.read(y, outputs(image, row), columns, maxima, 0, mine);
            layout.read(dy, outputs(image, row), columns, above, 0, mine);
            if (throughRelu) {
                Pixels.gate(maxima, above, 0, columns * layout.width()); // zeros of the ReLU are zeros after the normalization
            }
            spread(maxima, above, lines.values, lines.gradients, row);
        }
        for (; whole < end; whole++) {
            lines.finish(whole, whole < first, dx, throughRelu);
        }
    }

    /// The rows of one image that are in arrays, row `v` at place `v % depth`.
    private final class Lines {
        final float[] values;
        final float[] gradients;

        /// The first row that has not been read.
        int next;

        private final MemorySegment x;
        private final int image;
        private final Scratch mine;
        private final float[] inputs;
        private final float[] roots;

        /// @param back whether this is the backward pass
        Lines(MemorySegment x, int image, int next, boolean back, Scratch mine) {
            this.x = x;
            this.image = image;
            this.next = next;
            this.mine = mine;
            this.inputs = room(Use.PIXELS);
            this.values = norm.isPresent() ? room(Use.NORMALIZED) : inputs;
            this.roots = norm.isPresent() ? room(Use.ROOTS) : inputs;
            this.gradients = back ? room(Use.GRADIENT) : inputs;
        }

        /// Reads one more row.
        void read() {
            layout.read(x, pixel(next), width, inputs, place(next), mine);
            norm.ifPresent(layer -> {
                layer.normalize(inputs, values, roots, place(next), width, mine);
                layout.round(values, place(next), width); // so that the backward pass finds the maxima
            });
            next++;
        }

        /// Reads one more row and sets its gradient to zeros.
        void readForGradient() {
            Arrays.fill(gradients, place(next), place(next) + width * layout.width(), 0);
            read();
        }

        /// Writes a row's complete gradient.
        ///
        /// @param another whether another band writes it
        void finish(int row, boolean another, MemorySegment dx, boolean throughRelu) {
            if (row == next) { // no window reads it
                readForGradient();
            }
            if (another) {
                return;
            }
            norm.ifPresent(layer -> layer.gradient(inputs, roots, gradients, place(row), width, throughRelu, mine));
            layout.write(gradients, place(row), width, dx, pixel(row), mine);
        }

        private float[] room(Use use) {
            return mine.get(use, depth * width * layout.width());
        }

        private int place(int row) {
            return row % depth * width * layout.width();
        }

        private long pixel(int row) {
            return ((long) image * height + row) * width;
        }
    }

    private void maximize(float[] values, float[] maxima, int row) {
        Arrays.fill(maxima, 0, columns * layout.width(), Float.NEGATIVE_INFINITY);
        forEachPlace(row, (output, input) -> maximize(values, input, maxima, output));
    }

    private void maximize(float[] values, int from, float[] maxima, int to) {
        for (int channel = 0; channel < layout.width(); channel += LANES) {
            FloatVector.fromArray(SPECIES, maxima, to + channel)
                    .max(FloatVector.fromArray(SPECIES, values, from + channel)).intoArray(maxima, to + channel);
        }
    }

    /// Adds the gradients of one row of maxima to the pixels that are the maxima.
    ///
    /// @param above overwritten; a window's gradient becomes 0 once its maximum is found
    private void spread(float[] maxima, float[] above, float[] values, float[] gradients, int row) {
        forEachPlace(row, (output, input) -> spread(maxima, above, output, values, gradients, input));
    }

    private void spread(float[] maxima, float[] above, int from, float[] values, float[] gradients, int to) {
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int channel = 0; channel < layout.width(); channel += LANES) {
            FloatVector in = FloatVector.fromArray(SPECIES, values, to + channel);
            FloatVector left = FloatVector.fromArray(SPECIES, above, from + channel);
            VectorMask<Float> wins = in.eq(FloatVector.fromArray(SPECIES, maxima, from + channel))
                    .or(in.compare(VectorOperators.NE, in));
            FloatVector.fromArray(SPECIES, gradients, to + channel).add(zero.blend(left, wins)).intoArray(gradients,
                    to + channel);
            left.blend(zero, wins).intoArray(above, from + channel);
        }
    }

    /// Processes the channels of an output and of one input of its window.
    private interface Pair {
        /// @param output index of the output's pixel in its row
        /// @param input index of the input's pixel in the rows that are in arrays
        void run(int output, int input);
    }

    /// Goes through the windows of one row of outputs, each from its first pixel to its last.
    private void forEachPlace(int row, Pair pair) {
        int pixel = layout.width();
        for (int column = 0; column < columns; column++) {
            for (int v = top(row); v < bottom(row); v++) {
                for (int u = left(column); u < right(column); u++) {
                    pair.run(column * pixel, (v % depth * width + u) * pixel);
                }
            }
        }
    }

    private long outputs(int image, int row) {
        return ((long) image * rows + row) * columns;
    }

    private int top(int row) {
        return Math.max(0, row * window.stride() - window.padding());
    }

    private int bottom(int row) {
        return Math.min(height, row * window.stride() - window.padding() + window.kernel());
    }

    private int left(int column) {
        return Math.max(0, column * window.stride() - window.padding());
    }

    private int right(int column) {
        return Math.min(width, column * window.stride() - window.padding() + window.kernel());
    }
}
