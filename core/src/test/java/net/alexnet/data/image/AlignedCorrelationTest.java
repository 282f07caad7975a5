package net.alexnet.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AlignedCorrelationTest {
    private static double correlation(Image one, Image other) {
        return AlignedCorrelation.of(one, other, Scenes.AVERAGING);
    }

    @Test
    void isOneForEqualPicturesOfAnyBrightness() {
        Image scene = Scenes.scene(64, 1);
        assertThat(correlation(scene, scene)).isBetween(0.999999, 1.000001);
        assertThat(correlation(scene, Scenes.brighter(scene, 0.5, 0, 1))).isGreaterThan(0.999);
    }

    @Test
    void findsACropAndTellsOthersApart() {
        for (int number = 0; number < 10; number++) {
            Image scene = Scenes.scene(64, number);
            Image part = Scenes.cropped(64, number, 0.03);
            assertThat(correlation(scene, part)).isGreaterThan(0.85);
            assertThat(correlation(part, scene)).isGreaterThan(0.85);
            assertThat(correlation(scene, Scenes.scene(64, 50 + number))).isLessThan(0.7);
            assertThat(correlation(scene, Scenes.mirrored(scene))).isLessThan(0.7);
        }
    }

    @Test
    void picturesOfOneColorAreLikeNone() {
        byte[] gray = new byte[64 * 64];
        Arrays.fill(gray, (byte) 200);
        Image flat = new Image(64, 64, 1, gray);
        assertThat(correlation(flat, flat)).isZero();
        assertThat(correlation(flat, Scenes.scene(64, 1))).isZero();
    }
}
