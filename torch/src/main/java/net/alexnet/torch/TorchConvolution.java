package net.alexnet.torch;

import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/// Convolution, §3.5 of the paper, by oneDNN, cuDNN or Metal.
///
/// libtorch pads both ends of an axis alike and drops an incomplete last window. Where the last window hangs over
/// further than the padding ([net.alexnet.tensor.Rounding#CEIL]: conv1 of the paper by 3 pixels), the input is first
/// copied into a larger one with zeros at the right and bottom, and the gradient by it is cut back.
///
/// @param window the kernel's geometry
/// @param groups towers
record TorchConvolution(Window window, int groups) {
    /// The output, `(N, K, window.outputs(H), window.outputs(W))`.
    ///
    /// @param x `(N, C, H, W)`
    /// @param weight `(K, C/groups, kernel, kernel)`
    /// @param bias `(K)`
    Tensor forward(Tensor x, Tensor weight, Tensor bias) {
        return torch.convolution(withOverhang(x), weight, new TensorOptional(bias), strides(), paddings(), ONES, false,
                ZEROS, groups);
    }

    /// The gradient by the input, of the shape of x.
    Tensor inputGradient(Tensor dy, Tensor weight, Shape x) {
        Tensor values = Layout.empty(withOverhang(x), dy.options()); // only its shape is read
        Tensor dx = backward(dy, values, weight, true).get0();
        return missing(x.dim(2)) + missing(x.dim(3)) == 0
                ? dx
                : dx.narrow(2, 0, x.dim(2)).narrow(3, 0, x.dim(3));
    }

    /// The gradients by the weight and by the bias.
    ///
    /// @param weight the shape of the weight
    Tensor[] parameterGradients(Tensor x, Tensor dy, Shape weight) {
        Tensor values = Layout.empty(weight, dy.options()); // only its shape is read
        T_TensorTensorTensor_T gradients = backward(dy, withOverhang(x), values, false);
        return new Tensor[] {gradients.get1(), gradients.get2()};
    }

    private T_TensorTensorTensor_T backward(Tensor dy, Tensor x, Tensor weight, boolean byInput) {
        BoolPointer wanted = new BoolPointer(3).put(0, byInput).put(1, !byInput).put(2, !byInput);
        return torch.convolution_backward(dy, x, weight, new long[] {weight.size(0)}, strides(), paddings(), ONES,
                false, ZEROS, groups, wanted);
    }

    private Tensor withOverhang(Tensor x) {
        long bottom = missing((int) x.size(2));
        long right = missing((int) x.size(3));
        return bottom + right == 0
                ? x
                : torch.constant_pad_nd(x, new long[] {0, right, 0, bottom}, new Scalar(0.0));
    }

    private Shape withOverhang(Shape x) {
        return Shape.of(x.dim(0), x.dim(1), x.dim(2) + missing(x.dim(2)), x.dim(3) + missing(x.dim(3)));
    }

    /// The zeros that symmetric padding leaves missing at the end of an axis.
    private int missing(int size) {
        return Math.max(0, window.overhang(size) - window.padding());
    }

    private long[] strides() {
        return new long[] {window.stride(), window.stride()};
    }

    private long[] paddings() {
        return new long[] {window.padding(), window.padding()};
    }

    private static final long[] ONES = {1, 1};
    private static final long[] ZEROS = {0, 0};
}
