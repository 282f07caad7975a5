package net.alexnet.torch.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static net.alexnet.torch.kernel.WinogradTransform.POINTS;
import static net.alexnet.torch.kernel.WinogradTransform.PRODUCTS;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// [WinogradConvolution] in plain loops, with the same roundings: for a JVM without vectors, and for a program that is too
/// short for the compiler to make them.
///
/// Arrays hold the channels of one place, and loops begin at their first element: only such loops does the compiler turn
/// into vectors, as it cannot tell whether two arrays are the same.
final class PlainWinograd {
    private final WinogradGeometry geometry;
    private final Workers workers;

    PlainWinograd(WinogradGeometry geometry, Workers workers) {
        this.geometry = geometry;
        this.workers = workers;
    }

    /// The weight at the points: `[product][group][channel]`, of which each is an array of the group's filters.
    ///
    /// @param weight `(K, kernel, kernel, C/groups)` in memory
    float[][] weights(MemorySegment weight) {
        int inputs = geometry.groups() * geometry.groupChannels();
        int filters = geometry.groupFilters();
        int taps = geometry.taps();
        float[] values = weight.toArray(JAVA_FLOAT_UNALIGNED);
        float[][] all = new float[PRODUCTS * inputs][filters];
        workers.perWorker(Math.min(workers.count(), inputs), worker -> {
            float[][] rows = new float[taps * taps][filters];
            float[][] between = new float[PRODUCTS][filters];
            float[][] points = new float[PRODUCTS][];
            for (int input = worker; input < inputs; input += workers.count()) {
                int first = input / geometry.groupChannels() * filters;
                for (float[] row : rows) {
                    Arrays.fill(row, 0);
                }
                geometry.forEachTap(input % geometry.groupChannels(), (tap, place) -> {
                    for (int filter = 0; filter < filters; filter++) {
                        rows[tap][filter] = values[(first + filter) * geometry.filterLength() + place];
                    }
                });
                for (int product = 0; product < PRODUCTS; product++) {
                    points[product] = all[product * inputs + input];
                }
                PlainTransform.evaluate(taps, rows, between, points, filters);
                for (int product = 0; product < PRODUCTS; product++) {
                    scale(points[product], WinogradGeometry.scale(product));
                }
            }
        });
        return all;
    }

