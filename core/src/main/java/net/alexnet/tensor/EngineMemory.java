package net.alexnet.tensor;

import java.util.List;

/// The memory that an engine's kernels need besides the operands and results of operations, in bytes. It is known before
/// anything is allocated. By default it is nothing.
public interface EngineMemory {
    /// An engine whose operations need only their tensors.
    EngineMemory NONE = new EngineMemory() {};

    /// A convolution of one image.
    ///
    /// @param x the input's shape, `(C, H, W)`
    /// @param weight the weight's shape, `(K, C/groups, kernel, kernel)`
    /// @param groups towers
    record Convolution(Shape x, Shape weight, Window window, int groups) {}

    /// The precision of maps and of gradients by parameters. If it is not float32, the engine also keeps the parameters and one
    /// batch of pictures in it.
    default Precision precision() {
        return Precision.FLOAT32;
    }

    /// The convolution's weight in the forms that the kernels read, forward and backward. They live as long as the weight.
    default long prepared(Convolution convolution) {
        return 0;
    }

    /// The scratch memory of all threads together, which every layer uses again.
    ///
    /// @param convolutions of a network, which run one after the other
    /// @param batch images in a step, at least 1
    /// @param threads that compute, at least 1
    default long scratch(List<Convolution> convolutions, int batch, int threads) {
        return 0;
    }

    /// As [Backend#fusesNormalizeMaxPool].
    default boolean fusesNormalizeMaxPool(LocalResponseNorm norm) {
        return false;
    }
}
