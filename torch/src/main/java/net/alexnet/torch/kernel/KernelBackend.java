package net.alexnet.torch.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import module java.base;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.ComputeEnvironment;
import net.alexnet.tensor.EngineMemory;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Operands;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.ScopedBackend;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.Window;
import net.alexnet.tensor.reference.ReferenceBackend;

/// [Backend] for forward passes on a CPU by our own kernels alone; it loads nothing native.
///
/// **One answer.** A picture gets the same bits alone and in any batch, with any number of threads, on processors with
/// short and long vectors, and in a JVM with and without the module `jdk.incubator.vector`, where plain loops do the same
/// sums in the same order ([ForwardKernels]). Processors need fused multiply-adds, as those since 2013 have.
///
/// Gradients and other operations that a forward pass of the paper's network does not need are the reference's, and slow.
public final class KernelBackend extends ScopedBackend<KernelTensor> {
    private final int threads;
    private final ForwardKernels kernels;
    private final FloatPool pool = new FloatPool();
    private final ReferenceBackend reference = new ReferenceBackend();
    private boolean closed;

    private KernelBackend(int threads, ForwardKernels kernels) {
        super(KernelTensor.class);
        this.threads = threads;
        this.kernels = kernels;
    }

    /// Whether this machine has fused multiply-adds, as processors of x86 since 2013 and all others have. Java computes them
    /// in software elsewhere, a thousand times slower.
    public static boolean isFast() {
        return Processor.has("fma").orElse(true);
    }

    /// Opens it with vectors where the JVM has them, else with plain loops.
    ///
    /// @param threads that compute, at least 1
    public static KernelBackend open(int threads) {
        return Kernels.missing().isEmpty()
                ? new KernelBackend(threads, new VectorKernels(threads))
                : openPlain(threads);
    }

    /// Opens it with plain loops.
    ///
    /// @param threads that compute, at least 1
    public static KernelBackend openPlain(int threads) {
        return new KernelBackend(threads, new PlainKernels(new Workers(threads)));
    }

    @Override
    public String describe() {
        return "kernels in Java: " + kernels.describe() + ", " + threads + (threads == 1 ? " thread" : " threads");
    }

    @Override
    public ComputeEnvironment computeEnvironment() {
        int any = 1; // the number of threads changes no digit
        return new ComputeEnvironment("kernels in Java", "cpu", any, "revision " + ComputeEnvironment.REVISION);
    }

    @Override
    public boolean isFasterIn(Precision precision) {
        return false;
    }

    @Override
    public EngineMemory memory() {
        return new KernelMemory();
    }

    // --- storage ---------------------------------------------------------------------------------------------------

    @Override
    public Tensor zeros(Shape shape) {
        return made(shape, y -> y.fill((byte) 0));
    }

    @Override
    public Tensor upload(Shape shape, MemorySegment values) {
        Operands.values("upload", shape, values);
        if (shape.rank() == 4) {
            return made(shape, y -> toChannelsLast(values, shape, y));
        }
        return inPlaceOrCopied(shape, values);
    }

    @Override
    public Tensor uploadImages(MemorySegment pixels, int count, int height, int width, int channels) {
        Shape shape = Operands.uploadImages(pixels, count, height, width, channels);
        MemorySegment values = pixels.asSlice(0, shape.elements() * Float.BYTES);
        return inPlaceOrCopied(shape, values);
    }

    @Override
    public float[] download(Tensor tensor) {
        MemorySegment values = memory(tensor);
        return tensor.shape().rank() == 4
                ? rowMajor(values, tensor.shape())
                : values.toArray(JAVA_FLOAT_UNALIGNED);
    }

    @Override
    public void assign(Tensor target, MemorySegment values) {
        Operands.values("assign", target.shape(), values);
        MemorySegment memory = ours(target).writable();
        if (target.shape().rank() == 4) {
            toChannelsLast(values, target.shape(), memory);
        } else {
            memory.copyFrom(values);
        }
    }

    private static void toChannelsLast(MemorySegment values, Shape shape, MemorySegment y) {
        float[] to = transposed(values, shape.dim(0), shape.dim(1), shape.dim(2) * shape.dim(3));
        y.copyFrom(MemorySegment.ofArray(to));
    }

    private static float[] rowMajor(MemorySegment values, Shape shape) {
        return transposed(values, shape.dim(0), shape.dim(2) * shape.dim(3), shape.dim(1));
    }

