package net.alexnet.bench;

import java.lang.foreign.MemorySegment;
import java.util.List;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.MaxPool;
import net.alexnet.nn.Layer.ResponseNorm;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Rounding;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;
import net.alexnet.torch.kernel.FastMaxPool;
import net.alexnet.torch.kernel.FastResponseNorm;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Response normalization compared with [BandedNorm], and max-pooling compared with libtorch's over channels-last maps. In
/// the backward pass, libtorch gets what its forward pass can keep (the denominators and their power, the argmax of the
/// pooling); our kernels find or compute it again.
final class KernelMaps {
    private KernelMaps() {}

    // --- response normalization ------------------------------------------------------------------------------------

    /// @param pass `forward` or `backward`
    static KernelPair norm(Row row, String pass, int batch) {
        LocalResponseNorm norm = ((ResponseNorm) row.layer()).norm();
        int channels = row.in().dim(0);
        FastResponseNorm layer = KernelPair.kernels().responseNorm(norm, channels)
                .orElseThrow(() -> new IllegalStateException("there is no kernel for " + row));
        Tensor x = rectified(row.in().batch(batch));
        BandedNorm banded = new BandedNorm(norm, channels);
        return switch (pass) {
            case "forward" -> normForward(layer, banded, x);
            case "backward" -> normBackward(layer, banded, x, 2 * norm.beta());
            default -> throw new IllegalArgumentException("a norm has no pass " + pass);
        };
    }

    private static KernelPair normForward(FastResponseNorm layer, BandedNorm banded, Tensor x) {
        Tensor y = torch.empty_like(x);
        MemorySegment in = KernelPair.memory(x);
        MemorySegment out = KernelPair.memory(y);
        return new KernelPair(() -> layer.forward(in, out), () -> List.of(banded.forwardInPlace(x)),
                List.of(x), List.of(y), KernelPair.SAME_SUM);
    }

    /// `dx = dy · d^−3/4 − 2 · ¾ · x · scale · Σ dy · y / d`.
    private static KernelPair normBackward(FastResponseNorm layer, BandedNorm banded, Tensor x, double pull) {
        Tensor dy = torch.randn_like(x);
        Tensor dx = torch.empty_like(x);
        Tensor denominator = banded.denominator(x);
        Tensor power = denominator.clone();
        BandedNorm.toPower(power);
        Tensor y = x.mul(power);
        MemorySegment in = KernelPair.memory(x);
        MemorySegment gradient = KernelPair.memory(dy);
        MemorySegment out = KernelPair.memory(dx);
        return new KernelPair(() -> layer.gradient(in, gradient, out, false), () -> {
            Tensor shares = banded.sums(dy.mul(y).div_(denominator));
            return List.of(dy.mul(power).addcmul_(x, shares, new Scalar(-pull)));
        }, List.of(x, dy), List.of(dx), KernelPair.SAME_SUM);
    }

    // --- both at once ----------------------------------------------------------------------------------------------

