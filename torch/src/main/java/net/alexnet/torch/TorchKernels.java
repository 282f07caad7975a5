package net.alexnet.torch;

import module java.base;
import net.alexnet.tensor.EngineMemory;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;
import net.alexnet.torch.kernel.FastConvolution;
import net.alexnet.torch.kernel.KernelMemory;
import net.alexnet.torch.kernel.Kernels;
import net.alexnet.torch.kernel.SpaceToDepth;
import net.alexnet.torch.kernel.WinogradWeights;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Our own kernels on the memory of libtorch's tensors, where they are faster than libtorch's: on a CPU with wide vectors.
///
/// Both order tensors as [Layout] says, channels innermost.
final class TorchKernels {
    private final Optional<Kernels> kernels;
    private final Precision precision;
    private final BlockAllocator blocks;

    /// @param precision of maps and products; kernels multiply in float32 only
    /// @param blocks where outputs are allocated
    TorchKernels(TorchDevice device, int threads, Precision precision, BlockAllocator blocks) {
        this.blocks = blocks;
        this.precision = precision;
        this.kernels = device.isCpu() ? Kernels.open(threads, precision) : Optional.empty();
    }

    /// For a log: what they are, or why there are none.
    String describe() {
        return kernels.map(Kernels::describe).orElseGet(() -> "no kernels: " + Kernels.missing().orElse("not a CPU"));
    }

    /// The memory that they need besides tensors.
    EngineMemory memory() {
        return kernels.isPresent() ? new KernelMemory(precision) : EngineMemory.NONE;
    }

    Optional<Kernels> all() {
        return kernels;
    }

    Optional<FastConvolution> convolution(Shape x, Shape weight, Window window, int groups) {
        return kernels.flatMap(all -> all.convolution(x, weight, window, groups));
    }

    /// A convolution over blocks of pixels, where that is faster.
    Optional<SpaceToDepth> spaceToDepth(Shape x, Window window, int groups) {
        return kernels.filter(_ -> precision == Precision.BFLOAT16 && SpaceToDepth.pays(x, window, groups))
                .map(_ -> new SpaceToDepth(x, window));
    }

    Tensor toBlocks(SpaceToDepth layer, Tensor pictures) {
        Tensor blocks = Layout.empty(layer.blocks(), TorchTransfer.host(ScalarType.BFloat16));
        compute(() -> kernels.orElseThrow().toBlocks(layer, memory(pictures), memory(blocks)));
        return blocks;
    }

    Tensor forward(FastConvolution layer, Tensor x, TorchTensor weight, Tensor bias, boolean relu, Shape shape) {
        float[] prepared = prepared(weight, layer.weights());
        float[] biases = new float[(int) bias.numel()];
        new FloatPointer(bias.data_ptr()).get(biases);
        return written(shape, x, y -> layer.forward(memory(x), prepared, biases, relu, y));
    }

    /// @param throughRelu whether x is a ReLU's output, through which the gradient is to continue
    Tensor inputGradient(FastConvolution layer, Tensor dy, TorchTensor weight, Tensor x, boolean throughRelu) {
        float[] prepared = prepared(weight, layer.inputGradientWeights());
        return written(Layout.shape(x), dy, dx -> layer.inputGradient(
                memory(dy), prepared, Optional.of(memory(x)).filter(_ -> throughRelu), dx));
    }

    private static float[] prepared(TorchTensor weight, WinogradWeights weights) {
        return weight.prepared(weights, values -> compute(() -> weights.transform(memory(weight.handle()), values)));
    }

    Tensor[] parameterGradients(FastConvolution layer, Tensor x, Tensor dy, Shape weight) {
        // Not from the blocks: they live until the step ends, among tensors that do not.
        Tensor dweight = Layout.empty(weight, dy.options());
        Tensor dbias = Layout.empty(Shape.of(weight.dim(0)), dy.options());
        compute(() -> layer.parameterGradients(memory(x), memory(dy), memory(dweight), memory(dbias)));
        return new Tensor[] {dweight, dbias};
    }

    /// A kernel's output. If the kernel fails, its memory is free again.
    ///
    /// @param like a tensor with the same options
    /// @param kernel writes the output
    Tensor written(Shape shape, Tensor like, Consumer<MemorySegment> kernel) {
        return blocks.filled(shape, like.options(), result -> compute(() -> kernel.accept(memory(result))));
    }

    /// A failure of one of our kernels and not of libtorch; [NativeCall] says so.
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failure(Throwable cause) {
            super(cause.getClass().getSimpleName() + ": " + cause.getMessage(), cause);
        }
    }

    /// Runs one of our kernels.
    ///
    /// @throws Failure if it fails
    static void compute(Runnable kernel) {
        try {
            kernel.run();
        } catch (RuntimeException e) {
            throw new Failure(e);
        }
    }

    /// A tensor's memory during an operation, while the tensor cannot be freed.
    static MemorySegment memory(Tensor tensor) {
        return memory(tensor, Arena.global());
    }

    /// A tensor's memory, its values in the order of [Layout].
    ///
    /// @param lifetime which ends before the memory does
    @SuppressWarnings("restricted") // libtorch says how many bytes there are
    static MemorySegment memory(Tensor tensor, Arena lifetime) {
        return MemorySegment.ofAddress(tensor.data_ptr().address())
                .reinterpret(tensor.numel() * tensor.element_size(), lifetime, null);
    }
}
