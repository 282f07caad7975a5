package net.alexnet.torch;

import module java.base;
import net.alexnet.inference.EngineUnavailableException;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.ComputeEnvironment;
import net.alexnet.tensor.EngineMemory;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Operands;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.ScopedBackend;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.Window;
import net.alexnet.torch.kernel.FastConvolution;
import net.alexnet.torch.kernel.FastMaxPool;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// [Backend] on libtorch. On a CPU the same inputs give the same bits in every run with the same number of threads.
///
/// libtorch's settings belong to the process. While a backend is open, they are ours: no TF32, deterministic kernels, and
/// the backend's number of threads in the threads that call it. Closing the last backend restores the former settings.
public final class TorchBackend extends ScopedBackend<TorchTensor> {
    /// The bits of minus infinity in bfloat16.
    private static final short MINUS_INFINITY = (short) 0xFF80;

    private final TorchDevice device;
    private final String description;
    private final ComputeEnvironment computeEnvironment;
    private final NativeCall call;
    private final TorchTransfer transfer;
    private final TorchKernels kernels;
    private final TorchMatMul products;
    private final BlockAllocator blocks = new BlockAllocator();
    private boolean closed;

    private TorchBackend(TorchDevice device, int threads, Precision precision) {
        super(TorchTensor.class);
        this.device = device;
        this.call = new NativeCall(threads);
        this.transfer = new TorchTransfer(device);
        this.kernels = new TorchKernels(device, threads, precision, blocks);
        this.products = new TorchMatMul(precision);
        products.require(device, call);
        this.computeEnvironment = TorchLibrary.computeEnvironment(device, threads, kernels.describe(), precision);
        this.description = TorchLibrary.describe(device, threads) + ", " + kernels.describe()
                + (precision == Precision.FLOAT32 ? "" : ", products and maps in " + precision);
    }

    /// Opens libtorch with all cores.
    ///
    /// @param device as for [#open(String, int)]
    public static TorchBackend open(String device) {
        return open(device, Runtime.getRuntime().availableProcessors());
    }

    /// Opens libtorch.
    ///
    /// @param device `auto` for the fastest that is there, `cpu`, `cuda`, `cuda:N` or `mps`
    /// @param threads how many threads an operation may use on a CPU, at least 1
    /// @throws IllegalArgumentException if there is no such device
    /// @throws EngineUnavailableException if the native libraries are missing or do not load
    public static TorchBackend open(String device, int threads) {
        return open(device, threads, Precision.FLOAT32);
    }

    /// Opens libtorch in a precision.
    ///
    /// @param device as for [#open(String, int)]
    /// @param precision of products and maps; in bfloat16 libtorch multiplies, not our kernels
    /// @throws IllegalArgumentException if there is no such device, or it does not compute with that precision
    public static TorchBackend open(String device, int threads, Precision precision) {
        if (threads < 1) {
            throw new IllegalArgumentException("libtorch needs at least 1 thread, found " + threads);
        }
        NativeLoader.await();
        TorchLibrary.load();
        TorchLibrary.acquire();
        try {
            return new TorchBackend(TorchDevice.find(device), threads, precision);
        } catch (RuntimeException e) {
            TorchLibrary.release();
            throw e;
        }
    }

    @Override
    public String describe() {
        return description;
    }

    @Override
    public ComputeEnvironment computeEnvironment() {
        return computeEnvironment;
    }

    @Override
    public boolean isFasterIn(Precision precision) {
        return device.isFasterIn(precision);
    }

    @Override
    public EngineMemory memory() {
        return kernels.memory();
    }

    /// Whether it computes in bfloat16.
    boolean rounds() {
        return products.rounds();
    }

    TorchDevice device() {
        return device;
    }

    /// A tensor of this backend, for a [TorchGroup].
    org.bytedeco.pytorch.Tensor handle(Tensor tensor) {
        return ours(tensor).handle();
    }

    // --- storage ---------------------------------------------------------------------------------------------------

