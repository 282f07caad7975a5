package net.alexnet.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class CropsTest {
    @Test
    void cropTakesTheSamplesWhereTheyStand() {
        for (int channels : new int[] {1, 3}) {
            Picture picture = TestPictures.pattern(9, 7, channels, 1);
            Picture part = Crops.crop(picture, 2, 3, 5, 4);
            for (int y = 0; y < 4; y++) {
                for (int x = 0; x < 5; x++) {
                    for (int c = 0; c < channels; c++) {
                        assertThat(TestPictures.sample(part, x, y, c))
                                .isEqualTo(TestPictures.sample(picture, x + 2, y + 3, c));
                    }
                }
            }
        }
    }

    @Test
    void refusesPartsBeyondTheEdge() {
        Picture picture = TestPictures.pattern(9, 7, 1, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Crops.crop(picture, 5, 0, 5, 4))
                .withMessageContaining("5 × 4 at (5, 0)");
        assertThatIllegalArgumentException().isThrownBy(() -> Crops.crop(picture, -1, 0, 5, 4));
    }
}
