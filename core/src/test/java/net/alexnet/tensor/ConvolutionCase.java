package net.alexnet.tensor;

import java.util.SplittableRandom;
import java.util.stream.Stream;

/// One geometry of a convolution.
record ConvolutionCase(Shape x, Shape weight, Window window, int groups) {
    Shape bias() {
        return Shape.of(weight.dim(0));
    }

    Shape y() {
        return Operands.convolve(x, weight, bias(), window, groups);
    }

    /// The layers of AlexNet on smaller maps.
    static Stream<ConvolutionCase> layers() {
        return Stream.of(
                of(2, 3, 40, 40, 96, new Window(11, 4, 0, Rounding.CEIL), 1),
                of(2, 3, 43, 43, 64, Window.of(11, 4, 2), 1),
                of(1, 96, 9, 9, 32, Window.of(5, 1, 2), 2),
                of(3, 32, 6, 6, 48, Window.of(3, 1, 1), 1),
                of(2, 48, 13, 13, 32, Window.of(3, 1, 1), 2));
    }

    /// Small ones of every kind: groups, odd and non-square maps, strides beyond the kernel, pixels that no window
    /// reaches, windows that hang over, windows wholly outside.
    static Stream<ConvolutionCase> generated(int count) {
        SplittableRandom random = new SplittableRandom(11);
        return Stream.generate(() -> draw(random))
                .filter(candidate -> candidate.window.outputs(candidate.x.dim(2)) > 0
                        && candidate.window.outputs(candidate.x.dim(3)) > 0)
                .limit(count);
    }

    private static ConvolutionCase draw(SplittableRandom random) {
        int groups = random.nextInt(1, 4);
        int kernel = random.nextInt(1, 6);
        Rounding rounding = random.nextBoolean() ? Rounding.CEIL : Rounding.FLOOR;
        Window window = new Window(kernel, random.nextInt(1, 5), random.nextInt(kernel), rounding);
        return of(random.nextInt(1, 4), groups * random.nextInt(1, 5), random.nextInt(1, 13), random.nextInt(1, 13),
                groups * random.nextInt(1, 5), window, groups);
    }

    private static ConvolutionCase of(
            int batch, int channels, int height, int width, int filters, Window window, int groups) {
        return new ConvolutionCase(Shape.of(batch, channels, height, width),
                Shape.of(filters, channels / groups, window.kernel(), window.kernel()), window, groups);
    }
}
