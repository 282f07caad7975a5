package net.alexnet.torch.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.stream.Stream;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Rounding;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Window;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// However many threads share a picture, and wherever their parts meet, the bits are those of one thread. That these are right
/// the backends' contract says.
class FastMaxPoolTest {
    private static final LocalResponseNorm NORM = new LocalResponseNorm(LocalResponseNorm.Region.ACROSS_CHANNELS, 5, 2,
            1e-2, .75, 2);

    @TestFactory
    Stream<DynamicTest> partsOfPicturesGiveTheSameBits() {
        return Stream
                .of(Window.of(3, 2, 0), Window.of(3, 2, 1), Window.of(2, 3, 0), Window.of(5, 1, 2), Window.of(1, 4, 0),
                        new Window(3, 2, 1, Rounding.CEIL), Window.of(6, 2, 3))
                .flatMap(window -> Stream.of(Shape.of(1, 20, 41, 9), Shape.of(2, 32, 7, 7), Shape.of(3, 6, 5, 11))
                        .flatMap(shape -> Stream.of(true, false).map(normalized -> dynamicTest(
                                window + " over " + shape + (normalized ? ", normalized" : ""),
                                () -> assertThat(run(5, shape, window, normalized))
                                        .isEqualTo(run(1, shape, window, normalized))))));
    }

    /// Squares that overflow float32 must not make their neighbors infinite, or a run's end would be told of another place.
    @Test
    void anOverflowDoesNotSpread() {
        assumeTrue(Kernels.missing().isEmpty(), () -> Kernels.missing().orElseThrow());
        try (Arena arena = Arena.ofShared()) {
            Shape shape = Shape.of(1, 16, 1, 1);
            MemorySegment x = memory(arena, shape);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 4, 1e20f);
            MemorySegment y = memory(arena, shape);
            Kernels.open(1, Precision.FLOAT32).orElseThrow().responseNorm(NORM, 16).orElseThrow().forward(x, y);
            for (int i = 0; i < 16; i++) {
                assertThat(y.getAtIndex(ValueLayout.JAVA_FLOAT, i)).isFinite().isGreaterThanOrEqualTo(0);
            }
        }
    }

    @Test
    void rowsTooLongForArraysAreRefused() {
        assumeTrue(Kernels.missing().isEmpty(), () -> Kernels.missing().orElseThrow());
        assertThat(Kernels.open(1, Precision.FLOAT32).orElseThrow().maxPool(Shape.of(1, 256, 2897, 2897),
                new Window(2897, 1, 0, Rounding.FLOOR)))
                .isEmpty();
    }

    /// The maxima and the gradients, one after the other.
    private static float[] run(int threads, Shape shape, Window window, boolean normalized) {
        assumeTrue(Kernels.missing().isEmpty(), () -> Kernels.missing().orElseThrow());
        Kernels kernels = Kernels.open(threads, Precision.FLOAT32).orElseThrow();
        FastMaxPool pool = normalized
                ? kernels.normalizedMaxPool(shape, NORM, window).orElseThrow()
                : kernels.maxPool(shape, window).orElseThrow();
        Shape out = Shape.of(shape.dim(0), shape.dim(1), window.outputs(shape.dim(2)), window.outputs(shape.dim(3)));
        try (Arena arena = Arena.ofShared()) {
            Random random = new Random(1);
            boolean rectified = shape.dim(0) % 2 == 0;
            MemorySegment x = memory(arena, shape);
            MemorySegment dy = memory(arena, out);
            for (long i = 0; i < shape.elements(); i++) {
                float value = (float) random.nextGaussian();
                x.setAtIndex(ValueLayout.JAVA_FLOAT, i, rectified ? Math.max(0, value) : value);
            }
            for (long i = 0; i < out.elements(); i++) {
                dy.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
            }
            MemorySegment y = memory(arena, out);
            MemorySegment dx = memory(arena, shape);
            dx.fill((byte) -1); // every value is to be overwritten
            pool.forward(x, y);
            pool.gradient(x, y, dy, dx, rectified);
            float[] all = new float[Math.toIntExact(out.elements() + shape.elements())];
            MemorySegment.copy(y, ValueLayout.JAVA_FLOAT, 0, all, 0, Math.toIntExact(out.elements()));
            MemorySegment.copy(dx, ValueLayout.JAVA_FLOAT, 0, all, Math.toIntExact(out.elements()),
                    Math.toIntExact(shape.elements()));
            assertThat(all).doesNotContain(Float.NaN);
            return all;
        }
    }

    private static MemorySegment memory(Arena arena, Shape shape) {
        return arena.allocate(shape.elements() * Float.BYTES, 64);
    }
}