    private static void scale(float[] values, float factor) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
    }

    /// @param x `(N, H, W, C)` in memory
    /// @param weights from [#weights]
    /// @param y `(N, outHeight, outWidth, K)` in memory, overwritten
    void run(MemorySegment x, float[][] weights, float[] bias, boolean relu, MemorySegment y) {
        int tiles = geometry.tiles();
        float[][] points = new float[PRODUCTS * tiles][geometry.groups() * geometry.groupChannels()];
        float[][] products = new float[PRODUCTS * geometry.groups() * tiles][geometry.groupFilters()];
        for (int image = 0; image < geometry.batch(); image++) {
            int which = image;
            share(tiles, new float[2 * PRODUCTS][geometry.groups() * geometry.groupChannels()],
                    (tile, room) -> load(x, which, tile, points, room));
            workers.forEach(PRODUCTS, (_, product) -> multiply(product, points, weights, products));
            share(tiles * geometry.groups(), new float[2 * PRODUCTS][geometry.groupFilters()],
                    (piece, room) -> store(products, which, piece, bias, relu, y, room));
        }
    }

    private interface Piece {
        void run(int index, float[][] room);
    }

    /// Runs pieces on all threads, each with arrays of its own.
    ///
    /// @param like arrays of the lengths that each needs
    private void share(int pieces, float[][] like, Piece piece) {
        float[][][] rooms = new float[workers.count()][][];
        for (int worker = 0; worker < rooms.length; worker++) {
            rooms[worker] = worker == 0 ? like : new float[like.length][like[0].length];
        }
        workers.forEach(pieces, (worker, index) -> piece.run(index, rooms[worker]));
    }

    /// One tile's inputs to points.
    private void load(MemorySegment x, int image, int tile, float[][] points, float[][] room) {
        int top = tile / geometry.tileColumns() * geometry.side();
        int left = tile % geometry.tileColumns() * geometry.side();
        for (int i = 0; i < PRODUCTS; i++) {
            place(x, image, top + i / POINTS, left + i % POINTS, room[i]);
        }
        float[][] out = new float[PRODUCTS][];
        for (int product = 0; product < PRODUCTS; product++) {
            out[product] = points[product * geometry.tiles() + tile];
        }
        PlainTransform.data(room, Arrays.copyOfRange(room, PRODUCTS, 2 * PRODUCTS), out, out[0].length);
    }

    /// A place's channels: those of a pixel, or of a block of pixels where the convolution has a stride.
    private void place(MemorySegment x, int image, int row, int column, float[] to) {
        int stride = geometry.stride();
        int channels = geometry.channels();
        for (int i = 0; i < stride; i++) {
            for (int j = 0; j < stride; j++) {
                int pixelRow = row * stride + i - geometry.padding();
                int pixelColumn = column * stride + j - geometry.padding();
                int at = (i * stride + j) * channels;
                if (pixelRow < 0 || pixelRow >= geometry.height() || pixelColumn < 0
                        || pixelColumn >= geometry.width()) {
                    Arrays.fill(to, at, at + channels, 0);
                } else {
                    long from = (((long) image * geometry.height() + pixelRow) * geometry.width() + pixelColumn)
                            * channels;
                    MemorySegment.copy(x, JAVA_FLOAT_UNALIGNED, from * Float.BYTES, to, at, channels);
                }
            }
        }
    }

    /// One point's products of all tiles.
    private void multiply(int product, float[][] points, float[][] weights, float[][] products) {
        int depth = geometry.groupChannels();
        for (int group = 0; group < geometry.groups(); group++) {
            int from = (product * geometry.groups() + group) * depth;
            for (int tile = 0; tile < geometry.tiles(); tile++) {
                float[] sums = products[(product * geometry.groups() + group) * geometry.tiles() + tile];
                Arrays.fill(sums, 0);
                add(points[product * geometry.tiles() + tile], group * depth, weights, from, depth, sums);
            }
        }
    }

    /// `sums += Σ values[k] · rows[k]`, in the order of k.
    private static void add(float[] values, int at, float[][] rows, int from, int depth, float[] sums) {
        int k = 0;
        for (; k + 4 <= depth; k += 4) {
            addFour(values[at + k], values[at + k + 1], values[at + k + 2], values[at + k + 3], rows[from + k],
                    rows[from + k + 1], rows[from + k + 2], rows[from + k + 3], sums);
        }
        for (; k < depth; k++) {
            addOne(values[at + k], rows[from + k], sums);
        }
    }

    private static void addFour(
            float a, float b, float c, float d, float[] w, float[] x, float[] y, float[] z, float[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] = Math.fma(d, z[i], Math.fma(c, y[i], Math.fma(b, x[i], Math.fma(a, w[i], sums[i]))));
        }
    }

    private static void addOne(float a, float[] w, float[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] = Math.fma(a, w[i], sums[i]);
        }
    }

    /// One tile's outputs of one group.
    private void store(float[][] products, int image, int piece, float[] bias, boolean relu, MemorySegment y,
            float[][] room) {
        int group = piece / geometry.tiles();
        int tile = piece % geometry.tiles();
        int side = geometry.side();
        int filters = geometry.groupFilters();
        float[][] in = new float[PRODUCTS][];
        for (int product = 0; product < PRODUCTS; product++) {
            in[product] = products[(product * geometry.groups() + group) * geometry.tiles() + tile];
        }
        PlainTransform.collect(side, in, Arrays.copyOfRange(room, PRODUCTS, 2 * PRODUCTS), room, filters);
        int top = tile / geometry.tileColumns() * side;
        int left = tile % geometry.tileColumns() * side;
        for (int i = 0; i < Math.min(side, geometry.outHeight() - top); i++) {
            for (int j = 0; j < Math.min(side, geometry.outWidth() - left); j++) {
                float[] values = room[i * side + j];
                for (int filter = 0; filter < filters; filter++) {
                    float value = values[filter] + bias[group * filters + filter];
                    values[filter] = relu ? Math.max(0, value) : value;
                }
                long pixel = ((long) image * geometry.outHeight() + top + i) * geometry.outWidth() + left + j;
                MemorySegment.copy(values, 0, y, JAVA_FLOAT_UNALIGNED,
                        (pixel * geometry.filters() + (long) group * filters) * Float.BYTES, filters);
            }
        }
    }
}
