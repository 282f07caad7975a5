package net.alexnet.torch.kernel;

import module java.base;
import net.alexnet.tensor.ComputeEnvironment;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;

/// The kernels of this package for one backend, with its threads and their scratch memory.
///
/// Operands are native memory in channels-last order, `(N, H, W, C)` for a map of the logical shape `(N, C, H, W)`.
public final class Kernels {
    private final Workers workers;
    private final Scratch[] scratch;

    private final Precision precision;

    private Kernels(int threads, Precision precision) {
        this.precision = precision;
        this.workers = new Workers(threads);
        this.scratch = Stream.generate(Scratch::new).limit(threads).toArray(Scratch[]::new);
    }

    /// The kernels, if the JVM has the module `jdk.incubator.vector` and the machine vectors of at least 8 floats.
    ///
    /// @param threads that compute, at least 1
    /// @param precision of maps; kernels compute in float32
    public static Optional<Kernels> open(int threads, Precision precision) {
        return missing().isEmpty() ? Optional.of(new Kernels(threads, precision)) : Optional.empty();
    }

    /// Why there are none; empty if there are.
    public static Optional<String> missing() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return Optional.of("the JVM runs without --add-modules jdk.incubator.vector");
        }
        return Lanes.LANES >= 8 ? Optional.empty() : Optional.of("vectors have only " + Lanes.LANES + " floats");
    }

    /// A description for a log.
    public String describe() {
        return "vectors of " + Lanes.LANES + " floats, revision " + ComputeEnvironment.REVISION;
    }

    /// A convolution, or empty where it would not be faster, arrays cannot hold it or maps are in bfloat16.
    ///
    /// @param x the logical shape of the input, `(N, C, H, W)`
    /// @param weight the logical shape of the weight, `(K, C/groups, kernel, kernel)`
    public Optional<FastConvolution> convolution(Shape x, Shape weight, Window window, int groups) {
        return Optional.of(WinogradGeometry.of(x, weight, window, groups)).filter(_ -> precision == Precision.FLOAT32)
                .filter(WinogradGeometry::pays)
                .map(geometry -> new FastConvolution(geometry, workers, scratch));
    }

    /// Response normalization, or empty where it is not in the paper's form.
    ///
    /// @param channels of the map
    public Optional<FastResponseNorm> responseNorm(LocalResponseNorm norm, int channels) {
        return norm.isPaperForm()
                ? Optional.of(new FastResponseNorm(norm, channels, precision, workers, scratch))
                : Optional.empty();
    }

    /// Max-pooling of a map, or empty where arrays cannot hold the rows of a window.
    ///
    /// @param x the logical shape of the input, `(N, C, H, W)`
    public Optional<FastMaxPool> maxPool(Shape x, Window window) {
        return FastMaxPool.fits(x, window)
                ? Optional.of(new FastMaxPool(window, Optional.empty(), x, precision, workers, scratch))
                : Optional.empty();
    }

    /// Max-pooling of a map's normalized values, or empty where [#responseNorm] or [#maxPool] is.
    ///
    /// @param x the logical shape of the input, `(N, C, H, W)`
    public Optional<FastMaxPool> normalizedMaxPool(Shape x, LocalResponseNorm norm, Window window) {
        return responseNorm(norm, x.dim(1)).filter(_ -> FastMaxPool.fits(x, window))
                .map(layer -> new FastMaxPool(window, Optional.of(layer), x, precision, workers, scratch));
    }

    /// The step of [net.alexnet.tensor.Backend#update] on memory of one order.
    ///
    /// @param gradient float32, or bfloat16 if it has half the bytes
    /// @param rounded overwritten by the new parameters in bfloat16, if it is given
    public void update(MemorySegment w, MemorySegment v, MemorySegment gradient, Optional<MemorySegment> rounded,
            float momentum, float weightDecay, float learningRate) {
        FastUpdate.run(w, v, gradient, rounded, momentum, weightDecay, learningRate, workers, scratch);
    }

    /// Writes pictures as blocks of pixels.
    ///
    /// @param pictures float32
    /// @param blocks in bfloat16, overwritten
    public void toBlocks(SpaceToDepth layer, MemorySegment pictures, MemorySegment blocks) {
        layer.write(pictures, blocks, workers, scratch);
    }
}
