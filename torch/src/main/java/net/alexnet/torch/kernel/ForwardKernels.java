package net.alexnet.torch.kernel;

import java.lang.foreign.MemorySegment;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;

/// The operations of a forward pass that take time, on memory.
///
/// Each value is computed by the same sums in the same order, whatever the batch, the number of threads and the length of
/// the machine's vectors are. So both implementations give the same bits, for a picture alone and among others.
///
/// Maps are `(N, H, W, C)` in memory; shapes are the logical ones, `(N, C, H, W)`.
interface ForwardKernels {
    /// What computes, for a log.
    String describe();

    /// As [net.alexnet.tensor.Backend#convolve].
    ///
    /// @param y overwritten
    void convolve(MemorySegment x, Shape xShape, KernelTensor weight, MemorySegment bias, Window window, int groups,
            boolean relu, MemorySegment y);

    /// As [net.alexnet.tensor.Backend#dense].
    ///
    /// @param y `(rows, outputs)`, overwritten
    void dense(MemorySegment x, int rows, KernelTensor weight, MemorySegment bias, MemorySegment y);

    /// As [net.alexnet.tensor.Backend#normalize], in the paper's form.
    ///
    /// @param y overwritten
    void normalize(MemorySegment x, Shape shape, LocalResponseNorm norm, MemorySegment y);

    /// As [net.alexnet.tensor.Backend#maxPool].
    ///
    /// @param y overwritten
    void maxPool(MemorySegment x, Shape shape, Window window, MemorySegment y);

    /// As [net.alexnet.tensor.Backend#normalizeMaxPool], in the paper's form.
    ///
    /// @param y overwritten
    /// @return false if this has no such kernel, and nothing was done
    boolean normalizeMaxPool(MemorySegment x, Shape shape, LocalResponseNorm norm, Window window, MemorySegment y);
}
