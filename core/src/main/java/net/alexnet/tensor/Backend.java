package net.alexnet.tensor;

import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;

/// The operations that AlexNet needs, forward and backward, and no more.
///
/// Maps have the logical shape `(N, C, H, W)` and vectors `(N, F)`; how they lie in memory is the backend's own affair.
/// All values are float32, except that a backend may round maps and products, see [Precision]. A gradient operation takes
/// `dy`, the gradient of the loss by the forward operation's output, and returns the gradient by one of its inputs; it
/// accumulates nothing. Only [#assign], [#add] and [#update] change
/// arguments.
///
/// Some gradient operations have a parameter `throughRelu`. It is true where the input x is the output of a ReLU and the
/// gradient is to continue through that ReLU: it is then 0 where x is 0. Kernels do both at once.
///
/// Shapes that do not fit together throw an [IllegalArgumentException] that names both; a freed tensor throws an
/// [IllegalStateException]. A failure inside a native engine is a [BackendException] with the operation and the shapes.
/// One thread at a time may use a backend.
///
/// NaN in an input gives NaN in the output, in [#relu] and [#maxPool] too, so that a diverging network is noticed.
public interface Backend extends AutoCloseable {
    /// What computes, for a log: engine, version, device, threads.
    String describe();

    /// What the last digits of its results depend on. A resumed run gives the same bits only where this is the same.
    ComputeEnvironment computeEnvironment();

    /// Whether its device is known to multiply faster in this precision than in float32.
    boolean isFasterIn(Precision precision);

    /// The memory that its kernels need besides tensors; nothing is known of devices other than a CPU.
    default EngineMemory memory() {
        return EngineMemory.NONE;
    }

    /// Opens a scope on this thread; see [Scope].
    Scope scope();

    /// Frees a tensor now, before its scope closes. It must not be used afterwards; tensors made from it stay.
    void free(Tensor tensor);

    /// How many tensors of this backend are alive, internal ones included. If it grows from step to step, there is a leak.
    long liveTensors();

    // --- storage ---------------------------------------------------------------------------------------------------

    Tensor zeros(Shape shape);

    /// A tensor of these values, given in row-major order of the logical shape; they are copied.
    default Tensor upload(Shape shape, float[] values) {
        return upload(shape, MemorySegment.ofArray(values));
    }

    /// A tensor of these values, float32 in the machine's byte order and in row-major order of the logical shape.
    ///
    /// @param values exactly `shape.elements()` floats, native or heap. A backend may use native memory in place, so it
    ///     must stay unchanged while the tensor lives. A segment of an automatic arena stays mapped that long. It is
    ///     never written to and may be read-only: before a tensor is changed, it gets memory of its own
    Tensor upload(Shape shape, MemorySegment values);

    /// Pictures as they come from a decoder: float32 values in `(N, H, W, C)` order.
    ///
    /// @param pixels at least `N·H·W·C` floats, native or heap. A backend may use native memory in place, so it must stay
    ///     unchanged while the tensor lives
    /// @return a tensor of the logical shape `(N, C, H, W)`
    Tensor uploadImages(MemorySegment pixels, int count, int height, int width, int channels);

    /// The values in row-major order of the logical shape; waits for the device.
    float[] download(Tensor tensor);

    /// Overwrites a tensor's values, given in row-major order of its logical shape.
    default void assign(Tensor target, float[] values) {
        assign(target, MemorySegment.ofArray(values));
    }

    /// Overwrites a tensor's values; the memory is read now and not kept.
    ///
    /// @param values one float for each of the target's, in row-major order and the machine's byte order, native or heap
    void assign(Tensor target, MemorySegment values);

    /// A tensor's values in row-major order and in the machine's byte order. They may be the tensor's own memory, so they
    /// are valid until the tensor is changed or freed.
    default MemorySegment view(Tensor tensor) {
        return MemorySegment.ofArray(download(tensor));
    }

    // --- convolution -----------------------------------------------------------------------------------------------

    /// Cross-correlation with zeros outside the map, plus a bias for each output channel.
    ///
    /// @param x `(N, C, H, W)`
    /// @param weight `(K, C/groups, kernel, kernel)`
    /// @param bias `(K)`
    /// @param groups towers: the K/groups filters of one read only its C/groups channels
    /// @param relu whether negative outputs become 0, as by [#relu]
    /// @return `(N, K, window.outputs(H), window.outputs(W))`
    Tensor convolve(Tensor x, Tensor weight, Tensor bias, Window window, int groups, boolean relu);

    /// [#convolve] without a ReLU.
    default Tensor convolve(Tensor x, Tensor weight, Tensor bias, Window window, int groups) {
        return convolve(x, weight, bias, window, groups, false);
    }

    /// The gradient by the input of [#convolve].
    ///
    /// @param x its input; the values are read if `throughRelu`, else only the shape is
    Tensor convolveInputGradient(
            Tensor dy, Tensor weight, Tensor x, Window window, int groups, boolean throughRelu);

    /// The gradients by the weight and the bias of [#convolve].
    ///
    /// @param weightShape `(K, C/groups, kernel, kernel)`
    ParameterGradients convolveParameterGradients(Tensor x, Tensor dy, Shape weightShape, Window window, int groups);

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

