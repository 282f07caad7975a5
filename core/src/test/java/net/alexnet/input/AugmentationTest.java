package net.alexnet.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.alexnet.image.View;
import org.junit.jupiter.api.Test;

class AugmentationTest {
    private static final Augmentation PAPER = new Augmentation(true, true);

    @Test
    void everyOffsetAndFlipIsAboutEquallyFrequent() {
        int offsets = 5; // 12 − 8 + 1
        int[] counts = new int[offsets * offsets * 2];
        int draws = 1000 * counts.length;
        for (int i = 0; i < draws; i++) {
            View view = PAPER.view(7, i % 10, i / 10, 12, 8);
            assertThat(view.side()).isEqualTo(8);
            counts[(view.top() * offsets + view.left()) * 2 + (view.mirrored() ? 1 : 0)]++;
        }
        assertThat(Arrays.stream(counts).boxed().toList()).allMatch(count -> count > 840 && count < 1160); // ± 5 sigma
    }

    @Test
    void reachesEveryCornerOfThePapersGeometry() {
        int greatest = 0;
        for (int i = 0; i < 20_000; i++) {
            View view = PAPER.view(7, 0, i, 256, 224);
            greatest = Math.max(greatest, view.left() * 33 + view.top());
            assertThat(view.left()).isBetween(0, 32);
            assertThat(view.top()).isBetween(0, 32);
        }
        assertThat(greatest).isEqualTo(32 * 33 + 32);
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
            assertThat(Augmentation.NONE.view(1, 0, i, 256, 224)).isEqualTo(View.center(256, 224));
            assertThat(new Augmentation(true, false).view(1, 0, i, 256, 224).mirrored()).isFalse();
            assertThat(new Augmentation(false, true).view(1, 0, i, 256, 224).left()).isEqualTo(16);
        }
    }
}
