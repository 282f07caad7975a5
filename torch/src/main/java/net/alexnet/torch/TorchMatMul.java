package net.alexnet.torch;

import net.alexnet.tensor.BackendException;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Convolution and fully connected layers by libtorch (oneDNN, cuDNN or Metal) in a [Precision]: float32 operands are rounded
/// before each product, and results have that precision. libtorch sums in float32.
///
/// libtorch pads both ends of an axis alike and drops an incomplete last window. Where the last window extends further beyond
/// the edge than the padding ([net.alexnet.tensor.Rounding#CEIL]: conv1 of the paper, by 3 pixels), the input is copied into
/// a larger one with zeros at the right and bottom, and its gradient is cut to size.
///
/// @param precision of operands and results
record TorchMatMul(Precision precision) {
    /// Whether operands are rounded.
    boolean rounds() {
        return precision == Precision.BFLOAT16;
    }

    /// The values in this precision; the tensor itself if it has it.
    Tensor operand(Tensor x) {
        return rounds() ? x.toType(ScalarType.BFloat16) : x;
    }

    // --- convolution, §3.5 -----------------------------------------------------------------------------------------

    /// The output, `(N, K, window.outputs(H), window.outputs(W))`.
    ///
    /// @param x `(N, C, H, W)`
    /// @param weight `(K, C/groups, kernel, kernel)`
    /// @param bias `(K)`
    Tensor convolve(Tensor x, Tensor weight, Tensor bias, Window window, int groups) {
        return torch.convolution(padded(operand(x), window), operand(weight), new TensorOptional(operand(bias)),
                Layout.square(window.stride()), Layout.square(window.padding()), Layout.square(1), false,
                Layout.square(0), groups);
    }

    /// The gradient by the input.
    ///
    /// @param x the input's shape
    Tensor convolveInputGradient(Tensor dy, Tensor weight, Shape x, Window window, int groups) {
        int bottom = missing(window, x.dim(2));
        int right = missing(window, x.dim(3));
        Tensor from = operand(dy);
        Tensor values = Layout.empty( // only its shape is read
                Shape.of(x.dim(0), x.dim(1), x.dim(2) + bottom, x.dim(3) + right), from.options());
        Tensor dx = backward(from, values, operand(weight), window, groups, true).get0();
        return bottom + right == 0 ? dx : dx.narrow(2, 0, x.dim(2)).narrow(3, 0, x.dim(3));
    }

    /// The gradients by the weight and by the bias.
    ///
    /// @param weight the weight's shape
    Tensor[] convolveParameterGradients(Tensor x, Tensor dy, Shape weight, Window window, int groups) {
        Tensor from = operand(dy);
        Tensor values = Layout.empty(weight, from.options()); // only its shape is read
        T_TensorTensorTensor_T gradients = backward(from, padded(operand(x), window), values, window, groups, false);
        return new Tensor[] {gradients.get1(), gradients.get2()};
    }

    private static T_TensorTensorTensor_T backward(
            Tensor dy, Tensor x, Tensor weight, Window window, int groups, boolean byInput) {
        BoolPointer wanted = new BoolPointer(3).put(0, byInput).put(1, !byInput).put(2, !byInput);
        return torch.convolution_backward(dy, x, weight, new long[] {weight.size(0)}, Layout.square(window.stride()),
                Layout.square(window.padding()), Layout.square(1), false, Layout.square(0), groups, wanted);
    }

    private static Tensor padded(Tensor x, Window window) {
        long bottom = missing(window, (int) x.size(2));
        long right = missing(window, (int) x.size(3));
        return bottom + right == 0
                ? x
                : torch.constant_pad_nd(x, new long[] {0, right, 0, bottom}, new Scalar(0.0));
    }

    /// The zeros that symmetric padding leaves missing at the end of an axis.
    private static int missing(Window window, int size) {
        return Math.max(0, window.overhang(size) - window.padding());
    }

    // --- fully connected, §3.5 -------------------------------------------------------------------------------------

    /// `x · weightᵀ + bias`.
    Tensor dense(Tensor x, Tensor weight, Tensor bias) {
        return torch.linear(operand(x), operand(weight), new TensorOptional(operand(bias)));
    }

    /// `dy · weight`.
    Tensor denseInputGradient(Tensor dy, Tensor weight) {
        return torch.mm(operand(dy), operand(weight));
    }

    /// `dyᵀ · x`, and the sum of dy over the batch.
    ///
    /// @param blocks where the former is allocated, `(K, F)`, on a CPU
    Tensor[] denseParameterGradients(Tensor x, Tensor dy, BlockAllocator blocks) {
        Tensor from = operand(x);
        Tensor by = operand(dy);
        Tensor weight = x.is_cpu()
                ? blocks.filled(Shape.of((int) dy.size(1), (int) x.size(1)), from.options(),
                        values -> torch.mm_out(values, by.t(), from))
                : torch.mm(by.t(), from);
        return new Tensor[] {weight, operand(dy.sum(0))};
    }

    /// Refuses a device that cannot compute in this precision: tries a small product and a small convolution.
    ///
    /// @throws IllegalArgumentException if it fails
    void require(TorchDevice device, NativeCall frame) {
        if (!rounds()) {
            return;
        }
        try {
            frame.run("bfloat16", () -> {
                Tensor one = Layout.empty(Shape.of(1, 1), device.options(ScalarType.Float)).fill_(new Scalar(1.0));
                Tensor maps = one.view(1, 1, 1, 1);
                convolve(maps, maps, one.view(1), Window.of(1, 1, 0), 1);
                return denseInputGradient(one, one).data_ptr().address();
            }, Shape.of(1, 1));
        } catch (BackendException e) {
            throw new IllegalArgumentException("device '" + device.name() + "' does not compute with bfloat16: use"
                    + " precision float32", e);
        }
    }
}
