package net.alexnet.torch.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Rounded weights are kept in fewer bytes, and their products have the bits of plain loops over floats.
class WeightPanelsTest {
    private static final int DEPTH = 700; // two blocks and a part of one

    @BeforeEach
    void vectors() {
        assumeTrue(Kernels.missing().isEmpty());
    }

    /// Makes a weight's value of a random number.
    interface Rounding {
        float of(double value, int output);
    }

    record Kind(String name, Class<? extends WeightPanels> panels, Rounding rounding) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Kind> kinds() {
        return Stream.of(
                new Kind("floats", FloatPanels.class, (value, _) -> (float) value),
                new Kind("bfloat16", BFloat16Panels.class,
                        (value, _) -> Float.intBitsToFloat(Float.floatToIntBits((float) value) & 0xFFFF0000)),
                new Kind("multiples", BytePanels.class, (value, output) -> {
                    float scale = (129 + output) * 0x1p-17f; // more bits than bfloat16 has
                    return Math.clamp(Math.round(value * 40), -127, 127) * scale;
                }));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void givePlainLoopsBits(Kind kind) {
        for (int outputs : new int[] {1, 10, 64, 130}) {
            float[] weight = weight(kind, outputs);
            for (int rows : new int[] {1, 2, 7, 97}) {
                float[] plain = product(KernelBackend.openPlain(1), weight, outputs, rows);
                assertThat(product(KernelBackend.open(2), weight, outputs, rows)).containsExactly(plain);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void areTheNarrowestThatHoldTheWeight(Kind kind) {
        MemorySegment weight = MemorySegment.ofArray(weight(kind, 10));
        assertThat(WeightPanels.narrowest(new WeightPanels.Rows(weight, 0, 10, DEPTH, new Workers(2))))
                .isInstanceOf(kind.panels());
    }

    @Test
    void oneOtherValueMakesFloats() {
        for (Kind kind : kinds().toList()) {
            for (float other : new float[] {0.1f, Float.NaN, Float.POSITIVE_INFINITY}) {
                float[] weight = weight(kind, 10);
                weight[9 * DEPTH + 5] = other;
                boolean holdsInfinity = kind.panels() == BFloat16Panels.class && other != 0.1f;
                assertThat(WeightPanels.narrowest(
                        new WeightPanels.Rows(MemorySegment.ofArray(weight), 0, 10, DEPTH, new Workers(1))))
                        .isInstanceOf(holdsInfinity ? BFloat16Panels.class : FloatPanels.class);
            }
        }
    }

    static float[] weight(Kind kind, int outputs) {
        SplittableRandom random = new SplittableRandom(outputs);
        float[] weight = new float[outputs * DEPTH];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = i / DEPTH == 5 ? 0 : kind.rounding().of(random.nextGaussian(), i / DEPTH); // a row of zeros
        }
        for (int output = 0; output < outputs && kind.name().equals("multiples"); output++) {
            weight[output * DEPTH + 3] = output == 5 ? 0 : kind.rounding().of(1000, output); // its scale's 127th multiple
        }
        return weight;
    }

    static float[] product(Backend backend, float[] weight, int outputs, int rows) {
        SplittableRandom random = new SplittableRandom(rows);
        float[] x = new float[rows * DEPTH];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        try (backend; Scope _ = backend.scope()) {
            Tensor y = backend.dense(backend.upload(Shape.of(rows, DEPTH), MemorySegment.ofArray(x)),
                    backend.upload(Shape.of(outputs, DEPTH), MemorySegment.ofArray(weight)),
                    backend.upload(Shape.of(outputs), MemorySegment.ofArray(Arrays.copyOf(x, outputs))));
            return backend.download(y);
        }
    }
}