    @Override
    public Tensor zeros(Shape shape) {
        return call.run("zeros", () -> stored(Layout.empty(shape, device.options(ScalarType.Float)).zero_()), shape);
    }

    @Override
    public Tensor upload(Shape shape, MemorySegment values) {
        Operands.values("upload", shape, values);
        return call.run("upload", () -> owned(transfer.upload(shape, values), values), shape);
    }

    @Override
    public Tensor uploadImages(MemorySegment pixels, int count, int height, int width, int channels) {
        Shape shape = Operands.uploadImages(pixels, count, height, width, channels);
        return call.run("uploadImages", () -> owned(transfer.uploadImages(pixels, shape), pixels), shape);
    }

    private Tensor owned(org.bytedeco.pytorch.Tensor tensor, MemorySegment values) {
        return own(new TorchTensor(tensor, this, TorchTransfer.borrowed(tensor, values), blocks));
    }

    @Override
    public float[] download(Tensor tensor) {
        return read("download", () -> TorchTransfer.download(raw(tensor)), tensor);
    }

    @Override
    public MemorySegment view(Tensor tensor) {
        return read("view", () -> raw(tensor).is_cpu() && raw(tensor).is_contiguous() && !isRounded(raw(tensor))
                ? ((TorchTensor) tensor).view()
                : MemorySegment.ofArray(TorchTransfer.download(raw(tensor))), tensor);
    }

    @Override
    public void assign(Tensor target, MemorySegment values) {
        Operands.values("assign", target.shape(), values);
        change("assign", () -> transfer.assign(writable(target), values), target);
    }

    // --- convolution -----------------------------------------------------------------------------------------------

    @Override
    public Tensor convolve(Tensor x, Tensor weight, Tensor bias, Window window, int groups, boolean relu) {
        Shape y = Operands.convolve(x.shape(), weight.shape(), bias.shape(), window, groups);
        return one("convolve", () -> kernels.convolution(x.shape(), weight.shape(), window, groups)
                .map(layer -> kernels.forward(layer, raw(x), (TorchTensor) weight, raw(bias), relu, y))
                .orElseGet(() -> {
                    var linear = spaceToDepth(x, window, groups)
                            .map(layer -> layer.convolve((TorchTensor) x, (TorchTensor) weight, raw(bias)))
                            .orElseGet(() -> products.convolve(raw(x), operandOfWeight(weight), raw(bias), window,
                                    groups));
                    return relu ? rectified(linear) : linear;
                }), x, weight, bias);
    }

    private Optional<TorchSpaceToDepth> spaceToDepth(Tensor x, Window window, int groups) {
        return isRounded(raw(x)) // a map and no pictures
                ? Optional.empty()
                : kernels.spaceToDepth(x.shape(), window, groups)
                        .map(layer -> new TorchSpaceToDepth(layer, kernels, products));
    }

    /// `max(0, x)` in place. In bfloat16 libtorch does it in float32, several times as slowly as by comparing bits: as signed
    /// shorts, negative numbers down to minus infinity are at most [#MINUS_INFINITY], and NaN with a sign is above.
    private static org.bytedeco.pytorch.Tensor rectified(org.bytedeco.pytorch.Tensor x) {
        if (!isRounded(x) || !x.is_cpu()) {
            return x.relu_();
        }
        torch.threshold_(x.view(ScalarType.Short), new Scalar(MINUS_INFINITY), new Scalar(0));
        return x;
    }

    @Override
    public Tensor convolveInputGradient(
            Tensor dy, Tensor weight, Tensor x, Window window, int groups, boolean throughRelu) {
        Operands.convolveGradient("convolveInputGradient", dy.shape(), x.shape(), weight.shape(), window, groups);
        return one("convolveInputGradient", () -> kernels.convolution(x.shape(), weight.shape(), window, groups)
                .filter(FastConvolution::hasInputGradient)
                .map(layer -> kernels.inputGradient(layer, raw(dy), (TorchTensor) weight, raw(x), throughRelu))
                .orElseGet(() -> throughRelu(throughRelu, x,
                        products.convolveInputGradient(raw(dy), operandOfWeight(weight), x.shape(), window, groups))),
                dy, weight, x);
    }

