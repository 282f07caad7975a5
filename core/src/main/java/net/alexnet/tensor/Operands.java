package net.alexnet.tensor;

import java.lang.foreign.MemorySegment;

/// What each operation of a [Backend] takes: one check per operation, so that every backend refuses the same arguments
/// in the same words.
///
/// A check throws an [IllegalArgumentException] that names the operation and the shapes that do not belong together;
/// where the result's shape follows from the arguments, the check gives it.
public final class Operands {
    private Operands() {}

    // --- storage ---------------------------------------------------------------------------------------------------

    /// [Backend#upload] and [Backend#assign]: as many values as the shape has places.
    public static void values(String operation, Shape shape, float[] values) {
        if (shape.elements() != values.length) {
            throw new IllegalArgumentException(operation + ": a tensor of " + shape + " takes " + shape.elements()
                    + " values, found " + values.length);
        }
    }

    /// [Backend#upload] from memory: the bytes of as many values as the shape has places.
    public static void values(String operation, Shape shape, MemorySegment values) {
        long needed = shape.elements() * Float.BYTES;
        if (values.byteSize() != needed) {
            throw new IllegalArgumentException(operation + ": a tensor of " + shape + " takes " + needed
                    + " bytes, found " + values.byteSize());
        }
    }

    /// [Backend#uploadImages]: at least as much memory as the pictures fill.
    ///
    /// @return `(N, C, H, W)`
    public static Shape uploadImages(MemorySegment pixels, int count, int height, int width, int channels) {
        Shape shape = Shape.of(count, channels, height, width);
        long needed = shape.elements() * Float.BYTES;
        if (pixels.byteSize() < needed) {
            throw new IllegalArgumentException("uploadImages: " + Shape.of(count, height, width, channels)
                    + " pixels fill " + needed + " bytes, found " + pixels.byteSize());
        }
        return shape;
    }

    // --- convolution -----------------------------------------------------------------------------------------------

    /// [Backend#convolve].
    ///
    /// @return the output's shape, `(N, K, window.outputs(H), window.outputs(W))`
    public static Shape convolve(Shape x, Shape weight, Shape bias, Window window, int groups) {
        Shape y = convolution("convolve", x, weight, window, groups);
        if (!bias.equals(Shape.of(weight.dim(0)))) {
            throw mismatch("convolve", "bias", bias, "weight", weight, "one bias per filter, " + weight.dim(0));
        }
        return y;
    }

    /// [Backend#convolveInputGradient].
    public static void convolveInputGradient(Shape dy, Shape weight, Shape x, Window window, int groups) {
        Shape y = convolution("convolveInputGradient", x, weight, window, groups);
        if (!dy.equals(y)) {
            throw mismatch("convolveInputGradient", "dy", dy, "x", x, "the output's shape, " + y);
        }
    }

    /// [Backend#convolveParameterGradients].
    public static void convolveParameterGradients(Shape x, Shape dy, Shape weight, Window window, int groups) {
        Shape y = convolution("convolveParameterGradients", x, weight, window, groups);
        if (!dy.equals(y)) {
            throw mismatch("convolveParameterGradients", "dy", dy, "x", x, "the output's shape, " + y);
        }
    }

    private static Shape convolution(String operation, Shape x, Shape weight, Window window, int groups) {
        rank(operation, "x", x, 4, "N × C × H × W");
        rank(operation, "weight", weight, 4, "K × C/groups × kernel × kernel");
        groups(operation, "channels of x", x, x.dim(1), groups);
        groups(operation, "filters of weight", weight, weight.dim(0), groups);
        int kernel = window.kernel();
        Shape needed = Shape.of(weight.dim(0), x.dim(1) / groups, kernel, kernel);
        if (!weight.equals(needed)) {
            String expected = needed + " with " + groups + " group(s) and a kernel of " + kernel;
            throw mismatch(operation, "weight", weight, "x", x, expected);
        }
        return windows(operation, x, weight.dim(0), window);
    }

    // --- fully connected -------------------------------------------------------------------------------------------

    /// [Backend#dense].
    ///
    /// @return the output's shape, `(N, K)`
    public static Shape dense(Shape x, Shape weight, Shape bias) {
        rank("dense", "x", x, 2, "N × F");
        rank("dense", "weight", weight, 2, "K × F");
        if (weight.dim(1) != x.dim(1)) {
            throw mismatch("dense", "weight", weight, "x", x, "K × " + x.dim(1));
        }
        if (!bias.equals(Shape.of(weight.dim(0)))) {
            throw mismatch("dense", "bias", bias, "weight", weight, "one bias per unit, " + weight.dim(0));
        }
        return Shape.of(x.dim(0), weight.dim(0));
    }

    /// [Backend#denseInputGradient].
    ///
    /// @return the input's shape, `(N, F)`
    public static Shape denseInputGradient(Shape dy, Shape weight) {
        rank("denseInputGradient", "dy", dy, 2, "N × K");
        rank("denseInputGradient", "weight", weight, 2, "K × F");
        if (dy.dim(1) != weight.dim(0)) {
            throw mismatch("denseInputGradient", "dy", dy, "weight", weight, "N × " + weight.dim(0));
        }
        return Shape.of(dy.dim(0), weight.dim(1));
    }

    /// [Backend#denseParameterGradients].
    ///
    /// @return the weight's shape, `(K, F)`
    public static Shape denseParameterGradients(Shape x, Shape dy) {
        rank("denseParameterGradients", "x", x, 2, "N × F");
        rank("denseParameterGradients", "dy", dy, 2, "N × K");
        if (x.dim(0) != dy.dim(0)) {
            throw mismatch("denseParameterGradients", "dy", dy, "x", x, x.dim(0) + " × K");
        }
        return Shape.of(dy.dim(1), x.dim(1));
    }

