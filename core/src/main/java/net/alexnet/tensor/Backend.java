package net.alexnet.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;

/// The operations that AlexNet needs, forward and backward, and no more.
///
/// Maps have the logical shape `(N, C, H, W)` and vectors `(N, F)`; how they lie in memory is the backend's own affair.
/// All values are float32. A gradient operation takes the gradient of the loss by the forward operation's output, `dy`,
/// and gives the gradient by one of its inputs; nothing is accumulated. No operation changes its arguments, except
/// [#assign] and [#update].
///
/// Arguments are checked: shapes that do not belong together are an [IllegalArgumentException] that names both. A
/// failure inside a native engine is a [BackendException] with the operation and the shapes. A tensor that was freed is
/// an [IllegalStateException]. A backend is used by one thread at a time.
///
/// A NaN that goes into an operation comes out of it again, through [#relu] and [#maxPool] too: a network that diverges
/// has to be seen to.
public interface Backend extends AutoCloseable {
    /// What computes, for a log: engine, version, device, threads.
    String describe();

    /// What the last digits of its results depend on: what must be the same for a resumed run to end, bit for bit, where it
    /// would have ended.
    ComputeEnvironment computeEnvironment();

    /// Whether its device is known to multiply faster in a precision than in float32. A device of which nothing is known
    /// does not, and float32 is not faster than itself.
    boolean isFasterIn(Precision precision);

    /// What its kernels need besides tensors; a plan, of which an engine on another device than a CPU knows nothing.
    default EngineMemory memory() {
        return EngineMemory.NONE;
    }

    /// Opens a scope on this thread; see [Scope].
    Scope scope();

    /// Frees a tensor now and not when its scope closes; it must not be used afterwards. What was made from it stays.
    void free(Tensor tensor);

    /// How many tensors of this backend are alive, internal ones included: flat over steps, or there is a leak.
    long liveTensors();

    // --- storage ---------------------------------------------------------------------------------------------------

    Tensor zeros(Shape shape);

    /// A tensor of these values, given in row-major order of the logical shape.
    Tensor upload(Shape shape, float[] values);

    /// A tensor of these values, float32 in the machine's byte order and in row-major order of the logical shape.
    ///
    /// @param values exactly `shape.elements()` floats, native or heap. A backend may read the memory in place, so it must
    ///     stay unchanged while the returned tensor lives; it is kept from being unmapped as long, if its arena is an
    ///     automatic one. It is never written to, and may be a read-only mapping: a tensor that is changed is first given
    ///     memory of its own
    Tensor upload(Shape shape, MemorySegment values);

    /// Pictures as they come from a decoder: float32 values in `(N, H, W, C)` order.
    ///
    /// @param pixels at least `N·H·W·C` floats, native or heap. A backend may use the memory in place, so it must
    ///     stay unchanged while the returned tensor lives
    /// @return a tensor of the logical shape `(N, C, H, W)`
    Tensor uploadImages(MemorySegment pixels, int count, int height, int width, int channels);

    /// The values in row-major order of the logical shape; waits for the device.
    float[] download(Tensor tensor);

    /// Overwrites a tensor's values, given in row-major order of its logical shape.
    void assign(Tensor target, float[] values);