    /// A gradient by x, continued through the ReLU that x is the output of, if there is one.
    private static org.bytedeco.pytorch.Tensor throughRelu(
            boolean throughRelu, Tensor x, org.bytedeco.pytorch.Tensor dx) {
        return throughRelu ? torch.threshold_backward(dx, raw(x).toType(dx.scalar_type()), new Scalar(0.0f)) : dx;
    }

    @Override
    public ParameterGradients convolveParameterGradients(
            Tensor x, Tensor dy, Shape weightShape, Window window, int groups) {
        Operands.convolveGradient("convolveParameterGradients", dy.shape(), x.shape(), weightShape, window, groups);
        return two("convolveParameterGradients", ParameterGradients::new,
                () -> kernels.convolution(x.shape(), weightShape, window, groups)
                        .map(layer -> kernels.parameterGradients(layer, raw(x), raw(dy), weightShape))
                        .orElseGet(() -> spaceToDepth(x, window, groups)
                                .map(layer -> layer.parameterGradients((TorchTensor) x, raw(dy), weightShape))
                                .orElseGet(() -> products
                                        .convolveParameterGradients(raw(x), raw(dy), weightShape, window, groups))),
                x, dy);
    }

    // --- fully connected -------------------------------------------------------------------------------------------

    @Override
    public Tensor dense(Tensor x, Tensor weight, Tensor bias) {
        Operands.dense(x.shape(), weight.shape(), bias.shape());
        return one("dense", () -> floats(products.dense(raw(x), operandOfWeight(weight), raw(bias))), x, weight, bias);
    }

    @Override
    public Tensor denseInputGradient(Tensor dy, Tensor weight) {
        Operands.denseInputGradient(dy.shape(), weight.shape());
        return one("denseInputGradient", () -> floats(products.denseInputGradient(raw(dy), operandOfWeight(weight))),
                dy, weight);
    }

    @Override
    public ParameterGradients denseParameterGradients(Tensor x, Tensor dy) {
        Operands.denseParameterGradients(x.shape(), dy.shape());
        return two("denseParameterGradients", ParameterGradients::new,
                () -> products.denseParameterGradients(raw(x), raw(dy), blocks), x, dy);
    }

    @Override
    public Tensor flatten(Tensor x) {
        Shape y = Operands.flatten(x.shape());
        return one("flatten", () -> Layout.rows(raw(x), y), x);
    }

    @Override
    public Tensor unflatten(Tensor y, Shape xShape) {
        Operands.unflatten(y.shape(), xShape);
        return one("unflatten", () -> Layout.maps(raw(y), xShape), y);
    }

    // --- activations ---------------------------------------------------------------------------------------------------

    @Override
    public Tensor relu(Tensor x) {
        return one("relu", () -> torch.relu(raw(x)), x);
    }

    @Override
    public Tensor reluGradient(Tensor y, Tensor dy) {
        Operands.same("reluGradient", "y", y.shape(), "dy", dy.shape());
        return one("reluGradient", () -> throughRelu(true, y, raw(dy)), y, dy);
    }

    @Override
    public Tensor tanh(Tensor x) {
        return one("tanh", () -> torch.tanh(raw(x)), x);
    }

    @Override
    public Tensor tanhGradient(Tensor y, Tensor dy) {
        Operands.same("tanhGradient", "y", y.shape(), "dy", dy.shape());
        return one("tanhGradient", () -> torch.tanh_backward(raw(dy), raw(y).toType(raw(dy).scalar_type())), y, dy);
    }

    @Override
    public Tensor multiply(Tensor a, Tensor b) {
        Operands.same("multiply", "a", a.shape(), "b", b.shape());
        return one("multiply", () -> torch.mul(raw(a), raw(b)), a, b);
    }

    @Override
    public Tensor scale(Tensor x, float factor) {
        return one("scale", () -> torch.mul(raw(x), new Scalar(factor)), x);
    }

