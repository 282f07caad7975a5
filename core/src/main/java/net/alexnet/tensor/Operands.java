package net.alexnet.tensor;

import java.lang.foreign.MemorySegment;

/// The checks of a [Backend]'s arguments, so that all backends refuse the same arguments in the same words.
///
/// A check throws an [IllegalArgumentException] that names the operation and the shapes that do not fit together. It
/// returns the shape that follows from the arguments, if there is one.
public final class Operands {
    private static final String MAPS = "N × C × H × W";

    private Operands() {}

    /// [Backend#upload] and [Backend#assign]: one float for each value of the shape.
    public static void values(String operation, Shape shape, MemorySegment values) {
        long needed = shape.elements() * Float.BYTES;
        if (values.byteSize() != needed) {
            throw new IllegalArgumentException(operation + ": a tensor of " + shape + " takes " + needed
                    + " bytes, found " + values.byteSize());
        }
    }

    /// [Backend#uploadImages]: at least as much memory as the images fill.
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

    /// Two tensors of one shape.
    public static void same(String operation, String first, Shape a, String second, Shape b) {
        fits(operation, second, b, a, first, a);
    }

    /// [Backend#update]: a parameter, its momentum buffer and its gradient have one shape.
    public static void update(Shape parameter, Shape momentumBuffer, Shape gradient) {
        same("update", "parameter", parameter, "momentumBuffer", momentumBuffer);
        same("update", "parameter", parameter, "gradient", gradient);
    }

    // --- convolution -----------------------------------------------------------------------------------------------

    /// [Backend#convolve].
    ///
    /// @return the output's shape, `(N, K, window.outputs(H), window.outputs(W))`
    public static Shape convolve(Shape x, Shape weight, Shape bias, Window window, int groups) {
        Shape y = convolution("convolve", x, weight, window, groups);
        fits("convolve", "bias", bias, Shape.of(weight.dim(0)), "weight", weight);
        return y;
    }

    /// [Backend#convolveInputGradient] and [Backend#convolveParameterGradients].
    public static void convolveGradient(
            String operation, Shape dy, Shape x, Shape weight, Window window, int groups) {
        fits(operation, "dy", dy, convolution(operation, x, weight, window, groups), "x", x);
    }

    private static Shape convolution(String operation, Shape x, Shape weight, Window window, int groups) {
        rank(operation, "x", x, 4, MAPS);
        rank(operation, "weight", weight, 4, "K × C/groups × kernel × kernel");
        groups(operation, "channels of x", x, x.dim(1), groups);
        groups(operation, "filters of weight", weight, weight.dim(0), groups);
        int kernel = window.kernel();
        fits(operation, "weight", weight, Shape.of(weight.dim(0), x.dim(1) / groups, kernel, kernel), "x", x);
        return windows(operation, x, weight.dim(0), window);
    }

    // --- fully connected -------------------------------------------------------------------------------------------

    /// [Backend#dense].
    ///
    /// @return the output's shape, `(N, K)`
    public static Shape dense(Shape x, Shape weight, Shape bias) {
        rank("dense", "x", x, 2, "N × F");
        rank("dense", "weight", weight, 2, "K × F");
        fits("dense", "weight", weight, Shape.of(weight.dim(0), x.dim(1)), "x", x);
        fits("dense", "bias", bias, Shape.of(weight.dim(0)), "weight", weight);
        return Shape.of(x.dim(0), weight.dim(0));
    }

    /// [Backend#denseInputGradient].
    ///
    /// @return the input's shape, `(N, F)`
    public static Shape denseInputGradient(Shape dy, Shape weight) {
        rank("denseInputGradient", "dy", dy, 2, "N × K");
        rank("denseInputGradient", "weight", weight, 2, "K × F");
        fits("denseInputGradient", "dy", dy, Shape.of(dy.dim(0), weight.dim(0)), "weight", weight);
        return Shape.of(dy.dim(0), weight.dim(1));
    }

