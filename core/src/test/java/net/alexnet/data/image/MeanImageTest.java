package net.alexnet.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class MeanImageTest {
    @Test
    void theCenterIsCutFromTheMiddle() {
        MeanImage image = counting(5, 1);
        assertThat(image.center(3).values()).containsExactly(6, 7, 8, 11, 12, 13, 16, 17, 18);
        assertThat(image.center(5).values()).isEqualTo(image.values());
        MeanImage color = counting(4, 3).center(2);
        assertThat(color.values()).startsWith(15, 16, 17, 18, 19, 20, 27);
    }

    @Test
    void halvingAveragesFours() {
        assertThat(counting(4, 1).scaled(2).values()).containsExactly(2.5f, 4.5f, 10.5f, 12.5f);
        assertThat(counting(4, 3).scaled(4).values()).isEqualTo(counting(4, 3).values());
    }

    /// Averaging moves no brightness in or out.
    @Property
    void scalingKeepsTheMeanOfEachChannel(
            @ForAll @IntRange(min = 1, max = 8) int side, @ForAll @IntRange(min = 1, max = 8) int smaller) {
        if (smaller > side) {
            assertThatIllegalArgumentException().isThrownBy(() -> counting(side, 3).scaled(smaller));
            return;
        }
        MeanImage image = counting(side, 3);
        for (int c = 0; c < 3; c++) {
            assertThat(mean(image.scaled(smaller), c)).isCloseTo(mean(image, c), within(1e-3));
        }
    }

    @Test
    void refusesInvalidMeans() {
        assertThatIllegalArgumentException().isThrownBy(() -> new MeanImage(2, 1, new float[3]));
        assertThatIllegalArgumentException().isThrownBy(() -> new MeanImage(1, 1, new float[] {Float.NaN}));
        assertThatIllegalArgumentException().isThrownBy(() -> new MeanImage(1, 1, new float[] {256}));
    }

    private static MeanImage counting(int side, int channels) {
        float[] values = new float[side * side * channels];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        return new MeanImage(side, channels, values);
    }

    private static double mean(MeanImage image, int channel) {
        double sum = 0;
        for (int i = channel; i < image.values().length; i += image.channels()) {
            sum += image.values()[i];
        }
        return sum / image.side() / image.side();
    }
}
