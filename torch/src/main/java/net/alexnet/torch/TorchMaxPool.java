package net.alexnet.torch;

import net.alexnet.tensor.Rounding;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Overlapping max-pooling, §3.4 of the paper. The argmax has libtorch's indices, 64-bit integers.
///
/// libtorch refuses a padding of more than half the kernel. Such a map is first copied into a larger one with a border of
/// minus infinity, and the argmax has indices of that one.
record TorchMaxPool(Window window) {
    /// The output, `(N, C, window.outputs(H), window.outputs(W))`, and the argmax, of the same shape.
    Tensor[] forward(Tensor x) {
        T_TensorTensor_T pooled = torch.max_pool2d_with_indices(surrounded(x), kernel(), strides(), paddings(),
                Layout.square(1),
                ceil());
        return new Tensor[] {pooled.get0(), pooled.get1()};
    }

    /// The gradient by the input, of the shape of x.
    Tensor gradient(Tensor dy, Tensor argmax, Shape x) {
        Tensor values = Layout.empty(surrounded(x), dy.options()); // only its shape is read
        Tensor dx = torch.max_pool2d_with_indices_backward(dy, values, kernel(), strides(), paddings(),
                Layout.square(1), ceil(),
                argmax);
        return wide() ? dx.narrow(2, window.padding(), x.dim(2)).narrow(3, window.padding(), x.dim(3)) : dx;
    }

    private Tensor surrounded(Tensor x) {
        long before = window.padding();
        long right = window.overhang((int) x.size(3));
        long bottom = window.overhang((int) x.size(2));
        return wide()
                ? torch.constant_pad_nd(x, new long[] {before, right, before, bottom},
                        new Scalar(Double.NEGATIVE_INFINITY))
                : x;
    }

    private Shape surrounded(Shape x) {
        return wide() ? Shape.of(x.dim(0), x.dim(1), surrounded(x.dim(2)), surrounded(x.dim(3))) : x;
    }

    private int surrounded(int size) {
        return window.padding() + size + window.overhang(size);
    }

    /// Whether the padding is more than libtorch takes.
    private boolean wide() {
        return 2 * window.padding() > window.kernel();
    }

    private boolean ceil() {
        return window.rounding() == Rounding.CEIL;
    }

    private long[] kernel() {
        return Layout.square(window.kernel());
    }

    private long[] strides() {
        return Layout.square(window.stride());
    }

    private long[] paddings() {
        return Layout.square(wide() ? 0 : window.padding());
    }
}
