package net.alexnet.torch.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;

/// [ForwardKernels] in the Vector API.
final class VectorKernels implements ForwardKernels {
    private final Workers workers;
    private final Scratch[] scratch;

    VectorKernels(int threads) {
        this.workers = new Workers(threads);
        this.scratch = Stream.generate(Scratch::new).limit(threads).toArray(Scratch[]::new);
    }

    @Override
    public String describe() {
        return "vectors of " + Lanes.LANES + " floats";
    }

    private record DirectForm(int groups) {}

    @Override
    public void convolve(MemorySegment x, Shape xShape, KernelTensor weight, MemorySegment bias, Window window,
            int groups, boolean relu, MemorySegment y) {
        float[] biases = bias.toArray(JAVA_FLOAT_UNALIGNED);
        WinogradGeometry geometry = WinogradGeometry.of(xShape, weight.shape(), window, groups);
        if (geometry.pays()) {
            FastConvolution layer = new FastConvolution(geometry, workers, scratch);
            WinogradWeights weights = layer.weights();
            float[] prepared = weight.prepared(weights.form(), float[].class, () -> {
                float[] values = new float[weights.length()];
                weights.transform(weight.memory(), values);
                return values;
            });
            layer.forward(x, prepared, biases, relu, y);
            return;
        }
        int filters = weight.shape().dim(0) / groups;
        int depth = geometry.filterLength();
        RowProduct[] products = weight.prepared(new DirectForm(groups), RowProduct[].class, () -> {
            RowProduct[] each = new RowProduct[groups];
            Arrays.setAll(each, group -> new VectorRowProduct(
                    new FloatPanels(new WeightPanels.Rows(weight.memory(), group * filters, filters, depth, workers)),
                    filters, depth, workers, scratch));
            return each;
        });
        new DirectConvolution(geometry, group -> products[group], workers).run(x, biases, relu, y);
    }

    @Override
    public void dense(MemorySegment x, int rows, KernelTensor weight, MemorySegment bias, MemorySegment y) {
        int outputs = weight.shape().dim(0);
        int depth = weight.shape().dim(1);
        weight.prepared(new DirectForm(1), RowProduct.class,
                () -> new VectorRowProduct(
                        WeightPanels.narrowest(new WeightPanels.Rows(weight.memory(), 0, outputs, depth, workers)),
                        outputs, depth, workers, scratch))
                .run(RowProduct.rows(x, rows, depth), rows, new RowProduct.Target(
                        bias.toArray(JAVA_FLOAT_UNALIGNED), false, y, 0, outputs, 0));
    }

    @Override
    public void normalize(MemorySegment x, Shape shape, LocalResponseNorm norm, MemorySegment y) {
        new FastResponseNorm(norm, shape.dim(1), Precision.FLOAT32, workers, scratch).forward(x, y);
    }

    @Override
    public void maxPool(MemorySegment x, Shape shape, Window window, MemorySegment y) {
        if (FastMaxPool.fits(shape, window)) {
            new FastMaxPool(window, Optional.empty(), shape, Precision.FLOAT32, workers, scratch).forward(x, y);
        } else {
            PlainNorm.maxPool(x, shape, window, y, workers);
        }
    }

    @Override
    public boolean normalizeMaxPool(
            MemorySegment x, Shape shape, LocalResponseNorm norm, Window window, MemorySegment y) {
        if (!FastMaxPool.fits(shape, window)) {
            return false;
        }
        FastResponseNorm before = new FastResponseNorm(norm, shape.dim(1), Precision.FLOAT32, workers, scratch);
        new FastMaxPool(window, Optional.of(before), shape, Precision.FLOAT32, workers, scratch).forward(x, y);
        return true;
    }
}
