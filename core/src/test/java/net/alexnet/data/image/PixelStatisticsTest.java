package net.alexnet.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.alexnet.data.image.ColorPca.Component;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PixelStatisticsTest {
    private static final int SIDE = 4;

    @Test
    void agreesWithTheDefinitionInAnyOrder() {
        Image a = TestImages.pattern(SIDE, SIDE, 3, 1);
        Image b = TestImages.pattern(SIDE, SIDE, 3, 2);
        PixelStatistics both = statistics(a, b);
        PixelStatistics.Accumulator parts = new PixelStatistics.Accumulator(SIDE, 3);
        PixelStatistics.Accumulator part = new PixelStatistics.Accumulator(SIDE, 3);
        part.add(a);
        parts.add(b);
        parts.add(part);
        assertThat(parts.statistics()).usingRecursiveComparison().isEqualTo(both);
        assertThat(both.images()).isEqualTo(2);
        for (int c = 0; c < 3; c++) {
            double mean = both.mean().get(c);
            assertThat(mean).isCloseTo((moment(a, c, 0, 1) + moment(b, c, 0, 1)) / 32, within(1e-12));
            double variance = (moment(a, c, mean, 2) + moment(b, c, mean, 2)) / 32;
            assertThat(both.std().get(c)).isCloseTo(Math.sqrt(variance), within(1e-9));
        }
        for (int i = 0; i < a.samples().length; i++) {
            float mean = ((a.samples()[i] & 0xFF) + (b.samples()[i] & 0xFF)) / 2f;
            assertThat(both.meanImage().values()[i]).isEqualTo(mean);
        }
    }

    @Test
    void noImagesHaveZeroStatistics() {
        PixelStatistics none = new PixelStatistics.Accumulator(SIDE, 3).statistics();
        assertThat(none.mean()).containsExactly(0.0, 0.0, 0.0);
        assertThat(none.std()).containsExactly(0.0, 0.0, 0.0);
        assertThat(none.colorPca().components()).allSatisfy(c -> assertThat(c.std()).isZero());
    }

    @Test
    void refusesImagesOfAnotherSize() {
        assertThatThrownBy(() -> new PixelStatistics.Accumulator(SIDE, 1).add(TestImages.pattern(SIDE, 5, 1, 0)))
                .hasMessageContainingAll("4 × 5 × 1", "4 × 4 × 1");
    }

    /// The law of the components: orthonormal, by falling deviation, and together they are the covariance.
    @Property
    void componentsRebuildTheCovariance(@ForAll @IntRange(min = 0, max = 1000) int number) {
        PixelStatistics.Accumulator sums = new PixelStatistics.Accumulator(SIDE, 3);
        for (int i = 0; i < 5; i++) {
            sums.add(TestImages.noise(SIDE, SIDE, 3, number * 5L + i));
        }
        PixelStatistics statistics = sums.statistics();
        List<Component> components = statistics.colorPca().components();
        for (int c = 0; c < 3; c++) {
            for (int d = 0; d < 3; d++) {
                double rebuilt = 0;
                double product = 0;
                for (int k = 0; k < 3; k++) {
                    Component component = components.get(k);
                    double outer = component.vector().get(c) * component.vector().get(d);
                    rebuilt += component.std() * component.std() * outer;
                    product += components.get(c).vector().get(k) * components.get(d).vector().get(k);
                }
                assertThat(product).isCloseTo(c == d ? 1 : 0, within(1e-12));
                if (c == d) {
                    double std = statistics.std().get(c);
                    assertThat(rebuilt).isCloseTo(std * std, within(1e-7));
                }
            }
        }
        assertThat(components).isSortedAccordingTo((a, b) -> Double.compare(b.std(), a.std()));
    }

    @Test
    void decomposesAKnownCovariance() {
        // eigenvalues 9 and 4 along (3, 4)/5 and (4, −3)/5, and 1 along the third axis
        double[][] covariance = {{(9 * 9 + 4 * 16) / 25.0, (9 * 12 - 4 * 12) / 25.0, 0},
            {(9 * 12 - 4 * 12) / 25.0, (9 * 16 + 4 * 9) / 25.0, 0}, {0, 0, 1}};
        List<Component> components = ColorPca.of(covariance).components();
        assertThat(components.stream().map(Component::std).toList())
                .satisfiesExactly(near(3), near(2), near(1));
        assertThat(components.get(0).vector()).satisfiesExactly(near(0.6), near(0.8), near(0));
        assertThat(components.get(1).vector()).satisfiesExactly(near(0.8), near(-0.6), near(0));
        assertThat(components.get(2).vector()).satisfiesExactly(near(0), near(0), near(1));
    }

    private static org.assertj.core.api.ThrowingConsumer<Double> near(double value) {
        return found -> assertThat(found).isCloseTo(value, within(1e-12));
    }

    private static PixelStatistics statistics(Image... images) {
        PixelStatistics.Accumulator sums = new PixelStatistics.Accumulator(SIDE, images[0].channels());
        for (Image image : images) {
            sums.add(image);
        }
        return sums.statistics();
    }

    private static double moment(Image image, int channel, double mean, int power) {
        double sum = 0;
        for (int i = channel; i < image.samples().length; i += 3) {
            sum += Math.pow((image.samples()[i] & 0xFF) - mean, power);
        }
        return sum;
    }
}