    /// The same from memory of Java's, which is read now and not kept.
    ///
    /// @param values exactly as many floats in the machine's byte order as the target has places, native or heap
    default void assign(Tensor target, MemorySegment values) {
        assign(target, values.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED));
    }

    /// A tensor's values in row-major order and in the machine's byte order, to be read at once: they may be the tensor's own
    /// memory, so they hold no longer than it lives and is not changed.
    default MemorySegment view(Tensor tensor) {
        return MemorySegment.ofArray(download(tensor));
    }

    // --- convolution -----------------------------------------------------------------------------------------------

    /// Cross-correlation with zeros outside the map, plus a bias per output channel.
    ///
    /// @param x `(N, C, H, W)`
    /// @param weight `(K, C/groups, kernel, kernel)`
    /// @param bias `(K)`
    /// @param groups towers: the K/groups filters of one see only its C/groups channels
    /// @return `(N, K, window.outputs(H), window.outputs(W))`
    Tensor convolve(Tensor x, Tensor weight, Tensor bias, Window window, int groups);

    /// The gradient by the input of [#convolve], of shape `xShape`.
    Tensor convolveInputGradient(Tensor dy, Tensor weight, Shape xShape, Window window, int groups);

    /// The gradients by the weight and the bias of [#convolve].
    ///
    /// @param weightShape `(K, C/groups, kernel, kernel)`
    ParameterGradients convolveParameterGradients(Tensor x, Tensor dy, Shape weightShape, Window window, int groups);

    /// [#convolve] and then [#relu], where an engine can do both at once.
    default Tensor convolveRelu(Tensor x, Tensor weight, Tensor bias, Window window, int groups) {
        Tensor linear = convolve(x, weight, bias, window, groups);
        Tensor y = relu(linear);
        free(linear);
        return y;
    }

    /// [#convolveInputGradient] and then on through the ReLU that x came out of: 0 where x is 0.
    default Tensor convolveInputGradientThroughRelu(Tensor dy, Tensor weight, Tensor x, Window window, int groups) {
        return throughRelu(x, convolveInputGradient(dy, weight, x.shape(), window, groups));
    }

    private Tensor throughRelu(Tensor x, Tensor dx) {
        Tensor gradient = reluGradient(x, dx);
        free(dx);
        return gradient;
    }

    // --- fully connected -------------------------------------------------------------------------------------------

    /// `y = x · weightᵀ + bias`.
    ///
    /// @param x `(N, F)`
    /// @param weight `(K, F)`
    /// @param bias `(K)`
    /// @return `(N, K)`
    Tensor dense(Tensor x, Tensor weight, Tensor bias);

    /// The gradient by the input of [#dense], `(N, F)`.
    Tensor denseInputGradient(Tensor dy, Tensor weight);

    /// The gradients by the weight and the bias of [#dense].
    ParameterGradients denseParameterGradients(Tensor x, Tensor dy);

    /// `(N, C, H, W)` to `(N, C·H·W)`, channels outermost, as PyTorch and Caffe order the inputs of their first
    /// fully connected layer.
    Tensor flatten(Tensor x);

    /// The inverse of [#flatten].
    Tensor unflatten(Tensor y, Shape xShape);

    // --- neurons ---------------------------------------------------------------------------------------------------

    /// `max(0, x)`.
    Tensor relu(Tensor x);

    /// The gradient by the input of [#relu], from its output `y`; 0 where y is 0.
    Tensor reluGradient(Tensor y, Tensor dy);

    /// The hyperbolic tangent.
    Tensor tanh(Tensor x);

    /// The gradient by the input of [#tanh], from its output `y`.
    Tensor tanhGradient(Tensor y, Tensor dy);

    /// The product of two tensors of one shape, value by value: dropout with a mask, both ways.
    Tensor multiply(Tensor a, Tensor b);

    /// Every value times a constant: dropout at test time, as the paper does it.
    Tensor scale(Tensor x, float factor);

    // --- normalisation and pooling ---------------------------------------------------------------------------------

    /// Local response normalisation; see [LocalResponseNorm].
    Tensor normalize(Tensor x, LocalResponseNorm norm);

    /// The gradient by the input of [#normalize].
    ///
    /// @param x its input
    /// @param y its output
    Tensor normalizeGradient(Tensor x, Tensor y, Tensor dy, LocalResponseNorm norm);

    /// [#normalizeGradient] and then on through the ReLU that x came out of: 0 where x is 0.
    default Tensor normalizeGradientThroughRelu(Tensor x, Tensor y, Tensor dy, LocalResponseNorm norm) {
        return throughRelu(x, normalizeGradient(x, y, dy, norm));
    }

    /// The maximum of each window, and what its gradient needs to find the maxima again. Of equal values the first in
    /// row order wins; padding never does. A window with no pixel of the map in it is refused.
    Pooled maxPool(Tensor x, Window window);

    /// The gradient by the input of [#maxPool]: each winner gets the sum of its windows' gradients.
    ///
    /// @param x its input
    Tensor maxPoolGradient(Tensor x, Tensor dy, Pooled pooled, Window window);

    /// [#maxPoolGradient] and then on through the ReLU that x came out of: 0 where x is 0.
    default Tensor maxPoolGradientThroughRelu(Tensor x, Tensor dy, Pooled pooled, Window window) {
        return throughRelu(x, maxPoolGradient(x, dy, pooled, window));
    }

    /// Whether [#normalizeMaxPool] and its gradient are kernels of their own here, which write nothing between the two.
    default boolean fusesNormalizeMaxPool(LocalResponseNorm norm) {
        return false;
    }

    /// [#normalize] and then [#maxPool], without keeping what is between them.
    default Tensor normalizeMaxPool(Tensor x, LocalResponseNorm norm, Window window) {
        Tensor between = normalize(x, norm);
        Pooled pooled = maxPool(between, window);
        free(between);
        if (!pooled.argmax().equals(pooled.output())) {
            free(pooled.argmax());
        }
        return pooled.output();
    }

    /// The gradient by the input of [#normalizeMaxPool].
    ///
    /// @param x its input
    /// @param y its output
    /// @param throughRelu whether x came out of a ReLU and the gradient is to go on through it: 0 where x is 0
    default Tensor normalizeMaxPoolGradient(
            Tensor x, Tensor y, Tensor dy, LocalResponseNorm norm, Window window, boolean throughRelu) {
        Tensor between = normalize(x, norm);
        Pooled pooled = maxPool(between, window);
        Tensor dBetween = maxPoolGradient(between, dy, pooled, window);
        Tensor dx = throughRelu
                ? normalizeGradientThroughRelu(x, between, dBetween, norm)
                : normalizeGradient(x, between, dBetween, norm);
        Stream.of(between, pooled.output(), pooled.argmax(), dBetween).distinct().forEach(this::free);
        return dx;
    }

    // --- the two ends ----------------------------------------------------------------------------------------------

    /// Probabilities, `(N, classes)`, each row summing to 1.
    Tensor softmax(Tensor logits);

    /// The mean over the batch of `−log softmax(logits)[label]`, and its gradient by the logits.
    ///
    /// @param labels one per row, each in `0 .. classes − 1`
    Loss crossEntropy(Tensor logits, int[] labels);

    /// The paper's §5 rule, with the learning rate and the decay inside the momentum buffer (`weights.cu`, `Weights::update`):
    ///
    /// ```
    /// buffer := momentum · buffer − weightDecay · learningRate · parameter − learningRate · gradient
    /// parameter := parameter + buffer
    /// ```
    void update(Tensor parameter, Tensor momentumBuffer, Tensor gradient, float momentum, float weightDecay,
            float learningRate);

    // --- looking in ------------------------------------------------------------------------------------------------

    /// The mean, the standard deviation and the number of values that are NaN or infinite; waits for the device.
    Statistics statistics(Tensor x);

    /// The greatest value of each channel of `(N, C, H, W)` or each unit of `(N, F)` over everything else: a unit
    /// behind a [#relu] whose maximum is 0 is dead for this batch. Waits for the device.
    float[] unitMaxima(Tensor x);

    /// Frees every tensor that is still alive.
    @Override
    void close();

    /// The gradients by what a layer learns.
    ///
    /// @param weight the gradient by the weight, of its shape
    /// @param bias the gradient by the bias, of its shape
    record ParameterGradients(Tensor weight, Tensor bias) {}

    /// What [#maxPool] gives.
    ///
    /// @param output `(N, C, window.outputs(H), window.outputs(W))`
    /// @param argmax where each maximum came from, in the backend's own form; may be any tensor, the output too
    record Pooled(Tensor output, Tensor argmax) {}

    /// What [#crossEntropy] gives.
    ///
    /// @param value a scalar
    /// @param gradient `(N, classes)`, the mean already taken
    record Loss(Tensor value, Tensor gradient) {}

    /// What [#statistics] gives.
    ///
    /// @param mean over the finite values; NaN if there are none
    /// @param std the standard deviation (by n) of the finite values; NaN if there are none
    /// @param nonFinite how many values are NaN or infinite
    record Statistics(double mean, double std, long nonFinite) {}
}
