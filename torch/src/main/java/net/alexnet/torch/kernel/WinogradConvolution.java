package net.alexnet.torch.kernel;

import static java.nio.ByteOrder.nativeOrder;
import static net.alexnet.torch.kernel.Lanes.LANES;
import static net.alexnet.torch.kernel.Lanes.SPECIES;
import static net.alexnet.torch.kernel.WinogradTransform.POINTS;
import static net.alexnet.torch.kernel.WinogradTransform.PRODUCTS;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import net.alexnet.torch.kernel.Scratch.Use;

/// Convolution by Winograd's minimal filtering over channels-last maps, with bias and ReLU: up to 4.6 times fewer multiplications
/// than the definition's sum in §3.5, in tiles of 7 × 7 inputs ([WinogradTransform]).
///
/// A block of tiles goes through three passes that stay in the cache: inputs to points, one matrix product for each point,
/// points to outputs. If there are only enough tiles for one block (a single image), the threads share each pass instead.
final class WinogradConvolution {
    /// Tiles of a block: enough for fast products, few enough for the cache. With 96, large maps took a quarter longer.
    private static final int BLOCK = 24;

    /// Up to this many tiles in all, threads share one block.
    static final int SHARED = 192;

    /// [#apart] adds at most this.
    static final int APART = 32;

    private final WinogradGeometry geometry;
    private final Strip input;
    private final int blockRows;
    private final MemorySegment x;
    private final float[] weights;
    private final float[] bias;
    private final boolean relu;
    private final boolean gated;
    private final MemorySegment gate;
    private final MemorySegment y;

    /// @param x `(N, H, W, C)` in memory
    /// @param weights from [WinogradWeights]
    /// @param bias one value for each output channel
    /// @param relu whether negative outputs become 0
    /// @param gate as large as y: outputs become 0 where it is 0; they then have no bias and no ReLU
    /// @param y `(N, outHeight, outWidth, K)` in memory, overwritten
    WinogradConvolution(WinogradGeometry geometry, MemorySegment x, float[] weights, float[] bias, boolean relu,
            Optional<MemorySegment> gate, MemorySegment y) {
        this.geometry = geometry;
        this.input = geometry.input();
        this.blockRows = isShared() ? rows() : Math.max(1, BLOCK / geometry.tileColumns());
        this.x = x;
        this.weights = weights;
        this.bias = padded(bias);
        this.relu = relu;
        this.gated = gate.isPresent();
        this.gate = gate.orElse(y);
        this.y = y;
    }

    private boolean isShared() {
        return geometry.batch() * geometry.tiles() <= SHARED;
    }

    /// Rows of tiles in the whole batch.
    private int rows() {
        return geometry.batch() * geometry.tileRows();
    }

    /// Each group's bias rounded up to whole panels.
    private float[] padded(float[] values) {
        float[] padded = new float[geometry.paddedFilters()];
        int count = geometry.groupFilters();
        for (int group = 0; group < geometry.groups(); group++) {
            System.arraycopy(values, group * count, padded, group * geometry.paddedGroupFilters(), count);
        }
        return padded;
    }

    void run(Workers workers, Scratch[] scratch) {
        if (isShared()) {
            Block block = new Block(0, rows(), scratch[0]);
            workers.forEach(rows(), (worker, row) -> block.load(row, scratch[worker]));
            workers.forEach(PRODUCTS, (_, product) -> block.multiply(product));
            workers.forEach(rows(), (worker, row) -> block.store(row, scratch[worker]));
            return;
        }
        workers.forEach(Math.ceilDiv(rows(), blockRows), (worker, piece) -> {
            Scratch mine = scratch[worker];
            int first = piece * blockRows;
            Block block = new Block(first, Math.min(blockRows, rows() - first), mine);
            for (int row = 0; row < block.rows; row++) {
                block.load(row, mine);
            }
            for (int product = 0; product < PRODUCTS; product++) {
                block.multiply(product);
            }
            for (int row = 0; row < block.rows; row++) {
                block.store(row, mine);
            }
        });
    }

    /// Some rows of tiles with their values at the points and their products.
    private final class Block {
        private final int first;
        private final int rows;
        private final int tiles;
        private final int inputStride;
        private final int outputStride;
        private final float[] points;
        private final float[] products;

        Block(int first, int rows, Scratch scratch) {
            this.first = first;
            this.rows = rows;
            this.tiles = rows * geometry.tileColumns();
            int room = Math.ceilDiv(tiles, Gemm.ROWS) * Gemm.ROWS;
            this.inputStride = apart(room * geometry.paddedChannels());
            this.outputStride = apart(room * geometry.paddedFilters());
            this.points = scratch.get(Use.INPUT, PRODUCTS * inputStride);
            this.products = scratch.get(Use.OUTPUT, PRODUCTS * outputStride);
        }

