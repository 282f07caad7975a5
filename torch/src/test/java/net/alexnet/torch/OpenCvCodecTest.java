package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import net.alexnet.image.Picture;
import net.alexnet.image.Squares;
import net.alexnet.image.UnreadablePictureException;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The pictures show one gradient in many forms; `tools/pictures.py` makes them.
class OpenCvCodecTest {
    private static final int WIDTH = 48;
    private static final int HEIGHT = 32;
    private static final OpenCvCodec CODEC = new OpenCvCodec();

    @ParameterizedTest
    @ValueSource(strings = {
        "plain.jpg", "progressive.jpg", "cmyk.jpg", "exif-6.jpg", "palette.png", "palette.gif",
        "png-named.jpg", "plain.bmp", "plain.webp", "plain.tif"
    })
    void readsEveryFormUprightAsRedGreenBlue(String name) throws Exception {
        Picture picture = CODEC.decode(file(name), 3);
        assertThat(picture.width()).isEqualTo(WIDTH);
        assertThat(picture.height()).isEqualTo(HEIGHT);
        assertThat(greatestDifference(picture, WIDTH)).isLessThan(name.startsWith("palette") ? 40 : 12); // 256 colours
        Picture grey = CODEC.decode(file(name), 1);
        assertThat(grey.channels()).isEqualTo(1);
        assertThat(grey.width()).isEqualTo(WIDTH);
        assertThat(sample(grey, WIDTH - 1, HEIGHT - 1, 0)).isBetween(220, 246); // .299 · 255 + .587 · 255 + .114 · 64
    }

    @ParameterizedTest
    @ValueSource(strings = {"grey.jpg", "grey-16.png"})
    void makesGreyPicturesColour(String name) throws Exception {
        Picture colour = CODEC.decode(file(name), 3);
        Picture grey = CODEC.decode(file(name), 1);
        for (int x = 0; x < WIDTH; x++) {
            assertThat(sample(grey, x, 9, 0)).isCloseTo(x * 255 / (WIDTH - 1), within(3));
            for (int c = 0; c < 3; c++) {
                assertThat(sample(colour, x, 9, c)).isEqualTo(sample(grey, x, 9, 0));
            }
        }
    }

    @Test
    void laysTransparentPicturesOverWhite() throws Exception {
        Picture picture = CODEC.decode(file("alpha.png"), 3);
        assertThat(greatestDifference(picture, WIDTH / 2)).isZero();
        for (int c = 0; c < 3; c++) {
            assertThat(sample(picture, WIDTH / 2, 5, c)).isEqualTo(255);
        }
        assertThat(sample(CODEC.decode(file("alpha.png"), 1), WIDTH - 1, 5, 0)).isEqualTo(255);
    }

    @Test
    void saysInFewWordsWhyAFileIsNoPicture() throws Exception {
        unreadable(new byte[0], "an empty file");
        unreadable("<html>404</html>".getBytes(StandardCharsets.US_ASCII), "not a picture");
        unreadable(new byte[1000], "not a picture");
        byte[] jpeg = file("plain.jpg");
        unreadable(Arrays.copyOf(jpeg, jpeg.length * 99 / 100), "a broken JPEG");
        unreadable(Arrays.copyOf(jpeg, 40), "a broken JPEG");
        byte[] png = file("png-named.jpg");
        unreadable(Arrays.copyOf(png, png.length / 2), "a broken PNG");
    }

    @Test
    void refusesAHugePictureBeforeItAllocates() throws Exception {
        byte[] png = file("png-named.jpg");
        ByteBuffer.wrap(png).putInt(16, 3_000_000).putInt(20, 2_000_000);
        unreadable(png, "3000000 × 2000000 pixels");
        assertThatThrownBy(() -> new OpenCvCodec(WIDTH * HEIGHT - 1).decode(file("plain.jpg"), 3))
                .isInstanceOf(UnreadablePictureException.class)
                .hasMessageContaining("the limit is 1,535");
        assertThat(new OpenCvCodec(WIDTH * HEIGHT).decode(file("plain.jpg"), 3).width()).isEqualTo(WIDTH);
    }

    @Test
    void shrinksByAreaAndGrowsByCubic() {
        Picture checks = new Picture(4, 2, 1, new byte[] {0, 100, 20, 40, 100, 0, 40, 20});
        assertThat(CODEC.resize(checks, 2, 1).samples()).containsExactly(50, 30);
        Picture step = new Picture(4, 1, 1, new byte[] {100, 100, 110, 110});
        byte[] grown = CODEC.resize(step, 16, 4).samples();
        assertThat(grown).hasSize(64).contains(99).contains(111); // cubic overshoots beside a step
    }

    @Test
    void squaresKeepTheMiddle() throws Exception {
        Picture square = Squares.middle(CODEC.decode(file("png-named.jpg"), 3), 16, CODEC);
        assertThat(sample(square, 0, 8, 0)).isCloseTo(8 * 255 / 47, within(6)); // column 8 of 48 stands at the left
        assertThat(sample(square, 15, 8, 0)).isCloseTo(39 * 255 / 47, within(6));
    }

    @Test
    void keepsNoNativeMemory() throws Exception {
        byte[][] files = {file("plain.jpg"), file("alpha.png"), Arrays.copyOf(file("plain.jpg"), 300)};
        long before = Pointer.totalCount();
        for (int i = 0; i < 200; i++) {
            try {
                CODEC.resize(CODEC.decode(files[i % 3], 3), 30, 30);
            } catch (UnreadablePictureException e) {
                assertThat(i % 3).isEqualTo(2);
            }
        }
        assertThat(Pointer.totalCount()).isEqualTo(before);
    }

    @Test
    void refusesOtherNumbersOfChannels() {
        assertThatIllegalArgumentException().isThrownBy(() -> CODEC.decode(file("plain.jpg"), 4));
    }

    private static void unreadable(byte[] file, String why) {
        for (int channels : new int[] {1, 3}) {
            assertThatThrownBy(() -> CODEC.decode(file, channels))
                    .isInstanceOf(UnreadablePictureException.class)
                    .hasMessageContaining(why);
        }
    }

    private static int greatestDifference(Picture picture, int columns) {
        int greatest = 0;
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < columns; x++) {
                greatest = Math.max(greatest, Math.abs(sample(picture, x, y, 0) - x * 255 / (WIDTH - 1)));
                greatest = Math.max(greatest, Math.abs(sample(picture, x, y, 1) - y * 255 / (HEIGHT - 1)));
                greatest = Math.max(greatest, Math.abs(sample(picture, x, y, 2) - 64));
            }
        }
        return greatest;
    }

    private static int sample(Picture picture, int x, int y, int channel) {
        return picture.samples()[(y * picture.width() + x) * picture.channels() + channel] & 0xFF;
    }

    private static byte[] file(String name) throws IOException {
        try (InputStream in = OpenCvCodecTest.class.getResourceAsStream("pictures/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