    @Override
    public Tensor l2Normalize(Tensor x) {
        Operands.l2Normalize(x.shape());
        return one("l2Normalize", () -> raw(x).div(l2Norm(x)), x);
    }

    @Override
    public Tensor l2NormalizeGradient(Tensor x, Tensor y, Tensor dy) {
        Operands.l2NormalizeGradient(x.shape(), y.shape(), dy.shape());
        return one("l2NormalizeGradient", () -> {
            var along = torch.mul(raw(y), raw(dy)).sum(new long[] {1}, true, new ScalarTypeOptional());
            return raw(dy).sub(raw(y).mul(along)).div(l2Norm(x));
        }, dy);
    }

    /// `(N, 1)`
    private static org.bytedeco.pytorch.Tensor l2Norm(Tensor x) {
        return raw(x).norm(new ScalarOptional(new Scalar(2.0f)), new long[] {1}, true).clamp_min(new Scalar(1e-12f));
    }

    // --- normalization and pooling ---------------------------------------------------------------------------------

    @Override
    public Tensor normalize(Tensor x, LocalResponseNorm norm) {
        Operands.normalize(x.shape(), norm);
        return one("normalize", () -> kernels.all().flatMap(all -> all.responseNorm(norm, x.shape().dim(1)))
                .map(layer -> kernels.written(x.shape(), operand(x), y -> layer.forward(memory(operand(x)), y)))
                .orElseGet(() -> new TorchResponseNorm(norm).forward(floats(raw(x)))), x);
    }

    @Override
    public Tensor normalizeGradient(Tensor x, Tensor y, Tensor dy, LocalResponseNorm norm, boolean throughRelu) {
        Operands.normalizeGradient(x.shape(), y.shape(), dy.shape(), norm);
        return one("normalizeGradient", () -> kernels.all().flatMap(all -> all.responseNorm(norm, x.shape().dim(1)))
                .map(layer -> kernels.written(x.shape(), operand(x),
                        dx -> layer.gradient(memory(operand(x)), memory(operand(dy)), dx, throughRelu)))
                .orElseGet(() -> throughRelu(throughRelu, x, new TorchResponseNorm(norm)
                        .gradient(floats(raw(x)), floats(raw(y)), floats(raw(dy))))),
                x, y, dy);
    }

    @Override
    public Pooled maxPool(Tensor x, Window window) {
        Shape shape = Operands.maxPool(x.shape(), window);
        Optional<FastMaxPool> fast = kernels.all().flatMap(all -> all.maxPool(x.shape(), window));
        if (fast.isPresent()) {
            Tensor y = pooled("maxPool", fast.get(), x, shape);
            return new Pooled(y, y);
        }
        return two("maxPool", Pooled::new, () -> new TorchMaxPool(window).forward(operand(x)), x);
    }

    private Tensor pooled(String operation, FastMaxPool layer, Tensor x, Shape shape) {
        return one(operation, () -> kernels.written(shape, operand(x), y -> layer.forward(memory(operand(x)), y)), x);
    }

    @Override
    public Tensor maxPoolGradient(Tensor x, Tensor dy, Pooled pooled, Window window, boolean throughRelu) {
        Operands.maxPoolGradient(dy.shape(), x.shape(), window);
        Tensor argmax = pooled.argmax();
        Optional<FastMaxPool> fast = kernels.all().flatMap(all -> all.maxPool(x.shape(), window));
        return fast.isPresent()
                ? pooledGradient("maxPoolGradient", fast.get(), x, argmax, dy, throughRelu)
                : one("maxPoolGradient", () -> throughRelu(throughRelu, x,
                        new TorchMaxPool(window).gradient(floats(raw(dy)), raw(argmax), x.shape())), x, dy, argmax);
    }

    private Tensor pooledGradient(
            String operation, FastMaxPool layer, Tensor x, Tensor y, Tensor dy, boolean throughRelu) {
        return one(operation, () -> kernels.written(x.shape(), operand(x), dx -> layer
                .gradient(memory(operand(x)), memory(operand(y)), memory(operand(dy)), dx, throughRelu)), x, y, dy);
    }

