package net.alexnet.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PixelStatisticsTest {
    @Test
    void agreesWithTheDefinition() {
        Picture a = TestPictures.pattern(5, 4, 3, 1);
        Picture b = TestPictures.pattern(3, 9, 3, 2);
        PixelStatistics both = PixelStatistics.of(a).plus(PixelStatistics.of(b));
        assertThat(both).isEqualTo(PixelStatistics.of(b).plus(PixelStatistics.of(a)));
        assertThat(both.pixels()).isEqualTo(47);
        for (int c = 0; c < 3; c++) {
            double mean = (sum(a, c, 0, 1) + sum(b, c, 0, 1)) / 47;
            double variance = (sum(a, c, mean, 2) + sum(b, c, mean, 2)) / 47;
            assertThat(both.mean().get(c)).isCloseTo(mean, within(1e-12));
            assertThat(both.deviation().get(c)).isCloseTo(Math.sqrt(variance), within(1e-9));
        }
    }

    @Test
    void nothingHasNoMeanAndNoDeviation() {
        assertThat(PixelStatistics.none(3).mean()).containsExactly(0.0, 0.0, 0.0);
        assertThat(PixelStatistics.none(1).deviation()).containsExactly(0.0);
    }

    private static double sum(Picture picture, int channel, double mean, int power) {
        double sum = 0;
        for (int i = channel; i < picture.samples().length; i += 3) {
            sum += Math.pow((picture.samples()[i] & 0xFF) - mean, power);
        }
        return sum;
    }
}