    /// [Backend#denseParameterGradients].
    ///
    /// @return the weight's shape, `(K, F)`
    public static Shape denseParameterGradients(Shape x, Shape dy) {
        rank("denseParameterGradients", "x", x, 2, "N × F");
        rank("denseParameterGradients", "dy", dy, 2, "N × K");
        fits("denseParameterGradients", "dy", dy, Shape.of(x.dim(0), dy.dim(1)), "x", x);
        return Shape.of(dy.dim(1), x.dim(1));
    }

    /// [Backend#flatten].
    ///
    /// @return `(N, C·H·W)`
    public static Shape flatten(Shape x) {
        rank("flatten", "x", x, 4, MAPS);
        return Shape.of(x.dim(0), Math.toIntExact(x.elements() / x.dim(0)));
    }

    /// [Backend#unflatten].
    public static void unflatten(Shape y, Shape x) {
        rank("unflatten", "x", x, 4, MAPS);
        fits("unflatten", "y", y, flatten(x), "x", x);
    }

    /// [Backend#l2Normalize].
    public static void l2Normalize(Shape x) {
        rank("l2Normalize", "x", x, 2, "N × F");
    }

    /// [Backend#l2NormalizeGradient].
    public static void l2NormalizeGradient(Shape x, Shape y, Shape dy) {
        l2Normalize(x);
        same("l2NormalizeGradient", "y", y, "x", x);
        same("l2NormalizeGradient", "dy", dy, "x", x);
    }

    // --- normalization and pooling ---------------------------------------------------------------------------------

    /// [Backend#normalize].
    public static void normalize(Shape x, LocalResponseNorm norm) {
        rank("normalize", "x", x, 4, MAPS);
        groups("normalize", "channels of x", x, x.dim(1), norm.groups());
    }

    /// [Backend#normalizeGradient].
    public static void normalizeGradient(Shape x, Shape y, Shape dy, LocalResponseNorm norm) {
        normalize(x, norm);
        same("normalizeGradient", "x", x, "y", y);
        same("normalizeGradient", "x", x, "dy", dy);
    }

    /// [Backend#maxPool]. A window that contains no pixel of the map has no maximum; only [Rounding#CEIL] can give one.
    ///
    /// @return the output's shape, `(N, C, window.outputs(H), window.outputs(W))`
    public static Shape maxPool(Shape x, Window window) {
        rank("maxPool", "x", x, 4, MAPS);
        Shape y = windows("maxPool", x, x.dim(1), window);
        for (int size : new int[] {x.dim(2), x.dim(3)}) {
            if (window.overhang(size) >= window.kernel()) {
                throw new IllegalArgumentException("maxPool: the last window over x " + x
                        + " is wholly outside the map: " + window.sum(size) + "; use FLOOR or another padding");
            }
        }
        return y;
    }

    /// [Backend#maxPoolGradient].
    public static void maxPoolGradient(Shape dy, Shape x, Window window) {
        fits("maxPoolGradient", "dy", dy, maxPool(x, window), "x", x);
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

    // --- the messages ----------------------------------------------------------------------------------------------

    private static Shape windows(String operation, Shape x, int channels, Window window) {
        for (int size : new int[] {x.dim(2), x.dim(3)}) {
            if (window.outputs(size) < 1) {
                throw new IllegalArgumentException(operation + ": no window of " + window.kernel() + " × "
                        + window.kernel() + " fits into x " + x + ": " + window.sum(size));
            }
        }
        return Shape.of(x.dim(0), channels, window.outputs(x.dim(2)), window.outputs(x.dim(3)));
    }

    private static void rank(String operation, String name, Shape shape, int rank, String expected) {
        if (shape.rank() != rank) {
            throw new IllegalArgumentException(operation + ": " + name + " is " + expected + ", found " + shape);
        }
    }

    private static void groups(String operation, String what, Shape shape, int count, int groups) {
        if (groups < 1 || count % groups != 0) {
            throw new IllegalArgumentException(operation + ": the " + count + " " + what + " " + shape
                    + " do not divide into " + groups + " group(s)");
        }
    }

    private static void fits(
            String operation, String name, Shape found, Shape expected, String other, Shape partner) {
        if (!found.equals(expected)) {
            throw new IllegalArgumentException(operation + ": " + name + " " + found + " does not fit " + other + " "
                    + partner + "; expected " + expected);
        }
    }
}
