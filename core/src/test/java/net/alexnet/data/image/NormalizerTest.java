package net.alexnet.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NormalizerTest {
    private static final ColorShift SHIFT = new ColorShift(List.of(2.5f, -1f, 0.25f));

    @Test
    void writesTheCropMinusTheMeanTimesTheScale() {
        writes(new Preprocessing(3, 12, 8, List.of(100.5, 120.0, 3.25), 0.5));
        writes(new Preprocessing(3, 12, 8, List.of(100.5, 120.0, 3.25), List.of(0.5, 0.25, 2.0), Optional.empty()));
        writes(new Preprocessing(1, 12, 7, List.of(33.0), 1));
        for (int channels : new int[] {1, 3}) {
            float[] means = new float[8 * 8 * channels];
            for (int i = 0; i < means.length; i++) {
                means[i] = 255f * i / means.length;
            }
            List<Double> mean = Collections.nCopies(channels, 90.0);
            writes(new Preprocessing(
                    channels, 12, 8, mean, 1, Optional.of(new MeanImage(8, channels, means))));
        }
    }

    private static void writes(Preprocessing preprocessing) {
        int channels = preprocessing.channels();
        int crop = preprocessing.crop();
        Image resized = TestImages.pattern(12, 12, channels, 3);
        Normalizer writer = new Normalizer(preprocessing);
        assertThat(writer.valuesPerView()).isEqualTo(crop * crop * channels);
        for (boolean mirrored : new boolean[] {false, true}) {
            Crop view = new Crop(3, 1, crop, mirrored);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment target = arena.allocate(ValueLayout.JAVA_FLOAT, 3L * writer.valuesPerView());
                writer.write(resized, view, SHIFT, target, 1);
                byte[] expected = TestImages.view(view, resized).samples();
                for (int i = 0; i < expected.length; i++) {
                    int at = i;
                    double mean = preprocessing.meanImage()
                            .map(image -> (double) image.values()[at])
                            .orElse(preprocessing.mean().get(i % channels));
                    double value = ((expected[i] & 0xFF) + SHIFT.of(i % channels) - mean)
                            * preprocessing.scale().get(i % channels);
                    assertThat((double) target.getAtIndex(ValueLayout.JAVA_FLOAT, expected.length + i))
                            .isCloseTo(value, within(4e-5)); // two roundings of numbers up to 256
                    assertThat(target.getAtIndex(ValueLayout.JAVA_FLOAT, i)).isZero();
                    assertThat(target.getAtIndex(ValueLayout.JAVA_FLOAT, 2 * expected.length + i)).isZero();
                }
            }
        }
    }

    /// torchvision's `Normalize` of `ToTensor`, computed as it is written there.
    @Test
    void meansAndScalesExpressTorchvisionsNormalization() {
        double[] mean = {0.485, 0.456, 0.406};
        double[] std = {0.229, 0.224, 0.225};
        Preprocessing preprocessing = new Preprocessing(3, 12, 8,
                Arrays.stream(mean).mapToObj(m -> 255 * m).toList(),
                Arrays.stream(std).mapToObj(s -> 1 / (255 * s)).toList(), Optional.empty());
        Image resized = TestImages.pattern(12, 12, 3, 5);
        Crop view = Crop.center(12, 8);
        byte[] samples = TestImages.view(view, resized).samples();
        float[] target = new float[samples.length];
        new Normalizer(preprocessing).write(resized, view, MemorySegment.ofArray(target), 0);
        for (int i = 0; i < samples.length; i++) {
            double expected = ((samples[i] & 0xFF) / 255.0 - mean[i % 3]) / std[i % 3];
            assertThat((double) target[i]).isCloseTo(expected, within(1e-6));
        }
    }

    @Test
    void refusesImagesOfOtherChannelsOrSizes() {
        Normalizer writer = new Normalizer(new Preprocessing(3, 12, 8, List.of(1.0, 1.0, 1.0), 1));
        MemorySegment target = MemorySegment.ofArray(new float[writer.valuesPerView()]);
        Image gray = TestImages.pattern(12, 12, 1, 0);
        Image small = TestImages.pattern(10, 10, 3, 0);
        assertThatIllegalArgumentException().isThrownBy(() -> writer.write(gray, Crop.center(12, 8), target, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.write(small, new Crop(3, 0, 8, false), target, 0))
                .withMessageContaining("10 × 10");
    }

    @Test
    void theCenterCropRoundsToTheUpperLeft() {
        assertThat(Crop.center(256, 224)).isEqualTo(new Crop(16, 16, 224, false));
        assertThat(Crop.center(256, 227)).isEqualTo(new Crop(14, 14, 227, false));
        assertThat(Crop.center(28, 28)).isEqualTo(new Crop(0, 0, 28, false));
    }
}
