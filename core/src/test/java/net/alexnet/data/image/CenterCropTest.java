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
        assertThat(CenterCrop.of(500, 375, 256).squareLeft()).isEqualTo(42);
        assertThat(CenterCrop.of(2, 60_001, 256)).isEqualTo(new CenterCrop(0, 29_992, 2, 17, 256, 2176, 256));
        assertThat(CenterCrop.of(256, 300, 256).fits()).isTrue();
    }

    @Test
    void whatIsLeftOutOfAStripDoesNotMoveTheMiddle() {
        for (int length = 1; length < 100; length++) {
            CenterCrop square = CenterCrop.of(1, length, 256);
            assertThat(square.top() * 256 + square.squareTop()).isEqualTo((length - 1) * 128);
        }
    }

    @Property
    void theSquareLiesInTheMiddleOfWhatIsScaled(
            @ForAll @IntRange(min = 1) int width,
            @ForAll @IntRange(min = 1) int height,
            @ForAll @IntRange(min = 1, max = Preprocessing.MAX_RESIZE) int side) {
        CenterCrop square = CenterCrop.of(width, height, side);
        assertThat(Math.min(square.scaledWidth(), square.scaledHeight())).isEqualTo(side);
        assertThat(Math.max(square.scaledWidth(), square.scaledHeight())).isLessThanOrEqualTo(9 * side);
        assertThat(square.scaledWidth() - side - 2 * square.squareLeft()).isBetween(0, 1);
        assertThat(square.scaledHeight() - side - 2 * square.squareTop()).isBetween(0, 1);
        assertThat(width - square.width()).isEqualTo(2 * square.left()); // nothing moves the middle
        assertThat(height - square.height()).isEqualTo(2 * square.top());
    }
}
