package net.alexnet.bench;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;
import net.alexnet.torch.kernel.Kernels;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/// One of our kernels and the fastest form that libtorch has for the same result, on the same operands.
///
/// @param kernel writes `results`
/// @param libtorch gives the same in new memory, which its frame frees
/// @param operands of the kernel, which knows only their memory: this keeps it
/// @param results of the kernel
/// @param tolerance how far the two may differ: the greatest difference over the root mean square of libtorch's result
record KernelPair(Runnable kernel, Supplier<List<Tensor>> libtorch, List<Tensor> operands, List<Tensor> results,
        double tolerance) {
    /// For kernels that add the same terms in another order.
    static final double SAME_SUM = 1e-4;

    /// For Winograd convolutions, which add other terms.
    static final double OTHER_SUM = 1e-3;

    /// @throws IllegalStateException if the two do not give the same
    void requireAgreement() {
        kernel.run();
        try (var _ = new PointerScope(); var _ = new NoGradGuard()) {
            List<Tensor> expected = libtorch.get();
            for (int i = 0; i < expected.size(); i++) {
                double difference = expected.get(i).sub(results.get(i)).abs().max().item_float();
                double size = expected.get(i).square().mean().sqrt().item_float();
                if (!(difference <= tolerance * size) || size == 0) {
                    throw new IllegalStateException(String.format(Locale.ROOT, "the kernel's result %d differs from"
                            + " libtorch's by %.3g of its root mean square %.3g; %.3g is allowed", i + 1,
                            difference / size, size, tolerance));
                }
            }
        }
    }

    /// libtorch's side; its intermediates and results are freed.
    void runLibtorch() {
        try (var _ = new PointerScope(); var _ = new NoGradGuard()) {
            var _ = libtorch.get();
        }
    }

    // --- what the pairs are made of --------------------------------------------------------------------------------

    static Kernels kernels() {
        return Kernels.open(Runtime.getRuntime().availableProcessors(), Precision.FLOAT32).orElseThrow(
                () -> new IllegalStateException("there are no kernels here: " + Kernels.missing().orElse("")));
    }

    /// Values of the normal distribution; four axes lie channels-last.
    static Tensor normal(Shape shape) {
        Tensor values = empty(shape);
        values.normal_(); // what it returns does not own the memory
        return values;
    }

    /// Memory for values; four axes lie channels-last.
    static Tensor empty(Shape shape) {
        return torch.empty(sizes(shape), new TensorOptions(), new MemoryFormatOptional(
                shape.rank() == 4 ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous));
    }

    private static long[] sizes(Shape shape) {
        return shape.dims().stream().mapToLong(Integer::longValue).toArray();
    }

    /// A tensor's values in the order in which they lie; only as long as the tensor lives.
    @SuppressWarnings("restricted") // libtorch says how many there are
    static MemorySegment memory(Tensor tensor) {
        return MemorySegment.ofAddress(tensor.data_ptr().address()).reinterpret(tensor.numel() * Float.BYTES);
    }

    /// The strides of a window in libtorch's form.
    static long[] strides(Window window) {
        return new long[] {window.stride(), window.stride()};
    }

    /// The paddings of a window in libtorch's form.
    static long[] paddings(Window window) {
        return new long[] {window.padding(), window.padding()};
    }
}