    @Override
    public boolean fusesNormalizeMaxPool(LocalResponseNorm norm) {
        return kernels.all().isPresent() && norm.isPaperForm();
    }

    @Override
    public Tensor normalizeMaxPool(Tensor x, LocalResponseNorm norm, Window window) {
        Operands.normalize(x.shape(), norm);
        Shape shape = Operands.maxPool(x.shape(), window);
        Optional<FastMaxPool> fast = kernels.all().flatMap(all -> all.normalizedMaxPool(x.shape(), norm, window));
        return fast.isPresent()
                ? pooled("normalizeMaxPool", fast.get(), x, shape)
                : super.normalizeMaxPool(x, norm, window);
    }

    @Override
    public Tensor normalizeMaxPoolGradient(
            Tensor x, Tensor y, Tensor dy, LocalResponseNorm norm, Window window, boolean throughRelu) {
        Operands.normalize(x.shape(), norm);
        Operands.same("normalizeMaxPoolGradient", "y", y.shape(), "dy", dy.shape());
        Operands.maxPoolGradient(dy.shape(), x.shape(), window);
        Optional<FastMaxPool> fast = kernels.all().flatMap(all -> all.normalizedMaxPool(x.shape(), norm, window));
        return fast.isPresent()
                ? pooledGradient("normalizeMaxPoolGradient", fast.get(), x, y, dy, throughRelu)
                : super.normalizeMaxPoolGradient(x, y, dy, norm, window, throughRelu);
    }

    // --- the two ends ----------------------------------------------------------------------------------------------

    @Override
    public Tensor softmax(Tensor logits) {
        Operands.softmax(logits.shape());
        return one("softmax", () -> torch.softmax(raw(logits), 1), logits);
    }

    /// By the logarithm of the probabilities, which neither overflows nor loses small ones.
    @Override
    public Loss crossEntropy(Tensor logits, int[] labels) {
        Operands.crossEntropy(logits.shape(), labels);
        return two("crossEntropy", Loss::new, () -> {
            long[] indices = Arrays.stream(labels).asLongStream().toArray();
            var rows = torch.tensor(indices, device.options(ScalarType.Long));
            var logProbabilities = torch.log_softmax(raw(logits), 1);
            var value = torch.nll_loss(logProbabilities, rows);
            var minusOnes = torch.full(new long[] {labels.length, 1}, new Scalar(-1.0f), raw(logits).options());
            var gradient = logProbabilities.exp(); // (p − [k = label]) / N
            gradient.scatter_add_(1, rows.unsqueeze(1), minusOnes).div_(new Scalar((float) labels.length));
            return new org.bytedeco.pytorch.Tensor[] {value, gradient};
        }, logits);
    }

    @Override
    public void add(Tensor sum, Tensor x) {
        Operands.same("add", "sum", sum.shape(), "x", x.shape());
        change("add", () -> ((TorchTensor) sum).writableFloats().add_(raw(x)), sum, x);
    }

    @Override
    public void update(
            Tensor parameter, Tensor momentumBuffer, Tensor gradient, float momentum, float weightDecay,
            float learningRate) {
        Operands.update(parameter.shape(), momentumBuffer.shape(), gradient.shape());
        change("update", () -> {
            var v = ((TorchTensor) momentumBuffer).writableFloats();
            if (kernels.all().isPresent()) {
                ((TorchTensor) parameter).rewrite(Precision.BFLOAT16, (w, rounded) -> TorchKernels.compute(
                        () -> kernels.all().get().update(memory(w), memory(v), memory(raw(gradient)),
                                rounded.map(TorchKernels::memory), momentum, weightDecay, learningRate)));
                return;
            }
            var w = ((TorchTensor) parameter).writableFloats();
            v.mul_(new Scalar(momentum));
            v.add_(w, new Scalar(-(double) weightDecay * learningRate));
            v.add_(raw(gradient), new Scalar(-learningRate));
            w.add_(v);
        }, parameter, momentumBuffer, gradient);
    }

