package net.alexnet.torch.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static net.alexnet.torch.kernel.Lanes.LANES;
import static net.alexnet.torch.kernel.Lanes.SPECIES;
import static net.alexnet.torch.kernel.WinogradConvolution.apart;
import static net.alexnet.torch.kernel.WinogradTransform.POINTS;
import static net.alexnet.torch.kernel.WinogradTransform.PRODUCTS;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import net.alexnet.torch.kernel.Scratch.Use;

/// The gradients by weight and bias of [WinogradConvolution], by the adjoint of its formula:
///
/// ```
/// dw = Gᵀ (Σ (A dy Aᵀ) ∘ (Bᵀ x B)) G        Σ over the tiles of the batch
/// ```
///
/// The sum is a matrix product for each point, and G is applied once. Each thread sums its own share of the rows of tiles,
/// and the shares are added in order, so that the same number of threads gives the same bits.
final class WinogradWeightGradient {
    private final WinogradGeometry geometry;
    private final Strip input;
    private final Strip output;

    WinogradWeightGradient(WinogradGeometry geometry) {
        this.geometry = geometry;
        this.input = geometry.input();
        this.output = new Strip(geometry.outHeight(), geometry.outWidth(), geometry.filters(), geometry.groups(), 1, 0,
                geometry.tileColumns() * geometry.side());
    }

    /// @param x `(N, H, W, C)` in memory
    /// @param dy `(N, outHeight, outWidth, K)` in memory
    /// @param dweight `(K, kernel, kernel, C/groups)` in memory, overwritten
    /// @param dbias K values, overwritten
    void run(MemorySegment x, MemorySegment dy, MemorySegment dweight, MemorySegment dbias, Workers workers,
            Scratch[] scratch) {
        int rows = geometry.batch() * geometry.tileRows();
        int threads = Math.min(workers.count(), rows);
        float[][] sums = new float[threads][];
        float[][] bias = new float[threads][geometry.paddedFilters()];
        workers.perWorker(threads, worker -> {
            sums[worker] = scratch[worker].get(Use.SHARE, geometry.weightsLength());
            Arrays.fill(sums[worker], 0, geometry.weightsLength(), 0);
            int from = (int) ((long) rows * worker / threads);
            int to = (int) ((long) rows * (worker + 1) / threads);
            int blockRows = Math.max(1, blockTiles() / geometry.tileColumns());
            for (int row = from; row < to; row += blockRows) {
                new Block(row, Math.min(blockRows, to - row), scratch[worker]).add(x, dy, sums[worker], bias[worker]);
            }
        });
        reduce(sums, bias, dweight, dbias, workers, scratch);
    }

    /// Tiles of a block: enough that the sums cause no more memory traffic than the tiles.
    private int blockTiles() {
        int channels = geometry.paddedChannels();
        return channels * geometry.paddedGroupFilters() / (channels + geometry.paddedFilters());
    }

    /// Some rows of tiles of x and dy.
    private final class Block {
        private final int first;
        private final int rows;
        private final int tiles;
        private final int inputStride;
        private final int outputStride;
        private final float[] inputs;
        private final float[] outputs;
        private final Scratch scratch;

        Block(int first, int rows, Scratch scratch) {
            this.first = first;
            this.rows = rows;
            this.tiles = rows * geometry.tileColumns();
            this.inputStride = apart(tiles * geometry.paddedChannels());
            this.outputStride = apart(tiles * geometry.paddedFilters());
            this.inputs = scratch.get(Use.INPUT, PRODUCTS * inputStride);
            this.outputs = scratch.get(Use.OUTPUT, PRODUCTS * outputStride);
            this.scratch = scratch;
        }

        void add(MemorySegment x, MemorySegment dy, float[] sums, float[] bias) {
            for (int row = 0; row < rows; row++) {
                load(x, dy, row);
            }
            int depth = geometry.paddedGroupChannels();
            int filters = geometry.paddedGroupFilters();
            for (int product = 0; product < PRODUCTS; product++) {
                for (int group = 0; group < geometry.groups(); group++) {
                    Gemm.addOuterProducts(inputs, product * inputStride + group * depth * tiles, depth, outputs,
                            product * outputStride + group * filters * tiles, geometry.panel(), geometry.panels(), sums,
                            (product * geometry.groups() + group) * depth * filters, tiles);
                }
            }
            addBias(bias);
        }