    /// [Backend#flatten].
    ///
    /// @return `(N, C·H·W)`
    public static Shape flatten(Shape x) {
        rank("flatten", "x", x, 4, "N × C × H × W");
        return Shape.of(x.dim(0), Math.multiplyExact(Math.multiplyExact(x.dim(1), x.dim(2)), x.dim(3)));
    }

    /// [Backend#unflatten].
    public static void unflatten(Shape y, Shape x) {
        rank("unflatten", "x", x, 4, "N × C × H × W");
        if (!y.equals(flatten(x))) {
            throw mismatch("unflatten", "y", y, "x", x, flatten(x).toString());
        }
    }

    // --- value by value --------------------------------------------------------------------------------------------

    /// [Backend#multiply], [Backend#reluGradient], [Backend#tanhGradient]: two tensors of one shape.
    public static void same(String operation, String first, Shape a, String second, Shape b) {
        if (!a.equals(b)) {
            throw mismatch(operation, second, b, first, a, a.toString());
        }
    }

    /// [Backend#update]: a parameter, its momentum buffer and its gradient have one shape.
    public static void update(Shape parameter, Shape momentumBuffer, Shape gradient) {
        same("update", "parameter", parameter, "momentumBuffer", momentumBuffer);
        same("update", "parameter", parameter, "gradient", gradient);
    }

    // --- normalisation and pooling ---------------------------------------------------------------------------------

    /// [Backend#normalize].
    public static void normalize(Shape x, LocalResponseNorm norm) {
        rank("normalize", "x", x, 4, "N × C × H × W");
        groups("normalize", "channels of x", x, x.dim(1), norm.groups());
    }

    /// [Backend#normalizeGradient].
    public static void normalizeGradient(Shape x, Shape y, Shape dy, LocalResponseNorm norm) {
        normalize(x, norm);
        same("normalizeGradient", "x", x, "y", y);
        same("normalizeGradient", "x", x, "dy", dy);
    }

    /// [Backend#maxPool]. A window with no pixel of the map in it has no maximum and is refused; only
    /// [Rounding#CEIL] can give one.
    ///
    /// @return the output's shape, `(N, C, window.outputs(H), window.outputs(W))`
    public static Shape maxPool(Shape x, Window window) {
        return pooling("maxPool", x, window);
    }

    /// [Backend#maxPoolGradient].
    public static void maxPoolGradient(Shape dy, Shape x, Window window) {
        Shape y = pooling("maxPoolGradient", x, window);
        if (!dy.equals(y)) {
            throw mismatch("maxPoolGradient", "dy", dy, "x", x, "the output's shape, " + y);
        }
    }

    private static Shape pooling(String operation, Shape x, Window window) {
        rank(operation, "x", x, 4, "N × C × H × W");
        Shape y = windows(operation, x, x.dim(1), window);
        for (int axis = 2; axis < 4; axis++) {
            int size = x.dim(axis);
            if (window.overhang(size) >= window.kernel()) {
                throw new IllegalArgumentException(operation + ": the last window over x " + x
                        + " lies wholly outside the map: " + window.sum(size) + "; use FLOOR or another padding");
            }
        }
        return y;
    }

    // --- the two ends ----------------------------------------------------------------------------------------------

    /// [Backend#softmax].
    public static void softmax(Shape logits) {
        rank("softmax", "logits", logits, 2, "N × classes");
    }

    /// [Backend#crossEntropy].
    public static void crossEntropy(Shape logits, int[] labels) {
        rank("crossEntropy", "logits", logits, 2, "N × classes");
        if (labels.length != logits.dim(0)) {
            throw new IllegalArgumentException("crossEntropy: logits " + logits + " need " + logits.dim(0)
                    + " labels, found " + labels.length);
        }
        for (int row = 0; row < labels.length; row++) {
            if (labels[row] < 0 || labels[row] >= logits.dim(1)) {
                throw new IllegalArgumentException("crossEntropy: label " + labels[row] + " of row " + row
                        + " is outside 0.." + (logits.dim(1) - 1) + ", the classes of logits " + logits);
            }
        }
    }

    /// [Backend#unitMaxima].
    ///
    /// @return how many units there are
    public static int unitMaxima(Shape x) {
        if (x.rank() != 4 && x.rank() != 2) {
            throw new IllegalArgumentException("unitMaxima: x is N × C × H × W or N × F, found " + x);
        }
        return x.dim(1);
    }

    // --- the words -------------------------------------------------------------------------------------------------

    private static Shape windows(String operation, Shape x, int channels, Window window) {
        for (int axis = 2; axis < 4; axis++) {
            if (window.outputs(x.dim(axis)) < 1) {
                throw new IllegalArgumentException(operation + ": no window of " + window.kernel() + " × "
                        + window.kernel() + " fits into x " + x + ": " + window.sum(x.dim(axis)));
            }
        }
        return Shape.of(x.dim(0), channels, window.outputs(x.dim(2)), window.outputs(x.dim(3)));
    }

    private static void rank(String operation, String name, Shape shape, int rank, String expected) {
        if (shape.rank() != rank) {
            throw new IllegalArgumentException(
                    operation + ": " + name + " is " + expected + ", found " + shape);
        }
    }

    private static void groups(String operation, String what, Shape shape, int count, int groups) {
        if (groups < 1 || count % groups != 0) {
            throw new IllegalArgumentException(operation + ": the " + count + " " + what + " " + shape
                    + " do not divide into " + groups + " group(s)");
        }
    }

    private static IllegalArgumentException mismatch(
            String operation, String name, Shape found, String other, Shape partner, String expected) {
        return new IllegalArgumentException(operation + ": " + name + " " + found + " does not go with " + other + " "
                + partner + "; expected " + expected);
    }
}
