package net.alexnet.torch;

import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Convolution and fully connected layers by libtorch in a [Precision]: float32 tensors in, float32 tensors out.
///
/// With bfloat16 the operands are cast before each product and the result after it; libtorch sums in float32 and rounds
/// what comes out to bfloat16 as well. Biases stay float32.
///
/// @param precision of the operands
record TorchMatMul(Precision precision) {
    /// Up to so many pictures OpenBLAS is faster by products with vectors than by one with a matrix. Read over the paper's three
    /// layers: one picture in 7.4 ms for 25.6, four in 26.7 for 27.8; five take longer.
    private static final int FEW = 4;

    private boolean casts() {
        return precision == Precision.BFLOAT16;
    }

    private Tensor operand(Tensor x) {
        return casts() ? x.toType(ScalarType.BFloat16) : x;
    }

    private Tensor result(Tensor y) {
        return casts() ? y.toType(ScalarType.Float) : y;
    }

    /// As [TorchConvolution#forward].
    Tensor convolve(Tensor x, Tensor weight, Tensor bias, Window window, int groups) {
        TorchConvolution layer = new TorchConvolution(window, groups);
        if (!casts()) {
            return layer.forward(x, weight, bias);
        }
        Tensor none = torch.zeros_like(operand(bias));
        Tensor y = result(layer.forward(operand(x), operand(weight), none));
        return y.add_(bias.view(1, -1, 1, 1));
    }

    /// As [TorchConvolution#inputGradient].
    Tensor convolveInputGradient(Tensor dy, Tensor weight, Shape x, Window window, int groups) {
        return result(new TorchConvolution(window, groups).inputGradient(operand(dy), operand(weight), x));
    }

    /// As [TorchConvolution#parameterGradients].
    Tensor[] convolveParameterGradients(Tensor x, Tensor dy, Shape weight, Window window, int groups) {
        TorchConvolution layer = new TorchConvolution(window, groups);
        Tensor[] gradients = layer.parameterGradients(operand(x), operand(dy), weight);
        return casts()
                ? new Tensor[] {result(gradients[0]), dy.sum(0, 2, 3)}
                : gradients;
    }

    /// `x · weightᵀ + bias`.
    Tensor dense(Tensor x, Tensor weight, Tensor bias) {
        if (casts()) {
            return result(torch.mm(operand(x), operand(weight).t())).add_(bias);
        }
        return x.is_cpu() && x.size(0) <= FEW
                ? byVectors(x, weight, bias)
                : torch.linear(x, weight, new TensorOptional(bias));
    }

    /// Picture by picture: a product with a vector reads the weight as fast as memory gives it.
    private static Tensor byVectors(Tensor x, Tensor weight, Tensor bias) {
        Tensor y = torch.empty(
                new long[] {x.size(0), weight.size(0)}, x.options(), new MemoryFormatOptional());
        for (long i = 0; i < x.size(0); i++) {
            y.select(0, i).copy_(torch.addmv(bias, weight, x.select(0, i)));
        }
        return y;
    }

    /// `dy · weight`.
    Tensor denseInputGradient(Tensor dy, Tensor weight) {
        return result(torch.mm(operand(dy), operand(weight)));
    }

    /// `dyᵀ · x`, and the sum of dy over the batch.
    ///
    /// @param blocks for the former, `(K, F)`, if it is float32 that a CPU multiplies
    Tensor[] denseParameterGradients(Tensor x, Tensor dy, BlockAllocator blocks) {
        Tensor bias = dy.sum(0);
        return new Tensor[] {denseWeightGradient(x, dy, blocks), bias};
    }

    private Tensor denseWeightGradient(Tensor x, Tensor dy, BlockAllocator blocks) {
        return casts() || !x.is_cpu()
                ? result(torch.mm(operand(dy).t(), operand(x)))
                : blocks.filled(Shape.of((int) dy.size(1), (int) x.size(1)), x.options(),
                        weight -> torch.mm_out(weight, dy.t(), x));
    }

    /// Refuses a device that cannot compute with it: a small product and a small convolution
    /// are tried.
    ///
    /// @throws IllegalArgumentException if it fails
    void require(TorchDevice device, NativeCall frame) {
        if (!casts()) {
            return;
        }
        try {
            frame.run("bfloat16", () -> {
                Tensor one = Layout.empty(Shape.of(1, 1), device.options(ScalarType.Float)).fill_(new Scalar(1.0));
                Tensor maps = one.view(1, 1, 1, 1);
                convolve(maps, maps, one.view(1), Window.of(1, 1, 0), 1);
                return denseInputGradient(one, one).data_ptr().address();
            }, Shape.of(1, 1));
        } catch (net.alexnet.tensor.BackendException e) {
            throw new IllegalArgumentException("device '" + device.name() + "' does not compute with bfloat16: use"
                    + " precision float32", e);
        }
    }
}
