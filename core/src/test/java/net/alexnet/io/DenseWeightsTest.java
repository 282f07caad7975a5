package net.alexnet.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import net.alexnet.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DenseWeightsTest {
    private static final Shape SHAPE = Shape.of(5, 300);

    @TempDir
    Path folder;

    @Test
    void bfloat16RoundsToTheNearestAndTiesToEven() throws Exception {
        float[] values = {1, -0f, 0x1.01p0f, 0x1.03p0f, 0x1.010002p0f, -0x1.f0fffep127f, Float.MIN_VALUE, 0.1f};
        NamedTensor weight = NamedTensor.of("fc.weight", Shape.of(2, 4), () -> values);
        assertThat(written(DenseWeights.BFLOAT16, weight).read("fc.weight")).containsExactly(
                1, -0f, 1, 0x1.04p0f, 0x1.02p0f, -0x1.fp127f, 0, 0x1.9ap-4f);
    }

    @Test
    void wholeMultiplesAreWithinHalfAScale() throws Exception {
        float[] values = random();
        try (WeightFile file = written(DenseWeights.INT8, weight(values))) {
            assertThat(file.names()).containsExactly("fc.weight");
            assertThat(file.shape("fc.weight")).isEqualTo(SHAPE);
            float[] read = file.read("fc.weight");
            for (int row = 0; row < 5; row++) {
                float largest = 0;
                for (int i = row * 300; i < row * 300 + 300; i++) {
                    largest = Math.max(largest, Math.abs(values[i]));
                }
                for (int i = row * 300; i < row * 300 + 300; i++) {
                    assertThat(read[i]).isCloseTo(values[i], within(largest / 254 * 1.001f));
                }
            }
        }
    }

    /// So that a kernel can find the scales again, and a second rounding changes nothing.
    @Test
    void aRowsLargestValueIs127TimesItsScale() throws Exception {
        float[] once = written(DenseWeights.INT8, weight(random())).read("fc.weight");
        for (int row = 0; row < 5; row++) {
            float largest = 0;
            for (int i = row * 300; i < row * 300 + 300; i++) {
                largest = Math.max(largest, Math.abs(once[i]));
            }
            float scale = largest / 127;
            for (int i = row * 300; i < row * 300 + 300; i++) {
                float multiple = Math.round(once[i] / scale);
                assertThat((double) multiple * scale).isEqualTo(once[i]);
            }
        }
        assertThat(written(DenseWeights.INT8, weight(once)).read("fc.weight")).containsExactly(once);
    }

    @Test
    void rowsOfZerosStayZero() throws Exception {
        assertThat(written(DenseWeights.INT8, weight(new float[1500])).read("fc.weight")).containsOnly(0);
    }

    @Test
    void takeTwoBytesOrOne() throws Exception {
        long float32 = size(DenseWeights.FLOAT32);
        assertThat(float32 - size(DenseWeights.BFLOAT16)).isBetween(2 * 1500 - 128L, 2 * 1500 + 128L);
        assertThat(float32 - size(DenseWeights.INT8)).isBetween(3 * 1500 - 256L, 3 * 1500 + 128L);
    }

    @Test
    void wholeNumbersWithoutScalesAreNoWeights() throws Exception {
        Path file = folder.resolve("plain.safetensors");
        Safetensors.write(file, Map.of(), Stream.of(weight(new float[1500]))
                .map(weight -> DenseWeights.INT8.stored(weight).getFirst()).toList());
        try (WeightFile weights = SafetensorsFile.open(file)) {
            assertThatThrownBy(() -> weights.read("fc.weight")).isInstanceOf(WeightFileException.class)
                    .hasMessageContaining("I8");
        }
    }

    @Test
    void aSingleNumberHasNoScales() throws Exception {
        Path file = folder.resolve("scalar.safetensors");
        Safetensors.write(file, Map.of(),
                List.of(new NamedTensor("a", new Shape(List.of()), () -> MemorySegment.ofArray(new float[1]), Dtype.I8),
                        NamedTensor.of("a_scale", Shape.of(1), () -> new float[1])));
        try (WeightFile weights = SafetensorsFile.open(file)) {
            assertThat(weights.names()).containsExactly("a", "a_scale");
        }
    }

    @Test
    void valuesThatCannotBeRoundedAreRefused() {
        for (float value : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, Float.MAX_VALUE}) {
            float[] values = random();
            values[700] = value;
            for (DenseWeights type : List.of(DenseWeights.BFLOAT16, DenseWeights.INT8)) {
                assertThatThrownBy(() -> written(type, weight(values))).isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("fc.weight");
            }
        }
    }

    @Test
    void scalesOfAnotherShapeAreATensorOfTheirOwn() throws Exception {
        Path file = folder.resolve("other.safetensors");
        NamedTensor scales = NamedTensor.of("fc.weight_scale", Shape.of(4), () -> new float[4]);
        Safetensors.write(file, Map.of(),
                List.of(DenseWeights.INT8.stored(weight(new float[1500])).getFirst(), scales));
        try (WeightFile weights = SafetensorsFile.open(file)) {
            assertThat(weights.names()).containsExactly("fc.weight", "fc.weight_scale");
        }
    }

    private static NamedTensor weight(float[] values) {
        return NamedTensor.of("fc.weight", SHAPE, values::clone);
    }

    private static float[] random() {
        SplittableRandom random = new SplittableRandom(4);
        float[] values = new float[1500];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * Math.pow(10, i / 300 - 3));
        }
        return values;
    }

    private WeightFile written(DenseWeights type, NamedTensor weight) throws Exception {
        Path file = Files.createTempFile(folder, "model", ".safetensors");
        Safetensors.write(file, Map.of(), type.stored(weight));
        return SafetensorsFile.openLasting(file);
    }

    private long size(DenseWeights type) throws Exception {
        try (WeightFile file = written(type, weight(random()))) {
            return Files.size(file.path());
        }
    }
}
