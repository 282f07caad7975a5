package net.alexnet.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CenterCropTest {
    @Test
    void scalesAPhotographToThePapersSquare() {
        assertThat(CenterCrop.of(500, 375, 256)).isEqualTo(new CenterCrop(0, 0, 500, 375, 341, 256, 256));
        assertThat(CenterCrop.of(500, 375, 256).cropLeft()).isEqualTo(42);
        assertThat(CenterCrop.of(2, 60_001, 256)).isEqualTo(new CenterCrop(0, 29_992, 2, 17, 256, 2176, 256));
        assertThat(CenterCrop.of(256, 300, 256).fits()).isTrue();
    }

    @Test
    void whatIsLeftOutOfAStripDoesNotMoveTheMiddle() {
        for (int length = 1; length < 100; length++) {
            CenterCrop resized = CenterCrop.of(1, length, 256);
            assertThat(resized.top() * 256 + resized.cropTop()).isEqualTo((length - 1) * 128);
        }
    }

    @Property
    void theSquareLiesInTheMiddleOfWhatIsScaled(
            @ForAll @IntRange(min = 1) int width,
            @ForAll @IntRange(min = 1) int height,
            @ForAll @IntRange(min = 1, max = Preprocessing.MAX_RESIZE) int side) {
        CenterCrop resized = CenterCrop.of(width, height, side);
        assertThat(Math.min(resized.scaledWidth(), resized.scaledHeight())).isEqualTo(side);
        assertThat(Math.max(resized.scaledWidth(), resized.scaledHeight())).isLessThanOrEqualTo(9 * side);
        assertThat(resized.scaledWidth() - side - 2 * resized.cropLeft()).isBetween(0, 1);
        assertThat(resized.scaledHeight() - side - 2 * resized.cropTop()).isBetween(0, 1);
        assertThat(width - resized.width()).isEqualTo(2 * resized.left()); // nothing moves the middle
        assertThat(height - resized.height()).isEqualTo(2 * resized.top());
    }
}
