package net.alexnet.bench;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Conv;
import net.alexnet.tensor.Shape;
import net.alexnet.torch.kernel.FastConvolution;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/// A convolution by Winograd's filtering beside oneDNN's direct one over channels-last maps. Ours prepares its weights every
/// time, as a training step does. libtorch's conv1 gets pictures that have their zeros at the right and bottom already, and
/// was faster read directly than over 4×4 blocks of pixels, the form that ours has.
final class KernelConvolution {
    private static final long[] ONES = {1, 1};
    private static final long[] ZEROS = {0, 0};

    private final Conv conv;
    private final Shape weightShape;
    private final FastConvolution layer;
    private final Tensor x;
    private final Tensor padded;
    private final Tensor weight;
    private final Tensor bias;
    private final Tensor dy;

    private KernelConvolution(Row row, int batch) {
        this.conv = (Conv) row.layer();
        this.weightShape = row.weightShape();
        this.layer = KernelPair.kernels()
                .convolution(row.in().batch(batch), weightShape, conv.window(), conv.groups())
                .orElseThrow(() -> new IllegalStateException("there is no kernel for " + row));
        this.x = KernelPair.normal(row.in().batch(batch));
        int missing = Math.max(0, conv.window().overhang(row.in().dim(1)) - conv.window().padding());
        this.padded = missing == 0
                ? x
                : torch.constant_pad_nd(x, new long[] {0, missing, 0, missing}, new Scalar(0.0));
        this.weight = KernelPair.normal(weightShape).div(new Scalar(Math.sqrt((double) row.fanIn())));
        this.bias = KernelPair.normal(Shape.of(conv.filters()));
        this.dy = KernelPair.normal(row.out().batch(batch));
    }

    /// @param pass `forward`, `inputs` for the gradient by them, or `weights`
    static KernelPair of(Row row, String pass, int batch) {
        KernelConvolution of = new KernelConvolution(row, batch);
        return switch (pass) {
            case "forward" -> of.forward();
            case "inputs" -> of.inputs();
            case "weights" -> of.weights();
            default -> throw new IllegalArgumentException("a convolution has no pass " + pass);
        };
    }

    private KernelPair forward() {
        Tensor y = torch.empty_like(dy);
        float[] prepared = new float[layer.weights().length()];
        float[] biases = new float[conv.filters()];
        new FloatPointer(bias.data_ptr()).get(biases);
        MemorySegment in = KernelPair.memory(x);
        MemorySegment filters = KernelPair.memory(weight);
        MemorySegment out = KernelPair.memory(y);
        return new KernelPair(() -> {
            layer.weights().transform(filters, prepared);
            layer.forward(in, prepared, biases, false, out);
        }, () -> List.of(torch.convolution(padded, weight, new TensorOptional(bias), KernelPair.strides(conv.window()),
                KernelPair.paddings(conv.window()), ONES,
                false, ZEROS, conv.groups())), List.of(x, weight), List.of(y), KernelPair.OTHER_SUM);
    }

    private KernelPair inputs() {
        Tensor dx = torch.empty_like(x);
        float[] prepared = new float[layer.inputGradientWeights().length()];
        MemorySegment in = KernelPair.memory(dy);
        MemorySegment filters = KernelPair.memory(weight);
        MemorySegment out = KernelPair.memory(dx);
        return new KernelPair(() -> {
            layer.inputGradientWeights().transform(filters, prepared);
            layer.inputGradient(in, prepared, Optional.empty(), out);
        }, () -> List.of(backward(true).get0()), List.of(dy, weight), List.of(dx), KernelPair.OTHER_SUM);
    }

    private KernelPair weights() {
        Tensor dweight = torch.empty_like(weight);
        Tensor dbias = torch.empty_like(bias);
        MemorySegment in = KernelPair.memory(x);
        MemorySegment gradient = KernelPair.memory(dy);
        MemorySegment out = KernelPair.memory(dweight);
        MemorySegment outBias = KernelPair.memory(dbias);
        return new KernelPair(() -> layer.parameterGradients(in, gradient, out, outBias), () -> {
            T_TensorTensorTensor_T gradients = backward(false);
            return List.of(gradients.get1(), gradients.get2());
        }, List.of(x, dy), List.of(dweight, dbias), KernelPair.OTHER_SUM);
    }

    private T_TensorTensorTensor_T backward(boolean byInputs) {
        BoolPointer wanted = new BoolPointer(3).put(0, byInputs).put(1, !byInputs).put(2, !byInputs);
        return torch.convolution_backward(dy, padded, weight, new long[] {conv.filters()},
                KernelPair.strides(conv.window()), KernelPair.paddings(conv.window()), ONES,
                false, ZEROS, conv.groups(), wanted);
    }
}
