package net.alexnet.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PerceptualHashTest {
    private static int distance(Image one, Image other) {
        int best = 64;
        for (long hash : PerceptualHash.of(one)) {
            for (long wanted : PerceptualHash.of(other)) {
                best = Math.min(best, PerceptualHash.distance(hash, wanted));
            }
        }
        return best;
    }

    /// The sum over the picture of sample times wave, in the plainest form.
    @Test
    void bitsAreTheSignsOfTheCosineTransform() {
        Image gray = Scenes.scene(32, 1).withChannels(1);
        long hash = PerceptualHash.of(gray)[0];
        for (int i = 1; i < 64; i++) {
            int row = i / 8;
            int column = i % 8;
            double sum = 0;
            for (int y = 0; y < 32; y++) {
                for (int x = 0; x < 32; x++) {
                    sum += TestImages.sample(gray, x, y, 0) * Math.cos(Math.PI * (x + 0.5) * column / 32)
                            * Math.cos(Math.PI * (y + 0.5) * row / 32);
                }
            }
            assertThat((hash >> (i - 1) & 1) == 1).as("bit %d of sum %f", i, sum).isEqualTo(sum > 0);
        }
        assertThat(hash).as("63 bits").isNotNegative();
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 40, 64, 100, 256})
    void theHashOfAMirroredPictureIsTheMirroredHash(int side) {
        Image scene = Scenes.scene(side, 2);
        long[] hashes = PerceptualHash.of(scene);
        long[] mirrored = PerceptualHash.of(Scenes.mirrored(scene));
        assertThat(hashes).hasSize(PerceptualHash.COUNT);
        for (int i = 0; i < hashes.length; i++) {
            assertThat(PerceptualHash.mirrored(hashes[i])).isEqualTo(mirrored[i]);
            assertThat(PerceptualHash.mirrored(mirrored[i])).isEqualTo(hashes[i]);
        }
    }

    @Test
    void copiesAreNearAndOtherPicturesFar() {
        for (int number = 0; number < 20; number++) {
            Image scene = Scenes.scene(128, number);
            assertThat(distance(scene, Scenes.scene(64, number))).as("made smaller").isLessThanOrEqualTo(6);
            assertThat(distance(scene, Scenes.brighter(scene, 1.2, 20, 1))).as("brighter").isLessThanOrEqualTo(8);
            assertThat(distance(scene, Scenes.cropped(128, number, 0.04))).as("cropped").isLessThanOrEqualTo(6);
            assertThat(distance(scene, Scenes.scene(128, 100 + number))).as("another").isGreaterThan(10);
        }
    }
}
