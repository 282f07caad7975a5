package net.alexnet.tensor;

import java.util.List;

/// The memory that an engine's kernels need besides the tensors that operations read and write, in bytes. It is known
/// before anything is allocated.
public interface EngineMemory {
    /// An engine whose operations need nothing besides their tensors.
    EngineMemory NONE = new EngineMemory() {
        @Override
        public long prepared(Convolution convolution) {
            return 0;
        }

        @Override
        public long scratch(List<Convolution> convolutions, int batch, int threads) {
            return 0;
        }

        @Override
        public boolean fusesNormalizeMaxPool(LocalResponseNorm norm) {
            return false;
        }
    };

    /// A convolution of one image.
    ///
    /// @param x the input's shape, `(C, H, W)`
    /// @param weight the weight's shape, `(K, C/groups, kernel, kernel)`
    /// @param groups towers
    record Convolution(Shape x, Shape weight, Window window, int groups) {}

    /// The convolution's weight in the forms that the kernels read, forward and backward; it lives as long as the weight.
    long prepared(Convolution convolution);

    /// What all threads together work in, which every layer uses again.
    ///
    /// @param convolutions of a network, which run one after the other
    /// @param batch images in a step, at least 1
    /// @param threads that compute, at least 1
    long scratch(List<Convolution> convolutions, int batch, int threads);

    /// As [Backend#fusesNormalizeMaxPool].
    boolean fusesNormalizeMaxPool(LocalResponseNorm norm);
}
