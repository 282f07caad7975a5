package net.alexnet.torch.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;

/// [ForwardKernels] in plain loops.
///
/// @param workers that compute
record PlainKernels(Workers workers) implements ForwardKernels {
    @Override
    public String describe() {
        return "plain loops";
    }

    /// What a weight's values at the points depend on besides the weight.
    private record Form(int groups, int stride) {}

    @Override
    public void convolve(MemorySegment x, Shape xShape, KernelTensor weight, MemorySegment bias, Window window,
            int groups, boolean relu, MemorySegment y) {
        float[] biases = bias.toArray(JAVA_FLOAT_UNALIGNED);
        WinogradGeometry geometry = WinogradGeometry.of(xShape, weight.shape(), window, groups);
        if (geometry.pays()) {
            PlainWinograd layer = new PlainWinograd(geometry, workers);
            float[][] prepared = weight.prepared(new Form(groups, window.stride()), float[][].class,
                    () -> layer.weights(weight.memory()));
            layer.run(x, prepared, biases, relu, y);
            return;
        }
        int filters = weight.shape().dim(0) / groups;
        new DirectConvolution(geometry, group -> new PlainRowProduct(weight.memory(), group * filters, filters,
                geometry.filterLength(), workers), workers).run(x, biases, relu, y);
    }

    @Override
    public void dense(MemorySegment x, int rows, KernelTensor weight, MemorySegment bias, MemorySegment y) {
        int outputs = weight.shape().dim(0);
        int depth = weight.shape().dim(1);
        new PlainRowProduct(weight.memory(), 0, outputs, depth, workers).run(RowProduct.rows(x, rows, depth), rows,
                new RowProduct.Target(bias.toArray(JAVA_FLOAT_UNALIGNED), false, y, 0, outputs, 0));
    }

    @Override
    public void normalize(MemorySegment x, Shape shape, LocalResponseNorm norm, MemorySegment y) {
        PlainNorm.normalize(x, shape, norm, y, workers);
    }

    @Override
    public void maxPool(MemorySegment x, Shape shape, Window window, MemorySegment y) {
        PlainNorm.maxPool(x, shape, window, y, workers);
    }

    @Override
    public boolean normalizeMaxPool(
            MemorySegment x, Shape shape, LocalResponseNorm norm, Window window, MemorySegment y) {
        return false;
    }
}