    /// Exchanges the rows and columns of each of several matrices.
    private static float[] transposed(MemorySegment values, int matrices, int rows, int columns) {
        float[] from = values.toArray(JAVA_FLOAT_UNALIGNED);
        float[] to = new float[from.length];
        for (int matrix = 0; matrix < matrices; matrix++) {
            int first = matrix * rows * columns;
            for (int column = 0; column < columns; column++) {
                for (int row = 0; row < rows; row++) {
                    to[first + column * rows + row] = from[first + row * columns + column];
                }
            }
        }
        return to;
    }

    private Tensor inPlaceOrCopied(Shape shape, MemorySegment values) {
        return values.isNative()
                ? own(KernelTensor.borrowed(shape, values, this, pool))
                : made(shape, y -> y.copyFrom(values));
    }

    private Tensor made(Shape shape, Consumer<MemorySegment> write) {
        MemorySegment memory = pool.take(shape.elements());
        try {
            write.accept(memory);
        } catch (RuntimeException | Error e) {
            pool.release(memory);
            throw e;
        }
        return own(new KernelTensor(shape, memory, Optional.empty(), this, pool));
    }

    private MemorySegment memory(Tensor tensor) {
        return ours(tensor).memory();
    }

    // --- forward passes --------------------------------------------------------------------------------------------

    @Override
    public Tensor convolve(Tensor x, Tensor weight, Tensor bias, Window window, int groups, boolean relu) {
        Shape shape = Operands.convolve(x.shape(), weight.shape(), bias.shape(), window, groups);
        MemorySegment from = memory(x);
        KernelTensor filters = ours(weight);
        MemorySegment biases = memory(bias);
        return made(shape, y -> kernels.convolve(from, x.shape(), filters, biases, window, groups, relu, y));
    }

    @Override
    public Tensor dense(Tensor x, Tensor weight, Tensor bias) {
        Shape shape = Operands.dense(x.shape(), weight.shape(), bias.shape());
        MemorySegment from = memory(x);
        KernelTensor rows = ours(weight);
        MemorySegment biases = memory(bias);
        return made(shape, y -> kernels.dense(from, x.shape().dim(0), rows, biases, y));
    }

    @Override
    public Tensor flatten(Tensor x) {
        Shape shape = Operands.flatten(x.shape());
        float[] values = download(x);
        return made(shape, y -> y.copyFrom(MemorySegment.ofArray(values)));
    }

    @Override
    public Tensor unflatten(Tensor y, Shape xShape) {
        Operands.unflatten(y.shape(), xShape);
        return upload(xShape, download(y));
    }

    @Override
    public Tensor relu(Tensor x) {
        return each(x, x, (value, _) -> Math.max(0, value));
    }

    @Override
    public Tensor tanh(Tensor x) {
        return each(x, x, (value, _) -> (float) StrictMath.tanh(value));
    }

    @Override
    public Tensor multiply(Tensor a, Tensor b) {
        Operands.same("multiply", "a", a.shape(), "b", b.shape());
        return each(a, b, (left, right) -> left * right);
    }

    @Override
    public Tensor scale(Tensor x, float factor) {
        return each(x, x, (value, _) -> factor * value);
    }

    private interface OfTwo {
        float apply(float a, float b);
    }

    private Tensor each(Tensor a, Tensor b, OfTwo function) {
        float[] left = memory(a).toArray(JAVA_FLOAT_UNALIGNED);
        float[] right = memory(b).toArray(JAVA_FLOAT_UNALIGNED);
        for (int i = 0; i < left.length; i++) {
            left[i] = function.apply(left[i], right[i]);
        }
        return made(a.shape(), y -> y.copyFrom(MemorySegment.ofArray(left)));
    }

    @Override
    public Tensor normalize(Tensor x, LocalResponseNorm norm) {
        Operands.normalize(x.shape(), norm);
        MemorySegment from = memory(x);
        return norm.isPaperForm()
                ? made(x.shape(), y -> kernels.normalize(from, x.shape(), norm, y))
                : byReference(() -> reference.normalize(there(x), norm));
    }

    @Override
    public Pooled maxPool(Tensor x, Window window) {
        Shape shape = Operands.maxPool(x.shape(), window);
        MemorySegment from = memory(x);
        Tensor maxima = made(shape, y -> kernels.maxPool(from, x.shape(), window, y));
        return new Pooled(maxima, maxima);
    }

    @Override
    public boolean fusesNormalizeMaxPool(LocalResponseNorm norm) {
        return norm.isPaperForm();
    }

    @Override
    public Tensor normalizeMaxPool(Tensor x, LocalResponseNorm norm, Window window) {
        Operands.normalize(x.shape(), norm);
        Shape shape = Operands.maxPool(x.shape(), window);
        MemorySegment from = memory(x);
        boolean[] done = {false};
        Tensor pooled = made(shape, y -> done[0] = norm.isPaperForm()
                && kernels.normalizeMaxPool(from, x.shape(), norm, window, y));
        if (done[0]) {
            return pooled;
        }
        free(pooled);
        return super.normalizeMaxPool(x, norm, window);
    }

