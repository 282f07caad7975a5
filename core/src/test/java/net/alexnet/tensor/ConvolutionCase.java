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

    /// Kernels as large as the points that a tile is filtered over, and larger, with enough channels for tiles.
    static Stream<ConvolutionCase> largeKernels() {
        return Stream.of(
                of(1, 16, 11, 11, 16, Window.of(8, 1, 2), 1),
                of(1, 8, 20, 20, 16, Window.of(16, 2, 0), 1),
                of(1, 16, 11, 11, 16, Window.of(9, 1, 4), 1));
    }

    /// Enough channels for an engine to compute it by another way than the sum: whole vectors of them and not, one tile of a
    /// map and many blocks of tiles, maps that tiles do not divide, every padding, fewer pictures than threads.
    static Stream<ConvolutionCase> manyChannels() {
        return Stream.of(
                of(2, 48, 27, 27, 80, Window.of(5, 1, 2), 2),
                of(1, 32, 13, 13, 48, Window.of(3, 1, 1), 1),
                of(23, 16, 13, 13, 32, Window.of(3, 1, 1), 1),
                of(3, 48, 20, 11, 144, Window.of(3, 1, 1), 2),
                of(2, 24, 15, 10, 40, Window.of(3, 1, 0), 1),
                of(1, 40, 14, 25, 24, Window.of(5, 1, 0), 1),
                of(2, 72, 10, 10, 72, Window.of(3, 1, 2), 1),
                of(5, 16, 12, 9, 16, Window.of(5, 1, 1), 1),
                of(1, 64, 5, 5, 96, Window.of(3, 1, 1), 4),
                of(3, 3, 64, 47, 32, new Window(11, 4, 0, Rounding.CEIL), 1),
                of(2, 1, 60, 60, 24, Window.of(11, 4, 2), 1),
                of(1, 8, 31, 31, 32, new Window(5, 2, 1, Rounding.CEIL), 1));
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