        /// `inputs[product][vector of channels][tile]` and `outputs[product][panel][tile][vector of filters]`.
        private void load(MemorySegment x, MemorySegment dy, int row) {
            int side = geometry.side();
            int image = (first + row) / geometry.tileRows();
            int top = (first + row) % geometry.tileRows() * side;
            float[] pixels = scratch.get(Use.PIXELS, Math.max(input.pixelsLength(), output.pixelsLength()));
            float[] between = scratch.get(Use.TILE, WinogradTransform.TILE);
            float[] strip = scratch.get(Use.STRIP, Math.max(input.length(POINTS), output.length(side)));
            input.load(x, image, top, POINTS, strip, pixels);
            int channels = geometry.paddedChannels();
            for (int column = 0; column < geometry.tileColumns(); column++) {
                int tile = row * geometry.tileColumns() + column;
                for (int at = 0; at < channels; at += LANES) {
                    WinogradTransform.data(strip, column * side * channels + at, input.rowLength(), channels, between,
                            inputs,
                            at * tiles + tile * LANES, inputStride);
                }
            }
            output.load(dy, image, top, side, strip, pixels);
            int width = geometry.panel() * LANES;
            int room = geometry.paddedGroupFilters();
            int filters = Lanes.padded(geometry.groupFilters());
            for (int column = 0; column < geometry.tileColumns(); column++) {
                int tile = row * geometry.tileColumns() + column;
                for (int group = 0; group < geometry.groups(); group++) {
                    for (int at = 0; at < filters; at += LANES) {
                        int panel = (group * room + at) / width;
                        WinogradTransform.evaluate(side, strip,
                                (column * side * geometry.groups() + group) * filters + at,
                                output.rowLength(), geometry.groups() * filters, between, outputs,
                                (panel * tiles + tile) * width + at % width, outputStride);
                    }
                }
            }
        }

        /// The value of a tile's polynomial at (1, 1) is the sum of its dy.
        private void addBias(float[] bias) {
            int width = geometry.panel() * LANES;
            int from = (POINTS + 1) * outputStride;
            for (int panel = 0; panel < geometry.paddedFilters() / width; panel++) {
                for (int at = 0; at < width; at += LANES) {
                    FloatVector sum = FloatVector.zero(SPECIES);
                    for (int tile = 0; tile < tiles; tile++) {
                        sum = sum.add(FloatVector.fromArray(SPECIES, outputs,
                                from + (panel * tiles + tile) * width + at));
                    }
                    int to = panel * width + at;
                    sum.add(FloatVector.fromArray(SPECIES, bias, to)).intoArray(bias, to);
                }
            }
        }
    }

    /// Adds the threads' shares and transforms them from the points to the kernel's taps.
    private void reduce(float[][] sums, float[][] bias, MemorySegment dweight, MemorySegment dbias, Workers workers,
            Scratch[] scratch) {
        int length = Math.toIntExact(dweight.byteSize() / Float.BYTES);
        float[] values = scratch[0].get(Use.WEIGHTS, length);
        int inputs = geometry.groupChannels();
        workers.forEach(geometry.groups() * inputs,
                (worker, piece) -> channel(sums, piece / inputs, piece % inputs, values, scratch[worker]));
        MemorySegment.copy(values, 0, dweight, JAVA_FLOAT, 0, length);
        for (int filter = 0; filter < geometry.filters(); filter++) {
            int at = filter / geometry.groupFilters() * geometry.paddedGroupFilters()
                    + filter % geometry.groupFilters();
            double sum = 0;
            for (float[] share : bias) {
                sum += share[at];
            }
            dbias.setAtIndex(JAVA_FLOAT, filter, (float) sum);
        }
    }

    /// The gradients of all filters of one group by one channel of a place.
    private void channel(float[][] sums, int group, int input, float[] values, Scratch scratch) {
        int taps = geometry.taps();
        int room = geometry.paddedGroupFilters();
        float[] points = scratch.get(Use.TAPS, 2 * WinogradTransform.TILE);
        float[] between = scratch.get(Use.TILE, WinogradTransform.TILE);
        int stride = geometry.paddedChannels() * room;
        for (int at = 0; at < geometry.groupFilters(); at += LANES) {
            int from = (group * geometry.paddedGroupChannels() + input) * room + at;
            for (int product = 0; product < PRODUCTS; product++) {
                FloatVector sum = FloatVector.zero(SPECIES);
                for (float[] share : sums) {
                    sum = sum.add(FloatVector.fromArray(SPECIES, share, from + product * stride));
                }
                sum.mul(WinogradGeometry.scale(product)).intoArray(points, product * LANES);
            }
            WinogradTransform.collect(taps, points, 0, LANES, between, points, WinogradTransform.TILE);
            scatter(points, group, input, at, values);
        }
    }

    /// Writes one vector of filters' gradients to their places in the weight.
    private void scatter(float[] points, int group, int input, int at, float[] values) {
        int lanes = Math.min(LANES, geometry.groupFilters() - at);
        int filter = group * geometry.groupFilters() + at;
        geometry.forEachTap(input, (tap, place) -> {
            for (int lane = 0; lane < lanes; lane++) {
                values[(filter + lane) * geometry.filterLength() + place] = points[WinogradTransform.TILE + tap * LANES
                        + lane];
            }
        });
    }
}
