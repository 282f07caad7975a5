package net.alexnet.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Consumer;
import net.alexnet.tensor.EngineMemory;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;
import net.alexnet.torch.kernel.FastConvolution;
import net.alexnet.torch.kernel.FastMaxPool;
import net.alexnet.torch.kernel.FastResponseNorm;
import net.alexnet.torch.kernel.KernelMemory;
import net.alexnet.torch.kernel.Kernels;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;

/// Our own kernels on the memory of libtorch's tensors, where they are faster than libtorch's: on a CPU with wide vectors.
///
/// Tensors lie as [Layout] says, channels innermost, which is how the kernels want them.
final class TorchKernels {
    private final Optional<Kernels> kernels;

    private final boolean multiplies;
    private final BlockAllocator blocks;

    /// @param blocks where outputs come from
    /// @param precision in which products are taken; the kernels' are float32, so with another they take none
    TorchKernels(TorchDevice device, int threads, Precision precision, BlockAllocator blocks) {
        this.blocks = blocks;
        this.multiplies = precision == Precision.FLOAT32;
        this.kernels = device.isCpu() ? Kernels.open(threads) : Optional.empty();
    }

    /// For a log: what they are, or why there are none.
    String describe() {
        return kernels.map(Kernels::describe).orElseGet(() -> "no kernels: " + Kernels.missing().orElse("not a CPU"));
    }

    /// What they need besides tensors.
    EngineMemory memory() {
        return kernels.isPresent() && multiplies ? new KernelMemory() : EngineMemory.NONE;
    }

    Optional<FastConvolution> convolution(Shape x, Shape weight, Window window, int groups) {
        return kernels.filter(_ -> multiplies).flatMap(present -> present.convolution(x, weight, window, groups));
    }

    Optional<FastResponseNorm> responseNorm(LocalResponseNorm norm, int channels) {
        return kernels.flatMap(present -> present.responseNorm(norm, channels));
    }

    Optional<FastMaxPool> maxPool(Shape x, Window window) {
        return kernels.flatMap(present -> present.maxPool(x, window));
    }

    /// Takes the step of [TorchUpdate], if there are kernels.
    ///
    /// @return whether it did
    boolean update(Tensor w, Tensor v, Tensor gradient, float momentum, float weightDecay, float learningRate) {
        kernels.ifPresent(present -> compute(() -> present.update(
                memory(w), memory(v), memory(gradient), momentum, weightDecay, learningRate)));
        return kernels.isPresent();
    }

    // --- convolution -----------------------------------------------------------------------------------------------

    Tensor forward(FastConvolution layer, Tensor x, TorchTensor weight, Tensor bias, boolean relu, Shape shape) {
        float[] prepared = weight.prepared(TorchTensor.Use.FORWARD, layer.form(), layer.preparedLength(),
                values -> compute(() -> layer.prepare(memory(weight.handle()), values)));
        float[] biases = new float[(int) bias.numel()];
        new FloatPointer(bias.data_ptr()).get(biases);
        return made(shape, x, y -> layer.forward(memory(x), prepared, biases, relu, y));
    }

    /// @param gate the ReLU's output to go on through; empty if x came out of none
    Tensor inputGradient(FastConvolution layer, Tensor dy, TorchTensor weight, Optional<Tensor> gate, Shape shape) {
        float[] prepared = weight.prepared(TorchTensor.Use.BACKWARD, layer.form(), layer.inputGradientPreparedLength(),
                values -> compute(() -> layer.prepareInputGradient(memory(weight.handle()), values)));
        return made(shape, dy, dx -> layer.inputGradient(memory(dy), prepared, gate.map(TorchKernels::memory), dx));
    }

    Tensor[] parameterGradients(FastConvolution layer, Tensor x, Tensor dy, Shape weight) {
        Tensor dweight = Layout.empty(weight, dy.options()); // lives until the step ends, amid what comes and goes
        Tensor dbias = Layout.empty(Shape.of(weight.dim(0)), dy.options());
        compute(() -> layer.parameterGradients(memory(x), memory(dy), memory(dweight), memory(dbias)));
        return new Tensor[] {dweight, dbias};
    }

    // --- normalisation and pooling ---------------------------------------------------------------------------------

    Tensor forward(FastResponseNorm layer, Tensor x) {
        return made(Layout.shape(x), x, y -> layer.forward(memory(x), y));
    }

    Tensor gradient(FastResponseNorm layer, Tensor x, Tensor dy, boolean throughRelu) {
        return made(Layout.shape(x), x, dx -> layer.gradient(memory(x), memory(dy), dx, throughRelu));
    }

    Tensor forward(FastMaxPool layer, Tensor x, Shape shape) {
        return made(shape, x, y -> layer.forward(memory(x), y));
    }

    Tensor gradient(FastMaxPool layer, Tensor x, Tensor y, Tensor dy, boolean throughRelu) {
        return made(Layout.shape(x), x, dx -> layer.gradient(memory(x), memory(y), memory(dy), dx, throughRelu));
    }

    boolean fusesNormalizeMaxPool(LocalResponseNorm norm) {
        return kernels.isPresent() && norm.isPaperForm();
    }

    Optional<FastMaxPool> normalizedMaxPool(Shape x, LocalResponseNorm norm, Window window) {
        return kernels.flatMap(present -> present.normalizedMaxPool(x, norm, window));
    }

    /// What goes wrong in here is not libtorch's doing: [NativeCall] says so.
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failure(Throwable cause) {
            super(cause.getClass().getSimpleName() + ": " + cause.getMessage(), cause);
        }
    }

    /// What a kernel writes; nothing is kept of it if the kernel fails.
    ///
    /// @param like whose options it has
    private Tensor made(Shape shape, Tensor like, Consumer<MemorySegment> kernel) {
        return blocks.filled(shape, like.options(), result -> compute(() -> kernel.accept(memory(result))));
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

    /// A tensor's memory for the time of an operation, during which the tensor cannot be freed.
    private static MemorySegment memory(Tensor tensor) {
        return memory(tensor, Arena.global());
    }

    /// A tensor's memory, its values in the order of [Layout].
    ///
    /// @param lifetime which ends before the memory does
    @SuppressWarnings("restricted") // libtorch says how many values there are
    static MemorySegment memory(Tensor tensor, Arena lifetime) {
        return MemorySegment.ofAddress(tensor.data_ptr().address())
                .reinterpret(tensor.numel() * Float.BYTES, lifetime, null);
    }
}