    /// `(N, C, H, W)` to `(N, C·H·W)`, channels outermost, as in PyTorch and Caffe.
    Tensor flatten(Tensor x);

    /// The inverse of [#flatten].
    Tensor unflatten(Tensor y, Shape xShape);

    // --- activations ---------------------------------------------------------------------------------------------------

    /// `max(0, x)`.
    Tensor relu(Tensor x);

    /// The gradient by the input of [#relu], from its output `y`; 0 where y is 0.
    Tensor reluGradient(Tensor y, Tensor dy);

    /// The hyperbolic tangent.
    Tensor tanh(Tensor x);

    /// The gradient by the input of [#tanh], from its output `y`.
    Tensor tanhGradient(Tensor y, Tensor dy);

    /// The product of two tensors of one shape, value by value: dropout with a mask, forward and backward.
    Tensor multiply(Tensor a, Tensor b);

    /// Every value times a constant: the paper's dropout at test time.
    Tensor scale(Tensor x, float factor);

    /// Each row divided by its length, `x / max(‖x‖₂, 1e-12)`.
    ///
    /// @param x `(N, F)`
    Tensor l2Normalize(Tensor x);

    /// The gradient by the input of [#l2Normalize], `(dy − y · (y · dy)) / ‖x‖₂`.
    ///
    /// @param x its input
    /// @param y its output
    Tensor l2NormalizeGradient(Tensor x, Tensor y, Tensor dy);

    // --- normalization and pooling ---------------------------------------------------------------------------------

    /// Local response normalization; see [LocalResponseNorm].
    Tensor normalize(Tensor x, LocalResponseNorm norm);

    /// The gradient by the input of [#normalize].
    ///
    /// @param x its input
    /// @param y its output
    Tensor normalizeGradient(Tensor x, Tensor y, Tensor dy, LocalResponseNorm norm, boolean throughRelu);

    /// The maximum of each window, and where it is. Of equal values the first in row order is taken; padding never is. A
    /// window that contains no pixel of the map is refused.
    Pooled maxPool(Tensor x, Window window);

    /// The gradient by the input of [#maxPool]: each maximum gets the sum of its windows' gradients.
    ///
    /// @param x its input
    Tensor maxPoolGradient(Tensor x, Tensor dy, Pooled pooled, Window window, boolean throughRelu);

    /// Whether [#normalizeMaxPool] and its gradient are one kernel here, which stores nothing between the two steps.
    default boolean fusesNormalizeMaxPool(LocalResponseNorm norm) {
        return false;
    }

    /// [#normalize] and then [#maxPool]; the normalized values are not kept.
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
    default Tensor normalizeMaxPoolGradient(
            Tensor x, Tensor y, Tensor dy, LocalResponseNorm norm, Window window, boolean throughRelu) {
        Tensor between = normalize(x, norm);
        Pooled pooled = maxPool(between, window);
        Tensor dBetween = maxPoolGradient(between, dy, pooled, window, false);
        Tensor dx = normalizeGradient(x, between, dBetween, norm, throughRelu);
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

    /// Adds a tensor to another of its shape, in place: the gradients of a micro-batch to those before it.
    ///
    /// @param sum is changed
    void add(Tensor sum, Tensor x);

    /// The update rule of §5, with the learning rate and the decay inside the momentum buffer (`weights.cu`,
    /// `Weights::update`):
    ///
    /// ```
    /// buffer := momentum · buffer − weightDecay · learningRate · parameter − learningRate · gradient
    /// parameter := parameter + buffer
    /// ```
    void update(Tensor parameter, Tensor momentumBuffer, Tensor gradient, float momentum, float weightDecay,
            float learningRate);

    // --- statistics ------------------------------------------------------------------------------------------------

    /// The mean, the standard deviation and the number of values that are NaN or infinite; waits for the device.
    Statistics statistics(Tensor x);

    /// The largest value of each channel of `(N, C, H, W)` or each unit of `(N, F)`. A unit after a [#relu] whose maximum
    /// is 0 is dead for this batch. Waits for the device.
    float[] unitMaxima(Tensor x);

    /// Frees every tensor that is still alive.
    @Override
    void close();

    /// The gradients by the parameters of a layer.
    ///
    /// @param weight the gradient by the weight, of its shape
    /// @param bias the gradient by the bias, of its shape
    record ParameterGradients(Tensor weight, Tensor bias) {}

    /// The result of [#maxPool].
    ///
    /// @param output `(N, C, window.outputs(H), window.outputs(W))`
    /// @param argmax where each maximum is, in the backend's own form; it may be the output itself
    record Pooled(Tensor output, Tensor argmax) {}

    /// The result of [#crossEntropy].
    ///
    /// @param value a scalar
    /// @param gradient `(N, classes)`, the mean already taken
    record Loss(Tensor value, Tensor gradient) {}

    /// The result of [#statistics].
    ///
    /// @param mean over the finite values; NaN if there are none
    /// @param std the standard deviation (by n) of the finite values; NaN if there are none
    /// @param nonFinite how many values are NaN or infinite
    record Statistics(double mean, double std, long nonFinite) {}
}