    // --- statistics ------------------------------------------------------------------------------------------------

    @Override
    public Statistics statistics(Tensor x) {
        return read("statistics", () -> {
            var finite = torch.isfinite(raw(x));
            long count = finite.sum().item_long();
            long nonFinite = raw(x).numel() - count;
            if (count == 0) {
                return new Statistics(Double.NaN, Double.NaN, nonFinite);
            }
            var values = floats(raw(x));
            var moments = torch.var_mean(nonFinite == 0 ? values : values.masked_select(finite), false);
            return new Statistics(moments.get1().item_float(), Math.sqrt(moments.get0().item_float()), nonFinite);
        }, x);
    }

    @Override
    public float[] unitMaxima(Tensor x) {
        Operands.unitMaxima(x.shape());
        long[] others = x.shape().rank() == 4 ? new long[] {0, 2, 3} : new long[] {0};
        return read("unitMaxima", () -> TorchTransfer.download(raw(x).amax(others, false)), x);
    }

    @Override
    public void close() {
        freeAll();
        blocks.clear();
        if (!closed) {
            closed = true;
            TorchLibrary.release();
        }
    }

    // --- native tensors --------------------------------------------------------------------------------------------

    private Tensor one(String operation, Supplier<org.bytedeco.pytorch.Tensor> body, Tensor... operands) {
        return read(operation, () -> own(body.get()), operands);
    }

    private <R> R two(String operation, BiFunction<Tensor, Tensor, R> result,
            Supplier<org.bytedeco.pytorch.Tensor[]> body, Tensor... operands) {
        return read(operation, () -> {
            org.bytedeco.pytorch.Tensor[] both = body.get();
            return result.apply(own(both[0]), own(both[1]));
        }, operands);
    }

    private void change(String operation, Runnable body, Tensor... operands) {
        read(operation, () -> {
            body.run();
            return operands;
        }, operands);
    }

    private <T> T read(String operation, Supplier<T> body, Tensor... operands) {
        for (Tensor operand : operands) {
            ours(operand);
        }
        return call.run(operation, body, Arrays.stream(operands).map(Tensor::shape).toArray(Shape[]::new));
    }

    private static org.bytedeco.pytorch.Tensor raw(Tensor tensor) {
        return ((TorchTensor) tensor).handle();
    }

    private static MemorySegment memory(org.bytedeco.pytorch.Tensor tensor) {
        return TorchKernels.memory(tensor);
    }

    /// A map as a kernel or a product reads it.
    private org.bytedeco.pytorch.Tensor operand(Tensor tensor) {
        return products.operand(raw(tensor));
    }

    /// A weight as a product reads it, rounded once after every change.
    private org.bytedeco.pytorch.Tensor operandOfWeight(Tensor weight) {
        return products.rounds()
                ? ((TorchTensor) weight).derived(Precision.BFLOAT16, products::operand)
                : raw(weight);
    }

    /// The values in float32; the tensor itself if they are.
    private static org.bytedeco.pytorch.Tensor floats(org.bytedeco.pytorch.Tensor tensor) {
        return tensor.toType(ScalarType.Float);
    }

    private static boolean isRounded(org.bytedeco.pytorch.Tensor tensor) {
        return tensor.scalar_type().intern() == ScalarType.BFloat16;
    }

    /// For a tensor that is changed in place.
    private static org.bytedeco.pytorch.Tensor writable(Tensor tensor) {
        return ((TorchTensor) tensor).writableHandle();
    }

    /// What an operation computed; maps are rounded to the precision of products.
    private Tensor own(org.bytedeco.pytorch.Tensor result) {
        return stored(result.dim() == 4 && result.scalar_type().intern() == ScalarType.Float
                ? products.operand(result)
                : result);
    }

    private Tensor stored(org.bytedeco.pytorch.Tensor result) {
        return own(new TorchTensor(Layout.ordered(result), this, MemorySegment.NULL, blocks));
    }
}
