package net.alexnet.data.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.alexnet.data.image.ColorPca;
import net.alexnet.data.image.ColorPca.Component;
import net.alexnet.data.image.ColorShift;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.Normalizer;
import net.alexnet.data.image.Preprocessing;
import org.junit.jupiter.api.Test;

class AugmentationTest {
    private static final Augmentation PAPER = new Augmentation(true, 1, true, Optional.empty());

    /// The figures that come with the source (`input_meta` of cuda-convnet2).
    private static final ColorPca PAPER_COLORS = new ColorPca(List.of(
            new Component(121.7801, List.of(-.563510, -.576184, -.592003)),
            new Component(37.0939, List.of(-.712579, -.023542, .701196)),
            new Component(19.7208, List.of(.417955, -.816981, .397311))));

    @Test
    void everyOffsetAndFlipIsAboutEquallyFrequent() {
        int offsets = 5; // 12 − 8 + 1
        int[] counts = new int[offsets * offsets * 2];
        int draws = 1000 * counts.length;
        for (int i = 0; i < draws; i++) {
            Crop view = PAPER.view(7, i % 10, i / 10, 12, 8);
            assertThat(view.side()).isEqualTo(8);
            counts[(view.top() * offsets + view.left()) * 2 + (view.mirrored() ? 1 : 0)]++;
        }
        assertThat(Arrays.stream(counts).boxed().toList()).allMatch(count -> count > 840 && count < 1160); // ± 5 sigma
    }

    @Test
    void reachesEveryCornerOfThePapersGeometry() {
        int greatest = 0;
        for (int i = 0; i < 20_000; i++) {
            Crop view = PAPER.view(7, 0, i, 256, 224);
            greatest = Math.max(greatest, view.left() * 33 + view.top());
            assertThat(view.left()).isBetween(0, 32);
            assertThat(view.top()).isBetween(0, 32);
        }
        assertThat(greatest).isEqualTo(32 * 33 + 32);
    }

    /// The share of the area is even between the least and all, and so is the place.
    @Test
    void cropsOfRandomSizeLieInThePictureAndHaveEveryShareOfItsArea() {
        Augmentation random = new Augmentation(true, 0.25, true, Optional.empty());
        int draws = 40_000;
        double area = 0;
        double place = 0;
        int least = 256;
        int mirrored = 0;
        for (int i = 0; i < draws; i++) {
            Crop view = random.view(7, i % 3, i, 256, 224);
            assertThat(view.left()).isBetween(0, 256 - view.side());
            assertThat(view.top()).isBetween(0, 256 - view.side());
            area += view.side() * view.side() / (256.0 * 256) / draws;
            place += (view.left() - view.top()) / 256.0 / draws;
            least = Math.min(least, view.side());
            mirrored += view.mirrored() ? 1 : 0;
        }
        assertThat(least).isEqualTo(128);
        assertThat(area).isBetween(0.62, 0.63); // (1/4 + 1) / 2, within 5 standard errors
        assertThat(place).isBetween(-0.01, 0.01);
        assertThat(mirrored).isBetween(19_500, 20_500);
    }

    @Test
    void dependsOnSeedEpochAndPictureAlone() {
        assertThat(PAPER.view(1, 2, 3, 256, 224)).isEqualTo(PAPER.view(1, 2, 3, 256, 224));
        assertThat(PAPER.view(1, 2, 3, 256, 224)).isNotEqualTo(PAPER.view(1, 3, 3, 256, 224));
        assertThat(PAPER.view(1, 2, 3, 256, 224)).isNotEqualTo(PAPER.view(1, 2, 4, 256, 224));
    }

    @Test
    void eachPartCanBeSwitchedOff() {
        for (int i = 0; i < 100; i++) {
            assertThat(Augmentation.NONE.view(1, 0, i, 256, 224)).isEqualTo(Crop.center(256, 224));
            assertThat(new Augmentation(true, 1, false, Optional.empty()).view(1, 0, i, 256, 224).mirrored()).isFalse();
            assertThat(new Augmentation(false, 1, true, Optional.empty()).view(1, 0, i, 256, 224).left()).isEqualTo(16);
        }
    }

    @Test
    void anInputIsAViewAndAShift() {
        PcaColorNoise noise = new PcaColorNoise(PAPER_COLORS, 0.1);
        Augmentation all = new Augmentation(true, 1, true, Optional.of(noise));
        BatchIndices.Input input = all.input(1, 2, 3, 256, 224);
        assertThat(input.image()).isEqualTo(3);
        assertThat(input.view()).isEqualTo(all.view(1, 2, 3, 256, 224));
        assertThat(input.shift()).isEqualTo(noise.shift(1, 2, 3));
        assertThat(PAPER.input(1, 2, 3, 256, 224).shift()).isEqualTo(ColorShift.NONE);
    }

    /// On a constant picture the noise's standard deviation along each component is .1 of the component's: 12.2, 3.7 and
    /// 2.0 gray levels with the figures that come with the source.
    @Test
    void theNoiseHasATenthOfEachComponentsDeviation() {
        int uses = 40_000;
        PcaColorNoise noise = new PcaColorNoise(PAPER_COLORS, 0.1);
        Preprocessing preprocessing = new Preprocessing(3, 2, 1, List.of(0.0, 0.0, 0.0), 1);
        Normalizer writer = new Normalizer(preprocessing);
        Image constant = new Image(2, 2, 3, new byte[] {90, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90});
        MemorySegment pixel = MemorySegment.ofArray(new float[3]);
        double[] sums = new double[3];
        double[] resizedImages = new double[3];
        for (int use = 0; use < uses; use++) {
            writer.write(constant, Crop.center(2, 1), noise.shift(5, use / 100, use % 100), pixel, 0);
            for (int k = 0; k < 3; k++) {
                double along = 0;
                for (int c = 0; c < 3; c++) {
                    float added = pixel.getAtIndex(ValueLayout.JAVA_FLOAT, c) - 90;
                    along += PAPER_COLORS.components().get(k).vector().get(c) * added;
                }
                sums[k] += along;
                resizedImages[k] += along * along;
            }
        }
        for (int k = 0; k < 3; k++) {
            double expected = 0.1 * PAPER_COLORS.components().get(k).std();
            double mean = sums[k] / uses;
            double std = Math.sqrt(resizedImages[k] / uses - mean * mean);
            assertThat(std).isCloseTo(expected, withinPercentage(2)); // 5 standard errors are 1.8 %
            assertThat(mean).isCloseTo(0, within(5 * expected / Math.sqrt(uses)));
        }
    }

    @Test
    void noiseIsDrawnForEachUse() {
        PcaColorNoise noise = new PcaColorNoise(PAPER_COLORS, 0.1);
        assertThat(noise.shift(1, 2, 3)).isEqualTo(noise.shift(1, 2, 3));
        assertThat(noise.shift(1, 2, 3)).isNotEqualTo(noise.shift(1, 3, 3));
        assertThat(noise.shift(1, 2, 3)).isNotEqualTo(noise.shift(1, 2, 4));
        assertThat(noise.shift(1, 2, 3)).isNotEqualTo(noise.shift(2, 2, 3));
        assertThatIllegalArgumentException().isThrownBy(() -> new PcaColorNoise(PAPER_COLORS, -0.1));
    }
}
