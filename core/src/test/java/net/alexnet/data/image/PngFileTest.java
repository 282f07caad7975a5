package net.alexnet.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PngFileTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void anotherReaderFindsEverySample(int channels) throws IOException {
        Image image = TestImages.noise(13, 7, channels, 5);

        BufferedImage read = ImageIO.read(new ByteArrayInputStream(PngFile.of(image)));

        assertThat(read.getWidth()).isEqualTo(13);
        assertThat(read.getHeight()).isEqualTo(7);
        assertThat(read.getRaster().getNumBands()).isEqualTo(channels);
        for (int y = 0; y < 7; y++) {
            for (int x = 0; x < 13; x++) {
                for (int channel = 0; channel < channels; channel++) {
                    assertThat(read.getRaster().getSample(x, y, channel))
                            .isEqualTo(TestImages.sample(image, x, y, channel));
                }
            }
        }
    }
}
