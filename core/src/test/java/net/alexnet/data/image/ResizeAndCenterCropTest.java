package net.alexnet.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
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
    void takesTheMiddleHalfAPixelToTheUpperLeft() {
        Image wide = TestImages.pattern(9, 4, 3, 1); // surplus 5: columns 2 to 5
        assertThat(resized(wide, 4).samples()).isEqualTo(wide.crop(2, 0, 4, 4).samples());
        Image tall = TestImages.pattern(4, 7, 1, 1); // surplus 3: rows 1 to 4
        assertThat(resized(tall, 4).samples()).isEqualTo(tall.crop(0, 1, 4, 4).samples());
        assertThat(resized).isEmpty();
    }

    @Test
    void leavesAFittingSquareAlone() {
        Image image = TestImages.pattern(8, 8, 3, 1);
        assertThat(resized(image, 8)).isSameAs(image);
    }

    @Test
    void aLongStripDoesNotAskForItsWholeLength() {
        resized(1, 60_000, 256);
        resized(60_000, 1, 256);
        assertThat(resized).containsExactly("1x8>256x2048", "8x1>2048x256");
    }

    @Test
    void anySizeGivesASquare() {
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
}
