package net.alexnet.torch;

import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;
import net.alexnet.torch.kernel.SpaceToDepth;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// A convolution in bfloat16 over the blocks of [SpaceToDepth].
///
/// @param layer the blocks
/// @param kernels which make them
/// @param products which multiply
record TorchSpaceToDepth(SpaceToDepth layer, TorchKernels kernels, TorchMatMul products) {
    private static final int CHANNELS = 1; // the axis

    /// As [TorchMatMul#convolve].
    Tensor convolve(TorchTensor x, TorchTensor weight, Tensor bias) {
        Tensor filters = weight.derived(layer.window(), values -> Layout.ordered(products.operand(blocks(values))));
        return products.convolve(blocks(x), filters, bias, overBlocks(), 1);
    }

    /// As [TorchMatMul#convolveParameterGradients].
    Tensor[] parameterGradients(TorchTensor x, Tensor dy, Shape weight) {
        int taps = layer.taps();
        Shape filters = Shape.of(weight.dim(0), layer.channels(), taps, taps);
        Tensor[] gradients = products.convolveParameterGradients(blocks(x), dy, filters, overBlocks(), 1);
        return new Tensor[] {pixels(gradients[0], weight), gradients[1]};
    }

    private Tensor blocks(TorchTensor x) {
        return x.derived(layer.window(), pictures -> kernels.toBlocks(layer, pictures));
    }

    private Window overBlocks() {
        return Window.of(layer.taps(), 1, 0);
    }

    /// Filters `(K, C, k, k)` as filters of blocks, `(K, s²·C, k', k')`.
    private Tensor blocks(Tensor filters) {
        long stride = layer.window().stride();
        long taps = layer.taps();
        long missing = taps * stride - filters.size(2);
        return torch.constant_pad_nd(filters, new long[] {0, missing, 0, missing}, new Scalar(0.0))
                .reshape(filters.size(0), filters.size(CHANNELS), taps, stride, taps, stride).permute(0, 3, 5, 1, 2, 4)
                .reshape(filters.size(0), layer.channels(), taps, taps);
    }

    /// The inverse of [#blocks(Tensor)].
    private Tensor pixels(Tensor filters, Shape shape) {
        long stride = layer.window().stride();
        long taps = layer.taps();
        return filters.reshape(shape.dim(0), stride, stride, shape.dim(CHANNELS), taps, taps).permute(0, 3, 4, 1, 5, 2)
                .reshape(shape.dim(0), shape.dim(CHANNELS), taps * stride, taps * stride)
                .narrow(2, 0, shape.dim(2)).narrow(3, 0, shape.dim(3));
    }
}
