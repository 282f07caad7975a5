package net.alexnet.kernel;

import java.lang.foreign.MemorySegment;
import net.alexnet.kernel.Scratch.Use;

/// Response normalisation and the max-pooling behind it, picture by picture: what is between them is as large as conv1's map
/// over a batch, and stays in the cache over one picture. It is not kept; the way back normalises again, which takes about as
/// long as reading it would.
public final class FastNormalizedMaxPool {
    private final FastResponseNorm norm;
    private final FastMaxPool pool;
    private final int batch;
    private final Workers workers;
    private final Scratch[] scratch;

    FastNormalizedMaxPool(FastResponseNorm norm, FastMaxPool pool, int batch, Workers workers, Scratch[] scratch) {
        this.norm = norm;
        this.pool = pool;
        this.batch = batch;
        this.workers = workers;
        this.scratch = scratch;
    }

    /// The maxima of the normalised values.
    ///
    /// @param x `(N, H, W, C)` in memory
    /// @param y `(N, H', W', C)` in memory, overwritten
    public void forward(MemorySegment x, MemorySegment y) {
        if (batch < workers.count()) { // then the threads share each picture
            MemorySegment normalized = scratch[0].map(Use.NORMALIZED, x.byteSize());
            norm.forward(x, normalized);
            pool.forward(normalized, y);
            return;
        }
        workers.forEach(batch, (worker, image) -> {
            MemorySegment in = one(x, image);
            MemorySegment normalized = scratch[worker].map(Use.NORMALIZED, in.byteSize());
            norm.forward(in, normalized, scratch[worker]);
            pool.forwardOne(normalized, one(y, image));
        });
    }

    /// The gradient by the input.
    ///
    /// @param x what went into [#forward]
    /// @param y what came out
    /// @param dy as y
    /// @param dx as x, overwritten
    /// @param throughRelu whether x came out of a ReLU and the gradient is to go on through it: 0 where x is 0
    public void gradient(MemorySegment x, MemorySegment y, MemorySegment dy, MemorySegment dx, boolean throughRelu) {
        workers.forEach(batch, (worker, image) -> {
            Scratch mine = scratch[worker];
            MemorySegment in = one(x, image);
            MemorySegment normalized = mine.map(Use.NORMALIZED, in.byteSize());
            MemorySegment between = mine.map(Use.GRADIENT, in.byteSize());
            norm.forward(in, normalized, mine);
            pool.gradientOne(normalized, one(y, image), one(dy, image), between);
            norm.gradient(in, between, one(dx, image), throughRelu, mine);
        });
    }

    private MemorySegment one(MemorySegment map, int image) {
        long bytes = map.byteSize() / batch;
        return map.asSlice(image * bytes, bytes);
    }
}
