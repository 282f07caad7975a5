package net.alexnet.torch.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static net.alexnet.torch.kernel.Lanes.LANES;
import static net.alexnet.torch.kernel.Lanes.SPECIES;
import static net.alexnet.torch.kernel.WinogradTransform.PRODUCTS;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import net.alexnet.torch.kernel.Scratch.Use;

/// Transforms a weight for [WinogradConvolution]: each filter becomes its values at the points, `G w Gᵀ`, in the order in which
/// [Gemm] reads them: `[product][group][panel][channel][panel · LANES]`.
public final class WinogradWeights {
    private final WinogradGeometry geometry;
    private final boolean adjoint;
    private final Workers workers;
    private final Scratch[] scratch;

    /// @param geometry of the convolution that uses them
    /// @param adjoint whether that is the adjoint of the convolution that the weight belongs to: filters are then rotated by
    ///     half a turn, and input and output channels are exchanged
    WinogradWeights(WinogradGeometry geometry, boolean adjoint, Workers workers, Scratch[] scratch) {
        this.geometry = geometry;
        this.adjoint = adjoint;
        this.workers = workers;
        this.scratch = scratch;
    }

    /// What the transformed values depend on besides the weight; batch and map size have no part in it.
    public record Form(int groups, int kernel, int stride, boolean inputGradient) {}

    /// The form of these.
    public Form form() {
        return new Form(geometry.groups(), geometry.kernel(), geometry.stride(), adjoint);
    }

    /// The number of transformed values.
    public int length() {
        return geometry.weightsLength();
    }

    /// Writes the transformed values.
    ///
    /// @param weight `(K, kernel, kernel, C/groups)` in memory
    /// @param out at least [#length] floats, overwritten
    public void transform(MemorySegment weight, float[] out) {
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
        float[] between = scratch.get(Use.TILE, 2 * WinogradTransform.TILE);
        float[] points = scratch.get(Use.SUMS, WinogradTransform.TILE);
        Arrays.fill(rows, 0, taps * taps * room, 0);
        if (input < geometry.groupChannels()) {
            if (adjoint) {
                adjointTaps(weight, group, input, rows, room);
            } else {
                taps(weight, group, input, rows, room);
            }
        }
        int width = geometry.panel() * LANES;
        for (int at = 0; at < room; at += LANES) {
            WinogradTransform.evaluate(taps, rows, at, taps * room, room, between, points, 0, LANES);
            int to = ((group * geometry.panels() + at / width) * geometry.paddedGroupChannels() + input) * width
                    + at % width;
            int stride = geometry.paddedChannels() * room;
            for (int product = 0; product < PRODUCTS; product++) {
                FloatVector.fromArray(SPECIES, points, product * LANES)
                        .mul(WinogradGeometry.scale(product))
                        .intoArray(out, to + product * stride);
            }
        }
    }

    /// `rows[tap][filter]` for one channel of a place.
    private void taps(float[] weight, int group, int input, float[] rows, int room) {
        int first = group * geometry.groupFilters();
        geometry.forEachTap(input, (tap, place) -> {
            for (int filter = 0; filter < geometry.groupFilters(); filter++) {
                rows[tap * room + filter] = weight[(first + filter) * geometry.filterLength() + place];
            }
        });
    }

    /// The same for the adjoint, whose input channel is the weight's filter and whose filters are the weight's channels.
    private void adjointTaps(float[] weight, int group, int input, float[] rows, int room) {
        int taps = geometry.taps() * geometry.taps();
        int depth = geometry.groupFilters();
        int from = (group * geometry.groupChannels() + input) * taps * depth;
        for (int tap = 0; tap < taps; tap++) {
            System.arraycopy(weight, from + (taps - 1 - tap) * depth, rows, tap * room, depth);
        }
    }
}
