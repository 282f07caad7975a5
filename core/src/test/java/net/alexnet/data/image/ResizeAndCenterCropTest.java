package net.alexnet.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ResizeAndCenterCropTest {
    private final List<String> resized = new ArrayList<>();
    private final ImageCodec codec = new ImageCodec() {
        @Override
        public Image decode(byte[] file, int channels) {
            throw new AssertionError("nothing to decode");
        }

        @Override
        public Image resize(Image image, int width, int height) {
            resized.add(image.width() + "x" + image.height() + ">" + width + "x" + height);
            return new TestImages.Codec().resize(image, width, height);
        }

        @Override
        public byte[] encode(Image image, Encoding encoding) {
            throw new AssertionError("nothing to encode");
        }
    };

    @Test
    void scalesTheShorterSideAndKeepsTheAspect() {
        resized(500, 375, 256);
        resized(375, 500, 256);
        resized(333, 100, 10);
        assertThat(resized).containsExactly("500x375>341x256", "375x500>256x341", "333x100>33x10");
    }

    @Test
    void roundsTheCropToTheUpperLeft() {
        Image wide = TestImages.pattern(9, 4, 3, 1); // surplus 5: columns 2 to 5
        assertThat(resized(wide, 4).samples()).isEqualTo(wide.crop(2, 0, 4, 4).samples());
        Image tall = TestImages.pattern(4, 7, 1, 1); // surplus 3: rows 1 to 4
        assertThat(resized(tall, 4).samples()).isEqualTo(tall.crop(0, 1, 4, 4).samples());
        assertThat(resized).isEmpty();
    }

    @Test
    void doesNotResizeAnImageOfTheRightSize() {
        Image image = TestImages.pattern(8, 8, 3, 1);
        assertThat(resized(image, 8)).isSameAs(image);
    }

    @Test
    void onlyTheMiddleOfALongStripIsResized() {
        resized(1, 60_000, 256);
        resized(60_000, 1, 256);
        assertThat(resized).containsExactly("1x8>256x2048", "8x1>2048x256");
    }

    @Test
    void everySizeGivesTheCrop() {
        for (int width = 1; width < 40; width += 3) {
            for (int height = 1; height < 40; height += 4) {
                for (int side : new int[] {1, 7, 32}) {
                    resized(width, height, side);
                }
            }
        }
    }

    private void resized(int width, int height, int side) {
        resized(TestImages.pattern(width, height, 1, 1), side);
    }

    private Image resized(Image image, int side) {
        Image resized = ResizeAndCenterCrop.middle(image, side, codec);
        assertThat(resized.width()).isEqualTo(side);
        assertThat(resized.height()).isEqualTo(side);
        return resized;
    }

    // --- geometry ----------------------------------------------------------------------------------------------------

    @Test
    void resizesAPhotographAsInThePaper() {
        assertThat(ResizeAndCenterCrop.of(500, 375, 256))
                .isEqualTo(new ResizeAndCenterCrop(0, 0, 500, 375, 341, 256, 256));
        assertThat(ResizeAndCenterCrop.of(500, 375, 256).cropLeft()).isEqualTo(42);
        assertThat(ResizeAndCenterCrop.of(2, 60_001, 256))
                .isEqualTo(new ResizeAndCenterCrop(0, 29_992, 2, 17, 256, 2176, 256));
        assertThat(ResizeAndCenterCrop.of(256, 300, 256).fits()).isTrue();
    }

    @Test
    void leavingOutTheEndsOfAStripKeepsItsCenter() {
        for (int length = 1; length < 100; length++) {
            ResizeAndCenterCrop resized = ResizeAndCenterCrop.of(1, length, 256);
            assertThat(resized.top() * 256 + resized.cropTop()).isEqualTo((length - 1) * 128);
        }
    }

    @Property
    void theCropIsInTheCenter(
            @ForAll @IntRange(min = 1) int width,
            @ForAll @IntRange(min = 1) int height,
            @ForAll @IntRange(min = 1, max = Preprocessing.MAX_RESIZE) int side) {
        ResizeAndCenterCrop resized = ResizeAndCenterCrop.of(width, height, side);
        assertThat(Math.min(resized.scaledWidth(), resized.scaledHeight())).isEqualTo(side);
        assertThat(Math.max(resized.scaledWidth(), resized.scaledHeight())).isLessThanOrEqualTo(9 * side);
        assertThat(resized.scaledWidth() - side - 2 * resized.cropLeft()).isBetween(0, 1);
        assertThat(resized.scaledHeight() - side - 2 * resized.cropTop()).isBetween(0, 1);
        assertThat(width - resized.width()).isEqualTo(2 * resized.left()); // nothing moves the middle
        assertThat(height - resized.height()).isEqualTo(2 * resized.top());
    }
}
