package net.alexnet.kernel;

import static java.nio.ByteOrder.nativeOrder;
import static net.alexnet.kernel.Lanes.LANES;
import static net.alexnet.kernel.Lanes.SPECIES;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import net.alexnet.tensor.Window;

/// Overlapping max-pooling, §3.4 of the paper, over channels-last maps.
///
/// No winners are kept: on the way back a window's winner is its first pixel that has the window's maximum, and looking
/// again is cheaper than a map of indices.
public final class FastMaxPool {
    private final Window window;
    private final int height;
    private final int width;
    private final int channels;
    private final int batch;
    private final Workers workers;

    FastMaxPool(Window window, int batch, int channels, int height, int width, Workers workers) {
        this.window = window;
        this.batch = batch;
        this.channels = channels;
        this.height = height;
        this.width = width;
        this.workers = workers;
    }

    /// The maxima.
    ///
    /// @param x `(N, H, W, C)` in memory
    /// @param y `(N, H', W', C)` in memory, overwritten
    public void forward(MemorySegment x, MemorySegment y) {
        int rows = window.outputs(height);
        workers.forEach(batch * rows, (_, piece) -> row(x, y, piece / rows, piece % rows));
    }

    /// [#forward] of one picture on the caller's thread.
    ///
    /// @param x its `(H, W, C)`
    /// @param y its `(H', W', C)`, overwritten
    void forwardOne(MemorySegment x, MemorySegment y) {
        for (int row = 0; row < window.outputs(height); row++) {
            row(x, y, 0, row);
        }
    }

    private void row(MemorySegment x, MemorySegment y, int image, int row) {
        int columns = window.outputs(width);
        for (int column = 0; column < columns; column++) {
            long to = (((long) image * window.outputs(height) + row) * columns + column) * channels;
            for (int channel = 0; channel < channels; channel += LANES) {
                FloatVector maximum = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
                for (int v = top(row); v < bottom(row); v++) {
                    for (int u = left(column); u < right(column); u++) {
                        maximum = maximum.max(load(x, place(image, v, u) + channel, channel));
                    }
                }
                store(maximum, y, to + channel, channel);
            }
        }
    }

    /// The gradient by the input.
    ///
    /// @param x what went into [#forward]
    /// @param y what came out
    /// @param dy `(N, H', W', C)` in memory
    /// @param dx `(N, H, W, C)` in memory, overwritten
    /// @param throughRelu whether x came out of a ReLU and the gradient is to go on through it: 0 where x is 0
    public void gradient(MemorySegment x, MemorySegment y, MemorySegment dy, MemorySegment dx, boolean throughRelu) {
        workers.forEach(batch, (_, image) -> gradient(x, y, dy, dx, throughRelu, image));
    }

    /// [#gradient] of one picture on the caller's thread.
    ///
    /// @param x its `(H, W, C)`
    /// @param y its `(H', W', C)`
    /// @param dy as y
    /// @param dx as x, overwritten
    void gradientOne(MemorySegment x, MemorySegment y, MemorySegment dy, MemorySegment dx) {
        gradient(x, y, dy, dx, false, 0);
    }

    private void gradient(MemorySegment x, MemorySegment y, MemorySegment dy, MemorySegment dx, boolean throughRelu,
            int image) {
        long bytes = (long) height * width * channels * Float.BYTES;
        dx.asSlice(image * bytes, bytes).fill((byte) 0);
        for (int row = 0; row < window.outputs(height); row++) {
            scatter(x, y, dy, dx, throughRelu, image, row);
        }
    }

    private void scatter(MemorySegment x, MemorySegment y, MemorySegment dy, MemorySegment dx, boolean throughRelu,
            int image, int row) {
        int columns = window.outputs(width);
        for (int column = 0; column < columns; column++) {
            long from = (((long) image * window.outputs(height) + row) * columns + column) * channels;
            for (int channel = 0; channel < channels; channel += LANES) {
                FloatVector maximum = load(y, from + channel, channel);
                FloatVector left = load(dy, from + channel, channel);
                if (throughRelu) {
                    left = left.blend(0, maximum.eq(0));
                }
                for (int v = top(row); v < bottom(row); v++) {
                    for (int u = left(column); u < right(column); u++) {
                        long at = place(image, v, u) + channel;
                        FloatVector in = load(x, at, channel);
                        VectorMask<Float> wins = in.eq(maximum).or(in.test(VectorOperators.IS_NAN));
                        FloatVector before = load(dx, at, channel);
                        store(before.add(left, wins), dx, at, channel);
                        left = left.blend(0, wins);
                    }
                }
            }
        }
    }

    private long place(int image, int v, int u) {
        return (((long) image * height + v) * width + u) * channels;
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

    private FloatVector load(MemorySegment map, long at, int channel) {
        return channel + LANES <= channels
                ? FloatVector.fromMemorySegment(SPECIES, map, at * Float.BYTES, nativeOrder())
                : FloatVector.fromMemorySegment(SPECIES, map, at * Float.BYTES, nativeOrder(), rest(channel));
    }

    private void store(FloatVector values, MemorySegment map, long at, int channel) {
        if (channel + LANES <= channels) {
            values.intoMemorySegment(map, at * Float.BYTES, nativeOrder());
        } else {
            values.intoMemorySegment(map, at * Float.BYTES, nativeOrder(), rest(channel));
        }
    }

    private VectorMask<Float> rest(int channel) {
        return SPECIES.indexInRange(channel, channels);
    }
}