        /// `points[product][tile][channel]` of one row of tiles.
        void load(int row, Scratch scratch) {
            int channels = geometry.paddedChannels();
            float[] strip = scratch.get(Use.STRIP, input.length(POINTS));
            float[] pixels = scratch.get(Use.PIXELS, input.pixelsLength());
            float[] between = scratch.get(Use.TILE, 2 * WinogradTransform.TILE);
            int image = (first + row) / geometry.tileRows();
            int tileRow = (first + row) % geometry.tileRows();
            input.load(x, image, tileRow * geometry.side(), POINTS, strip, pixels);
            for (int column = 0; column < geometry.tileColumns(); column++) {
                int from = column * geometry.side() * channels;
                int to = (row * geometry.tileColumns() + column) * channels;
                for (int at = 0; at < channels; at += LANES) {
                    WinogradTransform.data(strip, from + at, input.rowLength(), channels, between, points, to + at,
                            inputStride);
                }
            }
        }

        /// `products[product][tile][filter]`.
        void multiply(int product) {
            int depth = geometry.paddedGroupChannels();
            int filters = geometry.paddedGroupFilters();
            for (int group = 0; group < geometry.groups(); group++) {
                Gemm.multiply(points, product * inputStride + group * depth, geometry.paddedChannels(),
                        weights, (product * geometry.groups() + group) * depth * filters, geometry.panel(),
                        geometry.panels(),
                        products, product * outputStride + group * filters, geometry.paddedFilters(), tiles, depth);
            }
        }

        /// One row of tiles to the output.
        void store(int row, Scratch scratch) {
            float[] between = scratch.get(Use.TILE, 2 * WinogradTransform.TILE);
            float[] pixels = scratch.get(Use.SUMS, WinogradTransform.TILE);
            int filters = geometry.paddedGroupFilters();
            for (int column = 0; column < geometry.tileColumns(); column++) {
                int from = (row * geometry.tileColumns() + column) * geometry.paddedFilters();
                for (int group = 0; group < geometry.groups(); group++) {
                    for (int at = 0; at < geometry.groupFilters(); at += LANES) {
                        int channel = group * filters + at;
                        WinogradTransform.collect(geometry.side(), products, from + channel, outputStride, between,
                                pixels, 0);
                        writeTile(first + row, column, group, at, pixels);
                    }
                }
            }
        }
    }

    /// Writes the outputs of one tile that are inside the map, for one vector of channels.
    ///
    /// @param row of tiles in the batch
    private void writeTile(int row, int column, int group, int at, float[] pixels) {
        int side = geometry.side();
        int top = row % geometry.tileRows() * side;
        int left = column * side;
        int height = Math.min(side, geometry.outHeight() - top);
        int width = Math.min(side, geometry.outWidth() - left);
        long image = row / geometry.tileRows();
        long pixel = (image * geometry.outHeight() + top) * geometry.outWidth() + left;
        long first = (pixel * geometry.filters() + (long) group * geometry.groupFilters() + at) * Float.BYTES;
        long step = (long) geometry.filters() * Float.BYTES;
        int lanes = geometry.groupFilters() - at;
        for (int i = 0; i < height; i++) {
            long to = first + (long) i * geometry.outWidth() * step;
            if (gated) {
                writeGated(pixels, i * side * LANES, width, to, step, lanes);
            } else {
                writeBiased(pixels, i * side * LANES, width, to, step, lanes,
                        group * geometry.paddedGroupFilters() + at);
            }
        }
    }

    private void writeBiased(float[] pixels, int from, int count, long to, long step, int lanes, int channel) {
        FloatVector add = FloatVector.fromArray(SPECIES, bias, channel);
        for (int j = 0; j < count; j++) {
            FloatVector value = FloatVector.fromArray(SPECIES, pixels, from + j * LANES).add(add);
            if (relu) {
                value = value.max(0);
            }
            store(value, y, to + j * step, lanes);
        }
    }

    private void writeGated(float[] pixels, int from, int count, long to, long step, int lanes) {
        for (int j = 0; j < count; j++) {
            FloatVector value = FloatVector.fromArray(SPECIES, pixels, from + j * LANES);
            FloatVector open = load(gate, to + j * step, lanes);
            store(value.blend(0, open.eq(0)), y, to + j * step, lanes);
        }
    }

    private static FloatVector load(MemorySegment map, long at, int lanes) {
        return lanes >= LANES
                ? FloatVector.fromMemorySegment(SPECIES, map, at, nativeOrder())
                : FloatVector.fromMemorySegment(SPECIES, map, at, nativeOrder(), SPECIES.indexInRange(0, lanes));
    }

    private static void store(FloatVector value, MemorySegment map, long at, int lanes) {
        if (lanes >= LANES) {
            value.intoMemorySegment(map, at, nativeOrder());
        } else {
            value.intoMemorySegment(map, at, nativeOrder(), SPECIES.indexInRange(0, lanes));
        }
    }

    /// A distance of at least `length` between points. At a distance of whole pages they would compete for the same lines of
    /// the cache.
    static int apart(int length) {
        return (Math.ceilDiv(length, 16) | 1) * 16;
    }
}
