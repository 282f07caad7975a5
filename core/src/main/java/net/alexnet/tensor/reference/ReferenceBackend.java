package net.alexnet.tensor.reference;

import module java.base;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.ComputeEnvironment;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Operands;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.ScopedBackend;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.Window;

/// The specification of [Backend]: every operation in plain Java loops, one thread, float32 values, sums in double.
///
/// Each method checks its arguments and passes plain arrays to the class of its layer. Use it to learn, to check another
/// backend, and for tiny networks; it is hundreds of times slower than a real engine.
public final class ReferenceBackend extends ScopedBackend<ReferenceBackend.Values> {
    private final Precision precision;

    /// In float32.
    public ReferenceBackend() {
        this(Precision.FLOAT32);
    }

    /// @param precision to which products and maps are rounded
    public ReferenceBackend(Precision precision) {
        super(Values.class);
        this.precision = precision;
    }

    @Override
    public String describe() {
        return "reference: plain Java loops, 1 thread" + (precision == Precision.FLOAT32 ? "" : ", " + precision);
    }

    @Override
    public ComputeEnvironment computeEnvironment() {
        return new ComputeEnvironment("reference", "cpu", 1,
                "Java" + (precision == Precision.FLOAT32 ? "" : ", products and maps in " + precision));
    }

    /// Never: it rounds values one by one, and multiplies in float32 or double.
    @Override
    public boolean isFasterIn(Precision other) {
        return false;
    }

    // --- storage ---------------------------------------------------------------------------------------------------

    @Override
    public Tensor zeros(Shape shape) {
        return tensor(shape, new float[Math.toIntExact(shape.elements())]);
    }

