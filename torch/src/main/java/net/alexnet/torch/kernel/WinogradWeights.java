package net.alexnet.torch.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static net.alexnet.torch.kernel.Lanes.LANES;
import static net.alexnet.torch.kernel.Lanes.SPECIES;
import static net.alexnet.torch.kernel.WinogradTransform.PRODUCTS;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import net.alexnet.torch.kernel.Scratch.Use;

/// Filters to their values at the points, `G w Gᵀ`, in the order in which [Gemm] reads them:
/// `[product][group][panel][channel][panel · LANES]`.
final class WinogradWeights {
    private final WinogradGeometry geometry;
    private final boolean turned;

    /// @param geometry of the convolution that is to use them
    /// @param turned whether it is the adjoint of the one that the weights belong to: they are turned by half, and input and
    ///     output channels change places
    WinogradWeights(WinogradGeometry geometry, boolean turned) {
        this.geometry = geometry;
        this.turned = turned;
    }

    /// How many floats they take.
    int length() {
        return PRODUCTS * geometry.paddedChannels() * geometry.paddedGroupFilters();
    }

    /// @param weight `(K, kernel, kernel, C/groups)` in memory
    void transform(MemorySegment weight, float[] out, Workers workers, Scratch[] scratch) {
        int length = Math.toIntExact(weight.byteSize() / Float.BYTES);
        float[] values = scratch[0].get(Use.WEIGHTS, length);
        MemorySegment.copy(weight, JAVA_FLOAT, 0, values, 0, length);
        int inputs = geometry.paddedGroupChannels();
        workers.forEach(geometry.groups() * inputs,
                (worker, piece) -> channel(values, piece / inputs, piece % inputs, out, scratch[worker]));
    }

    /// All filters of one group, for one input channel.
    private void channel(float[] weight, int group, int input, float[] out, Scratch scratch) {
        int taps = geometry.taps();
        int room = geometry.paddedGroupFilters();
        float[] rows = scratch.get(Use.TAPS, taps * taps * room);
        float[] between = scratch.get(Use.TILE, 2 * Tile.LENGTH);
        float[] points = scratch.get(Use.SUMS, Tile.LENGTH);
        Arrays.fill(rows, 0, taps * taps * room, 0);
        if (input < geometry.groupChannels()) {
            if (turned) {
                turnedTaps(weight, group, input, rows, room);
            } else {
                taps(weight, group, input, rows, room);
            }
        }
        int width = geometry.panel() * LANES;
        for (int at = 0; at < room; at += LANES) {
            Tile.evaluate(taps, rows, at, taps * room, room, between, points, 0, LANES);
            int to = ((group * geometry.panels() + at / width) * geometry.paddedGroupChannels() + input) * width
                    + at % width;
            int stride = geometry.paddedChannels() * room;
            for (int product = 0; product < PRODUCTS; product++) {
                FloatVector.fromArray(SPECIES, points, product * LANES)
                        .mul(WinogradTransform.scale(product))
                        .intoArray(out, to + product * stride);
            }
        }
    }

    /// `rows[tap][filter]` of one channel of a place: one pixel's one channel, or of a block's.
    private void taps(float[] weight, int group, int input, float[] rows, int room) {
        int stride = geometry.stride();
        int kernel = geometry.kernel();
        int depth = geometry.channels() / geometry.groups();
        int line = input / (stride * depth);
        int column = input / depth % stride;
        for (int y = line; y < kernel; y += stride) {
            for (int x = column; x < kernel; x += stride) {
                int to = (y / stride * geometry.taps() + x / stride) * room;
                int from = (group * geometry.groupFilters() * kernel * kernel + y * kernel + x) * depth + input % depth;
                for (int filter = 0; filter < geometry.groupFilters(); filter++) {
                    rows[to + filter] = weight[from + filter * kernel * kernel * depth];
                }
            }
        }
    }

    /// The same where the input channel is the weight's filter and the output channels are its input channels.
    private void turnedTaps(float[] weight, int group, int input, float[] rows, int room) {
        int taps = geometry.taps() * geometry.taps();
        int depth = geometry.groupFilters();
        int from = (group * geometry.groupChannels() + input) * taps * depth;
        for (int tap = 0; tap < taps; tap++) {
            System.arraycopy(weight, from + (taps - 1 - tap) * depth, rows, tap * room, depth);
        }
    }
}