    // --- the reference's -------------------------------------------------------------------------------------------

    /// A copy of a tensor on the reference backend.
    private Tensor there(Tensor tensor) {
        return reference.upload(tensor.shape(), download(tensor));
    }

    /// The copy of one of its tensors here.
    private Tensor here(Tensor theirs) {
        return upload(theirs.shape(), reference.download(theirs));
    }

    private Tensor byReference(Supplier<Tensor> operation) {
        try (Scope _ = reference.scope()) {
            return here(operation.get());
        }
    }

    @Override
    public Tensor convolveInputGradient(
            Tensor dy, Tensor weight, Tensor x, Window window, int groups, boolean throughRelu) {
        return byReference(() -> reference
                .convolveInputGradient(there(dy), there(weight), there(x), window, groups, throughRelu));
    }

    @Override
    public ParameterGradients convolveParameterGradients(
            Tensor x, Tensor dy, Shape weightShape, Window window, int groups) {
        try (Scope _ = reference.scope()) {
            return here(reference.convolveParameterGradients(there(x), there(dy), weightShape, window, groups));
        }
    }

    private ParameterGradients here(ParameterGradients theirs) {
        return new ParameterGradients(here(theirs.weight()), here(theirs.bias()));
    }

    @Override
    public Tensor denseInputGradient(Tensor dy, Tensor weight) {
        return byReference(() -> reference.denseInputGradient(there(dy), there(weight)));
    }

    @Override
    public ParameterGradients denseParameterGradients(Tensor x, Tensor dy) {
        try (Scope _ = reference.scope()) {
            return here(reference.denseParameterGradients(there(x), there(dy)));
        }
    }

    @Override
    public Tensor reluGradient(Tensor y, Tensor dy) {
        return byReference(() -> reference.reluGradient(there(y), there(dy)));
    }

    @Override
    public Tensor tanhGradient(Tensor y, Tensor dy) {
        return byReference(() -> reference.tanhGradient(there(y), there(dy)));
    }

    @Override
    public Tensor l2Normalize(Tensor x) {
        return byReference(() -> reference.l2Normalize(there(x)));
    }

    @Override
    public Tensor l2NormalizeGradient(Tensor x, Tensor y, Tensor dy) {
        return byReference(() -> reference.l2NormalizeGradient(there(x), there(y), there(dy)));
    }

    @Override
    public Tensor normalizeGradient(Tensor x, Tensor y, Tensor dy, LocalResponseNorm norm, boolean throughRelu) {
        return byReference(() -> reference.normalizeGradient(there(x), there(y), there(dy), norm, throughRelu));
    }

    @Override
    public Tensor maxPoolGradient(Tensor x, Tensor dy, Pooled pooled, Window window, boolean throughRelu) {
        return byReference(() -> {
            Tensor input = there(x);
            return reference.maxPoolGradient(input, there(dy), reference.maxPool(input, window), window, throughRelu);
        });
    }

    @Override
    public Tensor softmax(Tensor logits) {
        return byReference(() -> reference.softmax(there(logits)));
    }

    @Override
    public Loss crossEntropy(Tensor logits, int[] labels) {
        try (Scope _ = reference.scope()) {
            Loss loss = reference.crossEntropy(there(logits), labels);
            return new Loss(here(loss.value()), here(loss.gradient()));
        }
    }

    @Override
    public void add(Tensor sum, Tensor x) {
        try (Scope _ = reference.scope()) {
            Tensor there = there(sum);
            reference.add(there, there(x));
            assign(sum, reference.download(there));
        }
    }

    @Override
    public void update(
            Tensor parameter, Tensor momentumBuffer, Tensor gradient, float momentum, float weightDecay,
            float learningRate) {
        try (Scope _ = reference.scope()) {
            Tensor w = there(parameter);
            Tensor v = there(momentumBuffer);
            reference.update(w, v, there(gradient), momentum, weightDecay, learningRate);
            assign(parameter, reference.download(w));
            assign(momentumBuffer, reference.download(v));
        }
    }

    @Override
    public Statistics statistics(Tensor x) {
        try (Scope _ = reference.scope()) {
            return reference.statistics(there(x));
        }
    }

    @Override
    public float[] unitMaxima(Tensor x) {
        try (Scope _ = reference.scope()) {
            return reference.unitMaxima(there(x));
        }
    }

    /// A second close does nothing.
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            freeAll();
            reference.close();
            pool.close();
        }
    }
}