    @Override
    public Tensor upload(Shape shape, MemorySegment values) {
        Operands.values("upload", shape, values);
        return tensor(shape, values.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED));
    }

    @Override
    public Tensor uploadImages(MemorySegment pixels, int count, int height, int width, int channels) {
        Shape shape = Operands.uploadImages(pixels, count, height, width, channels);
        float[] values = new float[Math.toIntExact(shape.elements())];
        long from = 0;
        for (int n = 0; n < count; n++) {
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    for (int c = 0; c < channels; c++) {
                        int to = ((n * channels + c) * height + i) * width + j;
                        values[to] = pixels.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, from++);
                    }
                }
            }
        }
        return tensor(shape, values);
    }

    @Override
    public float[] download(Tensor tensor) {
        return values(tensor).clone();
    }

    @Override
    public void assign(Tensor target, MemorySegment values) {
        Operands.values("assign", target.shape(), values);
        MemorySegment.ofArray(values(target)).copyFrom(values);
    }

    // --- convolution -----------------------------------------------------------------------------------------------

    @Override
    public Tensor convolve(Tensor x, Tensor weight, Tensor bias, Window window, int groups, boolean relu) {
        Shape y = Operands.convolve(x.shape(), weight.shape(), bias.shape(), window, groups);
        ReferenceConvolution layer = new ReferenceConvolution(x.shape(), weight.shape(), window, groups);
        float[] values = layer.forward(operand(x), operand(weight), operand(bias));
        return result(y, relu ? each(values, values, (value, _) -> Math.max(0, value)) : values);
    }

    @Override
    public Tensor convolveInputGradient(
            Tensor dy, Tensor weight, Tensor x, Window window, int groups, boolean throughRelu) {
        Operands.convolveGradient("convolveInputGradient", dy.shape(), x.shape(), weight.shape(), window, groups);
        ReferenceConvolution layer = new ReferenceConvolution(x.shape(), weight.shape(), window, groups);
        return gradient(x, layer.inputGradient(operand(dy), operand(weight)), throughRelu);
    }

    @Override
    public ParameterGradients convolveParameterGradients(
            Tensor x, Tensor dy, Shape weightShape, Window window, int groups) {
        Operands.convolveGradient("convolveParameterGradients", dy.shape(), x.shape(), weightShape, window, groups);
        ReferenceConvolution layer = new ReferenceConvolution(x.shape(), weightShape, window, groups);
        return new ParameterGradients(
                result(weightShape, layer.weightGradient(operand(x), operand(dy))),
                result(Shape.of(weightShape.dim(0)), layer.biasGradient(operand(dy))));
    }

    // --- fully connected -------------------------------------------------------------------------------------------

    @Override
    public Tensor dense(Tensor x, Tensor weight, Tensor bias) {
        Shape y = Operands.dense(x.shape(), weight.shape(), bias.shape());
        return result(y, dense(x.shape(), weight.shape()).forward(operand(x), operand(weight), operand(bias)));
    }

    @Override
    public Tensor denseInputGradient(Tensor dy, Tensor weight) {
        Shape x = Operands.denseInputGradient(dy.shape(), weight.shape());
        return result(x, dense(x, weight.shape()).inputGradient(operand(dy), operand(weight)));
    }

    @Override
    public ParameterGradients denseParameterGradients(Tensor x, Tensor dy) {
        Shape weight = Operands.denseParameterGradients(x.shape(), dy.shape());
        ReferenceConvolution layer = dense(x.shape(), weight);
        return new ParameterGradients(
                result(weight, layer.weightGradient(operand(x), operand(dy))),
                result(Shape.of(weight.dim(0)), layer.biasGradient(values(dy))));
    }

    /// A convolution of 1 × 1 windows over maps of one pixel: `y[n,k] = bias[k] + Σ f  weight[k,f] · x[n,f]`.
    private static ReferenceConvolution dense(Shape x, Shape weight) {
        return new ReferenceConvolution(Shape.of(x.dim(0), x.dim(1), 1, 1),
                Shape.of(weight.dim(0), weight.dim(1), 1, 1), Window.of(1, 1, 0), 1);
    }

    @Override
    public Tensor flatten(Tensor x) {
        return tensor(Operands.flatten(x.shape()), values(x).clone());
    }

    @Override
    public Tensor unflatten(Tensor y, Shape xShape) {
        Operands.unflatten(y.shape(), xShape);
        return map(xShape, values(y).clone());
    }

    // --- value by value --------------------------------------------------------------------------------------------

    @Override
    public Tensor relu(Tensor x) {
        return each(x, x, (value, _) -> Math.max(0, value)); // NaN stays NaN
    }

    @Override
    public Tensor reluGradient(Tensor y, Tensor dy) {
        Operands.same("reluGradient", "y", y.shape(), "dy", dy.shape());
        return each(y, dy, ReferenceBackend::reluGradient);
    }

    @Override
    public Tensor tanh(Tensor x) {
        return each(x, x, (value, _) -> (float) Math.tanh(value));
    }

    /// `dx = dy · (1 − y²)`.
    @Override
    public Tensor tanhGradient(Tensor y, Tensor dy) {
        Operands.same("tanhGradient", "y", y.shape(), "dy", dy.shape());
        return each(y, dy, (value, gradient) -> (float) (gradient * (1 - (double) value * value)));
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

    @Override
    public Tensor l2Normalize(Tensor x) {
        Operands.l2Normalize(x.shape());
        float[] from = values(x);
        float[] y = new float[from.length];
        int length = x.shape().dim(1);
        for (int row = 0; row < from.length; row += length) {
            double norm = l2Norm(from, row, length);
            for (int i = row; i < row + length; i++) {
                y[i] = (float) (from[i] / norm);
            }
        }
        return tensor(x.shape(), y);
    }

    @Override
    public Tensor l2NormalizeGradient(Tensor x, Tensor y, Tensor dy) {
        Operands.l2NormalizeGradient(x.shape(), y.shape(), dy.shape());
        float[] out = values(y);
        float[] gradient = values(dy);
        float[] dx = new float[out.length];
        int length = x.shape().dim(1);
        for (int row = 0; row < out.length; row += length) {
            double norm = l2Norm(values(x), row, length);
            double along = 0;
            for (int i = row; i < row + length; i++) {
                along += (double) out[i] * gradient[i];
            }
            for (int i = row; i < row + length; i++) {
                dx[i] = (float) ((gradient[i] - out[i] * along) / norm);
            }
        }
        return tensor(x.shape(), dx);
    }

    private static double l2Norm(float[] values, int from, int length) {
        double squares = 0;
        for (int i = from; i < from + length; i++) {
            squares += (double) values[i] * values[i];
        }
        return Math.max(Math.sqrt(squares), 1e-12);
    }

    private interface OfTwo {
        float apply(float a, float b);
    }

    private static float[] each(float[] a, float[] b, OfTwo function) {
        float[] y = new float[a.length];
        for (int at = 0; at < y.length; at++) {
            y[at] = function.apply(a[at], b[at]);
        }
        return y;
    }

    private Tensor each(Tensor a, Tensor b, OfTwo function) {
        return map(a.shape(), each(values(a), values(b), function));
    }

    /// A gradient by x, continued through the ReLU that x is the output of, if there is one.
    private Tensor gradient(Tensor x, float[] dx, boolean throughRelu) {
        return map(x.shape(), throughRelu ? each(values(x), dx, ReferenceBackend::reluGradient) : dx);
    }

    private static float reluGradient(float y, float dy) {
        return y > 0 ? dy : 0;
    }

    // --- normalization and pooling ---------------------------------------------------------------------------------

    @Override
    public Tensor normalize(Tensor x, LocalResponseNorm norm) {
        Operands.normalize(x.shape(), norm);
        return map(x.shape(), new ReferenceResponseNorm(x.shape(), norm).forward(operand(x)));
    }

    @Override
    public Tensor normalizeGradient(Tensor x, Tensor y, Tensor dy, LocalResponseNorm norm, boolean throughRelu) {
        Operands.normalizeGradient(x.shape(), y.shape(), dy.shape(), norm);
        ReferenceResponseNorm layer = new ReferenceResponseNorm(x.shape(), norm);
        return gradient(x, layer.gradient(operand(x), operand(y), operand(dy)), throughRelu);
    }

    @Override
    public Pooled maxPool(Tensor x, Window window) {
        Shape y = Operands.maxPool(x.shape(), window);
        ReferenceMaxPool layer = new ReferenceMaxPool(x.shape(), window);
        float[] argmax = layer.argmax(operand(x));
        return new Pooled(tensor(y, layer.forward(operand(x), argmax)), tensor(y, argmax));
    }

    @Override
    public Tensor maxPoolGradient(Tensor x, Tensor dy, Pooled pooled, Window window, boolean throughRelu) {
        Operands.maxPoolGradient(dy.shape(), x.shape(), window);
        Operands.same("maxPoolGradient", "argmax", pooled.argmax().shape(), "dy", dy.shape());
        ReferenceMaxPool layer = new ReferenceMaxPool(x.shape(), window);
        return gradient(x, layer.gradient(operand(dy), values(pooled.argmax())), throughRelu);
    }

    // --- the two ends ----------------------------------------------------------------------------------------------

    @Override
    public Tensor softmax(Tensor logits) {
        Operands.softmax(logits.shape());
        return tensor(logits.shape(), softmaxLayer(logits).forward(values(logits)));
    }

    @Override
    public Loss crossEntropy(Tensor logits, int[] labels) {
        Operands.crossEntropy(logits.shape(), labels);
        ReferenceSoftmax layer = softmaxLayer(logits);
        return new Loss(
                tensor(Shape.of(), new float[] {layer.loss(values(logits), labels)}),
                tensor(logits.shape(), layer.gradient(values(logits), labels)));
    }

    private static ReferenceSoftmax softmaxLayer(Tensor logits) {
        return new ReferenceSoftmax(logits.shape().dim(0), logits.shape().dim(1));
    }

    @Override
    public void add(Tensor sum, Tensor x) {
        Operands.same("add", "sum", sum.shape(), "x", x.shape());
        float[] values = values(sum);
        float[] added = values(x);
        for (int at = 0; at < values.length; at++) {
            values[at] += added[at];
        }
    }

    @Override
    public void update(
            Tensor parameter, Tensor momentumBuffer, Tensor gradient, float momentum, float weightDecay,
            float learningRate) {
        Operands.update(parameter.shape(), momentumBuffer.shape(), gradient.shape());
        float[] w = values(parameter);
        float[] v = values(momentumBuffer);
        float[] dw = values(gradient);
        for (int at = 0; at < w.length; at++) {
            v[at] = momentum * v[at] - weightDecay * learningRate * w[at] - learningRate * dw[at];
            w[at] += v[at];
        }
    }

    // --- statistics ------------------------------------------------------------------------------------------------

    @Override
    public Statistics statistics(Tensor x) {
        double[] finite = IntStream.range(0, values(x).length).mapToDouble(at -> values(x)[at])
                .filter(Double::isFinite).toArray();
        double sum = 0;
        for (double value : finite) {
            sum += value;
        }
        double mean = sum / finite.length;
        double squares = 0;
        for (double value : finite) {
            squares += (value - mean) * (value - mean);
        }
        return new Statistics(mean, Math.sqrt(squares / finite.length), values(x).length - finite.length);
    }

    @Override
    public float[] unitMaxima(Tensor x) {
        float[] maxima = new float[Operands.unitMaxima(x.shape())];
        Arrays.fill(maxima, Float.NEGATIVE_INFINITY);
        float[] values = values(x);
        int pixels = values.length / (x.shape().dim(0) * maxima.length);
        for (int at = 0; at < values.length; at++) {
            int unit = at / pixels % maxima.length;
            maxima[unit] = Math.max(maxima[unit], values[at]);
        }
        return maxima;
    }

    @Override
    public void close() {
        freeAll();
    }

    /// Sums that were computed in double, rounded once.
    static float[] rounded(double[] sums) {
        float[] rounded = new float[sums.length];
        for (int at = 0; at < sums.length; at++) {
            rounded[at] = (float) sums[at];
        }
        return rounded;
    }

    private Tensor tensor(Shape shape, float[] values) {
        return own(new Values(shape, values, this));
    }

    /// What a product computed.
    private Tensor result(Shape shape, float[] values) {
        return tensor(shape, precision.round(values));
    }

    /// What an operation computed; only maps are rounded.
    private Tensor map(Shape shape, float[] values) {
        return shape.rank() == 4 ? result(shape, values) : tensor(shape, values);
    }

    private float[] operand(Tensor tensor) {
        return precision.round(values(tensor));
    }

    /// The values themselves, not a copy.
    private float[] values(Tensor tensor) {
        return ours(tensor).values;
    }

    /// A tensor's values in row-major order of the shape.
    static final class Values extends Owned {
        private final float[] values;

        Values(Shape shape, float[] values, ReferenceBackend owner) {
            super(shape, owner);
            this.values = values;
        }

        @Override
        protected void release() {
            // the garbage collector frees the array
        }
    }
}
