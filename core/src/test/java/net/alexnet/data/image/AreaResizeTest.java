package net.alexnet.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AreaResizeTest {
    @Test
    void aSampleIsTheWeightedMeanOfItsArea() {
        Image line = new Image(3, 1, 1, new byte[] {10, 40, (byte) 250});
        assertThat(small(line, 2, 1).samples()).containsExactly(20, (byte) 180); // (10 + 40/2) / 1.5 …
        Image block = new Image(2, 2, 3, new byte[] {0, 1, 2, 100, 3, 4, 50, 5, 6, (byte) 200, 9, 8});
        assertThat(small(block, 1, 1).samples()).containsExactly(88, 5, 5); // 87.5 and 4.5 are rounded up
    }

    @Property(tries = 200)
    void isWithinHalfAStepOfTheExactMean(
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll @IntRange(min = 1, max = 40) int height,
            @ForAll @IntRange(min = 1, max = 40) int toWidth,
            @ForAll @IntRange(min = 1, max = 40) int toHeight) {
        int w = Math.min(width, toWidth);
        int h = Math.min(height, toHeight);
        for (int channels : new int[] {1, 3}) {
            Image image = TestImages.pattern(width, height, channels, 7);
            Image small = small(image, w, h);
            for (int i = 0; i < small.samples().length; i++) {
                int pixel = i / channels;
                double exact = mean(image, w, h, pixel % w, pixel / w, i % channels);
                assertThat((double) (small.samples()[i] & 0xFF)).isCloseTo(exact, within(0.501));
            }
        }
    }

    @Property(tries = 200)
    void aPartEqualsThatPartOfTheWhole(
            @ForAll @IntRange(min = 2, max = 60) int width,
            @ForAll @IntRange(min = 2, max = 60) int height,
            @ForAll @IntRange(min = 0, max = 3) int left,
            @ForAll @IntRange(min = 0, max = 3) int top) {
        int w = Math.max(1, width * 2 / 3);
        int h = Math.max(1, height * 3 / 4);
        int x = Math.min(left, w - 1);
        int y = Math.min(top, h - 1);
        Image image = TestImages.pattern(width, height, 3, 5);
        Image part = new AreaResize(width, height, w, h)
                .part(MemorySegment.ofArray(image.samples()), width * 3L, 3, x, y, w - x, h - y);
        assertThat(part.samples())
                .isEqualTo(small(image, w, h).crop(x, y, w - x, h - y).samples());
    }

    @Test
    void aConstantImageIsUnchanged() {
        for (int value : new int[] {0, 1, 127, 128, 254, 255}) {
            byte[] samples = new byte[999 * 7];
            Arrays.fill(samples, (byte) value);
            assertThat(small(new Image(999, 7, 1, samples), 4, 3).samples()).containsOnly(value);
        }
    }

    @Test
    void refusesToEnlarge() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AreaResize(10, 10, 11, 5))
                .withMessageContaining("10 pixels cannot become 11");
    }

    private static Image small(Image image, int width, int height) {
        return new AreaResize(image.width(), image.height(), width, height)
                .part(MemorySegment.ofArray(image.samples()), (long) image.width() * image.channels(),
                        image.channels(), 0, 0, width, height);
    }

    /// By counting: every pixel is cut into `width · height` pieces, each within one pixel of the small picture.
    private static double mean(Image image, int width, int height, int x, int y, int channel) {
        double sum = 0;
        for (int j = y * image.height(); j < (y + 1) * image.height(); j++) {
            for (int i = x * image.width(); i < (x + 1) * image.width(); i++) {
                int pixel = j / height * image.width() + i / width;
                sum += image.samples()[pixel * image.channels() + channel] & 0xFF;
            }
        }
        return sum / image.width() / image.height();
    }
}