    /// @param pass `forward` or `backward`
    static KernelPair normPool(Row normalized, Row pooled, String pass, int batch) {
        LocalResponseNorm norm = ((ResponseNorm) normalized.layer()).norm();
        Window window = ((MaxPool) pooled.layer()).window();
        Shape shape = normalized.in().batch(batch);
        FastMaxPool layer = KernelPair.kernels().normalizedMaxPool(shape, norm, window)
                .orElseThrow(() -> new IllegalStateException("there is no kernel for " + normalized));
        Tensor x = rectified(shape);
        BandedNorm banded = new BandedNorm(norm, shape.dim(1));
        MemorySegment in = KernelPair.memory(x);
        if (pass.equals("forward")) {
            Tensor y = KernelPair.empty(pooled.out().batch(batch));
            MemorySegment out = KernelPair.memory(y);
            return new KernelPair(() -> layer.forward(in, out),
                    () -> List.of(torch.max_pool2d(banded.forwardInPlace(x), kernel(window), KernelPair.strides(window),
                            KernelPair.paddings(window), ONES, ceil(window))),
                    List.of(x), List.of(y), KernelPair.SAME_SUM);
        }
        Tensor denominator = banded.denominator(x);
        Tensor power = denominator.clone();
        BandedNorm.toPower(power);
        Tensor between = torch.empty_like(x); // the kernel's own: nearly equal values could have another argmax
        KernelPair.kernels().responseNorm(norm, shape.dim(1)).orElseThrow().forward(in, KernelPair.memory(between));
        T_TensorTensor_T maxima = torch.max_pool2d_with_indices(between, kernel(window), KernelPair.strides(window),
                KernelPair.paddings(window), ONES, ceil(window));
        Tensor argmax = new Tensor(maxima.get1()); // outlives the pair
        Tensor y = KernelPair.empty(pooled.out().batch(batch));
        Tensor dy = torch.randn_like(y);
        Tensor dx = torch.empty_like(x);
        MemorySegment top = KernelPair.memory(y);
        MemorySegment gradient = KernelPair.memory(dy);
        MemorySegment out = KernelPair.memory(dx);
        layer.forward(in, top); // the kernel's own maxima, because it searches for equal values
        double pull = 2 * norm.beta();
        return new KernelPair(() -> layer.gradient(in, top, gradient, out, false), () -> {
            Tensor dBetween = torch.max_pool2d_with_indices_backward(dy, between, kernel(window),
                    KernelPair.strides(window),
                    KernelPair.paddings(window), ONES, ceil(window), argmax);
            Tensor shares = banded.sums(dBetween.mul(between).div_(denominator));
            return List.of(dBetween.mul(power).addcmul_(x, shares, new Scalar(-pull)));
        }, List.of(x, y, dy), List.of(dx), KernelPair.SAME_SUM);
    }

    // --- max-pooling -----------------------------------------------------------------------------------------------

    /// @param pass `forward` or `backward`
    static KernelPair pool(Row row, String pass, int batch) {
        Window window = ((MaxPool) row.layer()).window();
        Shape shape = row.in().batch(batch);
        FastMaxPool layer = KernelPair.kernels().maxPool(shape, window).orElseThrow();
        Tensor x = rectified(shape);
        return switch (pass) {
            case "forward" -> poolForward(layer, window, x, row.out().batch(batch));
            case "backward" -> poolBackward(layer, window, x);
            default -> throw new IllegalArgumentException("a pool has no pass " + pass);
        };
    }

    private static KernelPair poolForward(FastMaxPool layer, Window window, Tensor x, Shape shape) {
        Tensor y = KernelPair.empty(shape);
        MemorySegment in = KernelPair.memory(x);
        MemorySegment out = KernelPair.memory(y);
        return new KernelPair(() -> layer.forward(in, out),
                () -> List.of(torch.max_pool2d(x, kernel(window), KernelPair.strides(window),
                        KernelPair.paddings(window), ONES,
                        ceil(window))),
                List.of(x), List.of(y), KernelPair.SAME_SUM);
    }

    private static KernelPair poolBackward(FastMaxPool layer, Window window, Tensor x) {
        T_TensorTensor_T pooled = torch.max_pool2d_with_indices(x, kernel(window), KernelPair.strides(window),
                KernelPair.paddings(window),
                ONES, ceil(window));
        Tensor y = new Tensor(pooled.get0()); // outlives the pair
        Tensor argmax = new Tensor(pooled.get1());
        Tensor dy = torch.randn_like(y);
        Tensor dx = torch.empty_like(x);
        MemorySegment in = KernelPair.memory(x);
        MemorySegment maxima = KernelPair.memory(y);
        MemorySegment gradient = KernelPair.memory(dy);
        MemorySegment out = KernelPair.memory(dx);
        return new KernelPair(() -> layer.gradient(in, maxima, gradient, out, false),
                () -> List.of(torch.max_pool2d_with_indices_backward(dy, x, kernel(window), KernelPair.strides(window),
                        KernelPair.paddings(window), ONES, ceil(window), argmax)),
                List.of(x, y, dy), List.of(dx), KernelPair.SAME_SUM);
    }

    /// Values as after a ReLU.
    private static Tensor rectified(Shape shape) {
        return torch.relu(KernelPair.normal(shape));
    }

    private static long[] kernel(Window window) {
        return new long[] {window.kernel(), window.kernel()};
    }

    private static boolean ceil(Window window) {
        return window.rounding() == Rounding.CEIL;
    }

    private static final long[] ONES = {1, 1};
}
