package net.alexnet.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ImageTest {
    @Test
    void mirroringExchangesLeftAndRight() {
        assertThat(new Image(3, 2, 1, new byte[] {1, 2, 3, 4, 5, 6}).mirrored().samples())
                .containsExactly(3, 2, 1, 6, 5, 4);
        assertThat(new Image(2, 1, 3, new byte[] {1, 2, 3, 4, 5, 6}).mirrored().samples())
                .containsExactly(4, 5, 6, 1, 2, 3);
    }

    @Test
    void cropCopiesTheSamplesOfThePart() {
        for (int channels : new int[] {1, 3}) {
            Image image = TestImages.pattern(9, 7, channels, 1);
            Image part = image.crop(2, 3, 5, 4);
            for (int y = 0; y < 4; y++) {
                for (int x = 0; x < 5; x++) {
                    for (int c = 0; c < channels; c++) {
                        assertThat(TestImages.sample(part, x, y, c))
                                .isEqualTo(TestImages.sample(image, x + 2, y + 3, c));
                    }
                }
            }
        }
    }

    @Test
    void refusesPartsBeyondTheEdge() {
        Image image = TestImages.pattern(9, 7, 1, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> image.crop(5, 0, 5, 4))
                .withMessageContaining("5 × 4 at (5, 0)");
        assertThatIllegalArgumentException().isThrownBy(() -> image.crop(-1, 0, 5, 4));
    }
}
