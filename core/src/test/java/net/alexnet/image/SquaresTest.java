package net.alexnet.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SquaresTest {
    private final List<String> resized = new ArrayList<>();
    private final PictureCodec codec = new PictureCodec() {
        @Override
        public Picture decode(byte[] file, int channels) {
            throw new AssertionError("nothing to decode");
        }

        @Override
        public Picture resize(Picture picture, int width, int height) {
            resized.add(picture.width() + "x" + picture.height() + ">" + width + "x" + height);
            return new TestPictures.Codec().resize(picture, width, height);
        }

        @Override
        public byte[] encode(Picture picture, Encoding encoding) {
            throw new AssertionError("nothing to encode");
        }
    };

    @Test
    void scalesTheShorterSideAndKeepsTheAspect() {
        square(500, 375, 256);
        square(375, 500, 256);
        square(333, 100, 10);
        assertThat(resized).containsExactly("500x375>341x256", "375x500>256x341", "333x100>33x10");
    }

    @Test
    void takesTheMiddleHalfAPixelToTheUpperLeft() {
        Picture wide = TestPictures.pattern(9, 4, 3, 1); // surplus 5: columns 2 to 5
        assertThat(square(wide, 4).samples()).isEqualTo(Crops.crop(wide, 2, 0, 4, 4).samples());
        Picture tall = TestPictures.pattern(4, 7, 1, 1); // surplus 3: rows 1 to 4
        assertThat(square(tall, 4).samples()).isEqualTo(Crops.crop(tall, 0, 1, 4, 4).samples());
        assertThat(resized).isEmpty();
    }

    @Test
    void leavesAFittingSquareAlone() {
        Picture picture = TestPictures.pattern(8, 8, 3, 1);
        assertThat(square(picture, 8)).isSameAs(picture);
    }

    @Test
    void aLongStripDoesNotAskForItsWholeLength() {
        square(1, 60_000, 256);
        square(60_000, 1, 256);
        assertThat(resized).containsExactly("1x8>256x2048", "8x1>2048x256");
    }

    @Test
    void anySizeGivesASquare() {
        for (int width = 1; width < 40; width += 3) {
            for (int height = 1; height < 40; height += 4) {
                for (int side : new int[] {1, 7, 32}) {
                    square(width, height, side);
                }
            }
        }
    }

    private void square(int width, int height, int side) {
        square(TestPictures.pattern(width, height, 1, 1), side);
    }

    private Picture square(Picture picture, int side) {
        Picture square = Squares.middle(picture, side, codec);
        assertThat(square.width()).isEqualTo(side);
        assertThat(square.height()).isEqualTo(side);
        return square;
    }
}
