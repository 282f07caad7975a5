package net.alexnet.inference;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.TileGrid;
import net.alexnet.nn.Network;

/// The kernels of `conv1` as pictures, as in figure 3 of the paper.
///
/// @param filters how many there are
/// @param channels 1 for gray, 3 for red, green, blue
/// @param side of a kernel, in pixels
/// @param weights `(filters, channels, side, side)` in row-major order; not copied, treat as constant
@SuppressWarnings("ArrayRecordComponent") // never compared
public record FilterTiles(int filters, int channels, int side, float[] weights) {
    private static final String LAYER = "conv1";
    private static final int MOST_COLUMNS = 16; // the paper's figure has rows of 16
    private static final int TILE = 44; // pixels that a kernel should have at least, about
    private static final int GAP = 4;
    private static final int MIDDLE = 128;

    /// The kernels of a network; empty if it has no `conv1`. Both ranks of two towers call this, and the one that
    /// leads gets all kernels.
    public static Optional<FilterTiles> of(Network network) {
        return network.parameters().stream()
                .filter(parameter -> parameter.layer().equals(LAYER) && !parameter.bias())
                .findFirst().map(network::entry)
                .map(weight -> new FilterTiles(weight.shape().dim(0), weight.shape().dim(1), weight.shape().dim(2),
                        weight.floats()));
    }

    /// A kernel as a picture of its size: its smallest weight is 0, its largest 255. A kernel of equal weights is gray.
    public Image tile(int filter) {
        int area = side * side;
        int first = filter * channels * area;
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (int i = first; i < first + channels * area; i++) {
            least = Math.min(least, weights[i]);
            most = Math.max(most, weights[i]);
        }
        byte[] samples = new byte[channels * area];
        for (int i = 0; i < samples.length; i++) {
            float weight = weights[first + i % channels * area + i / channels];
            samples[i] = (byte) (most > least ? Math.round(255 * (weight - least) / (most - least)) : MIDDLE);
        }
        return new Image(side, side, channels, samples);
    }

    /// Some kernels in a grid of full rows, at most 16 in a row.
    ///
    /// @param from the first kernel
    /// @param to the one after the last
    public Image picture(int from, int to) {
        return grid(to - from).draw(IntStream.range(from, to).mapToObj(this::tile).toList());
    }

    /// The grid of that many kernels.
    TileGrid grid(int count) {
        int columns = IntStream.rangeClosed(1, Math.min(MOST_COLUMNS, count)).filter(n -> count % n == 0).max()
                .orElseThrow();
        return new TileGrid(side, columns, Math.max(1, Math.ceilDiv(TILE, side)), GAP);
    }
}
