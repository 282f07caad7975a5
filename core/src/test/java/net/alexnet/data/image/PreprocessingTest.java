package net.alexnet.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PreprocessingTest {
    private static final Preprocessing PAPER = new Preprocessing(3, 256, 224, List.of(127.3, 119.7, 104.9), 1);

    @Test
    void theMeanImageIsOfTheViewsSize() {
        assertThat(PAPER.meanImage()).isEmpty();
        MeanImage image = new MeanImage(2, 1, new float[4]);
        assertThat(new Preprocessing(1, 3, 2, List.of(0.0), 1, Optional.of(image)).meanImage()).contains(image);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Preprocessing(1, 3, 3, List.of(0.0), 1, Optional.of(image)))
                .withMessageContaining("must be of 3 × 3 × 1, found 2 × 2 × 1");
    }

    @Test
    void saysWhatIsWrong() {
        refused(2, 256, 224, List.of(1.0, 2.0), 1, "channels");
        refused(1, 0, 1, List.of(1.0), 1, "resize");
        refused(1, 32, 33, List.of(1.0), 1, "crop must be 1 to resize = 32 pixels, found 33");
        refused(3, 32, 32, List.of(1.0), 1, "3 channels");
        refused(1, 32, 32, List.of(Double.NaN), 1, "mean");
        refused(1, 32, 32, List.of(256.0), 1, "mean");
        refused(1, 32, 32, List.of(1.0), 0, "scale");
    }

    @Test
    void aScaleMayBeOfEachChannel() {
        List<Double> zeros = List.of(0.0, 0.0, 0.0);
        assertThat(new Preprocessing(3, 4, 4, zeros, 0.5)).isEqualTo(
                new Preprocessing(3, 4, 4, zeros, List.of(0.5, 0.5, 0.5), Optional.empty()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Preprocessing(3, 4, 4, zeros, List.of(0.5, 0.5), Optional.empty()))
                .withMessageContaining("one value above 0 for each of the 3 channels, found [0.5, 0.5]");
    }

    private static void refused(int channels, int resize, int crop, List<Double> mean, double scale, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Preprocessing(channels, resize, crop, mean, scale))
                .withMessageContaining(why);
    }
}
