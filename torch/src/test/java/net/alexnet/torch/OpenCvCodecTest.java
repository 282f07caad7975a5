package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.zip.CRC32;
import net.alexnet.data.image.Encoding;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ResizeAndCenterCrop;
import net.alexnet.data.image.UnreadableImageException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
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
    void readsEveryFormUprightAsRgb(String name) throws Exception {
        Image image = CODEC.decode(file(name), 3);
        assertThat(image.width()).isEqualTo(WIDTH);
        assertThat(image.height()).isEqualTo(HEIGHT);
        assertThat(greatestDifference(image, WIDTH)).isLessThan(name.startsWith("palette") ? 40 : 12); // 256 colors
        Image gray = CODEC.decode(file(name), 1);
        assertThat(gray.channels()).isEqualTo(1);
        assertThat(gray.width()).isEqualTo(WIDTH);
        assertThat(sample(gray, WIDTH - 1, HEIGHT - 1, 0)).isBetween(220, 246); // .299 · 255 + .587 · 255 + .114 · 64
    }

    @ParameterizedTest
    @ValueSource(strings = {"grey.jpg", "grey-16.png"})
    void convertsGrayToRgb(String name) throws Exception {
        Image color = CODEC.decode(file(name), 3);
        Image gray = CODEC.decode(file(name), 1);
        for (int x = 0; x < WIDTH; x++) {
            assertThat(sample(gray, x, 9, 0)).isCloseTo(x * 255 / (WIDTH - 1), within(3));
            for (int c = 0; c < 3; c++) {
                assertThat(sample(color, x, 9, c)).isEqualTo(sample(gray, x, 9, 0));
            }
        }
    }

    @Test
    void compositesTransparentImagesOverWhite() throws Exception {
        Image image = CODEC.decode(file("alpha.png"), 3);
        assertThat(greatestDifference(image, WIDTH / 2)).isZero();
        for (int c = 0; c < 3; c++) {
            assertThat(sample(image, WIDTH / 2, 5, c)).isEqualTo(255);
        }
        assertThat(sample(CODEC.decode(file("alpha.png"), 1), WIDTH - 1, 5, 0)).isEqualTo(255);
    }

    @Test
    void turnsTransparentImagesUpright() throws Exception {
        Image stored = CODEC.decode(file("alpha.png"), 3);
        for (int orientation = 1; orientation <= 8; orientation++) {
            Image upright = CODEC.decode(withExif(file("alpha.png"), orientation), 3);
            boolean lies = orientation > 4;
            assertThat(upright.width()).isEqualTo(lies ? HEIGHT : WIDTH);
            for (int y = 0; y < HEIGHT; y++) {
                for (int x = 0; x < WIDTH; x++) {
                    int fromRight = WIDTH - 1 - x;
                    int fromBelow = HEIGHT - 1 - y;
                    int[] at = switch (orientation) { // EXIF: where the stored first row and first column are to stand
                        case 1 -> new int[] {x, y}; // top, left
                        case 2 -> new int[] {fromRight, y}; // top, right
                        case 3 -> new int[] {fromRight, fromBelow}; // bottom, right
                        case 4 -> new int[] {x, fromBelow}; // bottom, left
                        case 5 -> new int[] {y, x}; // left, top
                        case 6 -> new int[] {fromBelow, x}; // right, top
                        case 7 -> new int[] {fromBelow, fromRight}; // right, bottom
                        default -> new int[] {y, fromRight}; // left, bottom
                    };
                    assertThat(sample(upright, at[0], at[1], 0)).isEqualTo(sample(stored, x, y, 0));
                    assertThat(sample(upright, at[0], at[1], 1)).isEqualTo(sample(stored, x, y, 1));
                }
            }
        }
    }

    @Test
    void compositesTransparentTiffsOverWhite() throws Exception {
        byte[] expected = {(byte) 244, (byte) 224, (byte) 204}; // a fifth of the color, four fifths of white
        for (int bits : new int[] {8, 16}) {
            byte[] straight = tiff(bits, 2, 200, 100, 0, 51);
            assertThat(CODEC.decode(straight, 3).samples()).isEqualTo(expected);
            assertThat(CODEC.resizeAndCenterCrop(straight, 2, 3).samples()).startsWith(expected);
            byte[] premultiplied = tiff(bits, 1, 40, 20, 0, 51);
            assertThat(CODEC.decode(premultiplied, 3).samples()).isEqualTo(expected);
        }
        unreadable(tiff(32, 2, 200, 100, 0, 51), "32-bit floating-point");
    }

    @Test
    void refusesATiffThatNamesASecondSmallerSize() {
        ByteBuffer file = ByteBuffer.wrap(tiff(8, 2, 200, 100, 0, 51));
        file.putShort(10 + 8, (short) 20_000).putShort(10 + 12 + 8, (short) 20_000); // width, height
        file.putShort(10 + 9 * 12, (short) 256).putShort(10 + 11 * 12, (short) 257); // both again, 1
        unreadable(file.array(), "20000 × 20000 pixels");
    }

    @Test
    void refusesAJpegOfVeryManyScans() throws Exception {
        byte[] jpeg = file("progressive.jpg");
        ByteBuffer scans = ByteBuffer.allocate(jpeg.length + 10 * OpenCvCodec.MAX_SCANS);
        scans.put(jpeg, 0, jpeg.length - 2);
        for (int i = 0; i < OpenCvCodec.MAX_SCANS; i++) {
            scans.putShort((short) 0xFFDA).putShort((short) 8).putInt(0x01010000).putShort((short) 0x0000);
        }
        scans.put(jpeg, jpeg.length - 2, 2);
        unreadable(scans.array(), "scans; the limit is 500");
    }

    @Test
    void refusesAPictureThatNeedsTooManyBytes() throws Exception {
        byte[] png = file("alpha.png");
        ByteBuffer.wrap(png).putInt(16, 13_000).putInt(20, 13_000).put(24, (byte) 16);
        assertThatThrownBy(() -> CODEC.resizeAndCenterCrop(png, 16, 3))
                .isInstanceOf(UnreadableImageException.class)
                .hasMessageStartingWith("needs up to 1,859,")
                .hasMessageContaining("the limit is 734,003,200");
        byte[] jpeg = file("plain.jpg");
        int frame = new String(jpeg, StandardCharsets.ISO_8859_1).indexOf("\u00FF\u00C0");
        ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) 13_341).putShort(frame + 7, (short) 13_341);
        byte[] largest = Arrays.copyOf(jpeg, jpeg.length - 20); // 178 million pixels, of which most are missing
        assertThatThrownBy(() -> CODEC.resizeAndCenterCrop(largest, 16, 3))
                .isInstanceOf(UnreadableImageException.class)
                .hasMessageContaining("a broken JPEG");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "plain.jpg", "progressive.jpg", "cmyk.jpg", "exif-6.jpg", "palette.png", "palette.gif", "alpha.png",
        "png-named.jpg", "plain.bmp", "plain.webp", "plain.tif", "grey.jpg", "grey-16.png"
    })
    void aCropEqualsDecodingResizingAndCropping(String name) throws Exception {
        cropIsTheCenter(file(name));
    }

    @Test
    void aCropOfAnySizeEqualsDecodingResizingAndCropping() throws Exception {
        int[][] sizes = {{1, 1}, {7, 7}, {16, 16}, {16, 31}, {47, 32}, {40, 3}, {3, 40}, {900, 16}, {33, 411},
            {170, 256}};
        for (int[] size : sizes) {
            cropIsTheCenter(CODEC.encode(noise(size[0], size[1], 3), Encoding.LOSSLESS));
            cropIsTheCenter(CODEC.encode(noise(size[0], size[1], 1), Encoding.PAPER));
        }
    }

    @Test
    void aTruncatedFileIsBroken() throws Exception {
        for (String name : List.of("plain.jpg", "progressive.jpg", "cmyk.jpg")) {
            byte[] jpeg = file(name);
            for (int cut = 3; cut < jpeg.length; cut += 1 + cut / 20) { // the last 2 bytes only say that it ends
                byte[] rest = Arrays.copyOf(jpeg, jpeg.length - cut);
                assertThatThrownBy(() -> CODEC.decode(rest, 3)).isInstanceOf(UnreadableImageException.class);
                assertThatThrownBy(() -> CODEC.resizeAndCenterCrop(rest, 16, 3))
                        .isInstanceOf(UnreadableImageException.class);
            }
            byte[] more = Arrays.copyOf(jpeg, jpeg.length + 999);
            assertThat(CODEC.decode(more, 3).samples()).isEqualTo(CODEC.decode(jpeg, 3).samples());
        }
    }

    @Test
    void namesFormatsThatAreNotRead() {
        unreadable("#?RADIANCE\n\n-Y 1 +X 1\n0000".getBytes(StandardCharsets.US_ASCII), "Radiance HDR");
        unreadable("....ftypheic........mif1heic".getBytes(StandardCharsets.US_ASCII),
                "HEIC, which is not read; convert it to JPEG");
        unreadable("P5 2 2 100 abcd".getBytes(StandardCharsets.US_ASCII), "100");
    }

    @Test
    void readsPnm() throws Exception {
        byte[] color = {1, 2, 3, (byte) 255, 0, 77};
        byte[] header = "P6\n# a comment\n2 1\n255\n".getBytes(StandardCharsets.US_ASCII);
        byte[] file = ByteBuffer.allocate(header.length + color.length).put(header).put(color).array();
        assertThat(CODEC.decode(file, 3).samples()).isEqualTo(color);
        unreadable(Arrays.copyOf(file, file.length - 1), "a broken PNM");
        assertThat(CODEC.decode("P2 2 1 15 15 0\n".getBytes(StandardCharsets.US_ASCII), 1).samples())
                .containsExactly((byte) 255, (byte) 0);
        assertThat(CODEC.decode("P1 2 1 10".getBytes(StandardCharsets.US_ASCII), 1).samples()).containsExactly((byte) 0,
                (byte) 255);
        byte[] deep = "P5 1 1 65535 AA".getBytes(StandardCharsets.US_ASCII);
        assertThat(CODEC.decode(deep, 1).samples()).containsExactly((byte) 'A');
    }

    @Test
    void readsBigTiff() throws Exception {
        int[][] entries = {{256, 2}, {257, 1}, {258, 8}, {259, 1}, {262, 1}, {273, 212}, {277, 1}, {278, 1}, {279, 2}};
        ByteBuffer file = ByteBuffer.allocate(214);
        file.put("MM".getBytes(StandardCharsets.US_ASCII)).putShort((short) 43).putInt(8 << 16).putLong(16).putLong(9);
        for (int[] entry : entries) {
            file.putShort((short) entry[0]).putShort((short) 16).putLong(1).putLong(entry[1]);
        }
        file.put(212, (byte) 7).put(213, (byte) 200);
        assertThat(CODEC.decode(file.array(), 1).samples()).containsExactly((byte) 7, (byte) 200);
        file.putLong(24 + 12, Long.MAX_VALUE); // the width
        unreadable(file.array(), Long.MAX_VALUE + " × 1 pixels");
    }

    @Test
    void encodedImagesDecodeAgain() throws Exception {
        for (int channels : new int[] {1, 3}) {
            Image image = CODEC.decode(file("png-named.jpg"), channels);
            byte[] png = CODEC.encode(image, Encoding.LOSSLESS);
            assertThat(CODEC.decode(png, channels).samples()).isEqualTo(image.samples());
            byte[] jpeg = CODEC.encode(image, Encoding.PAPER);
            assertThat(CODEC.encode(image, Encoding.PAPER)).isEqualTo(jpeg);
            Image read = CODEC.decode(jpeg, channels);
            for (int i = 0; i < read.samples().length; i++) {
                assertThat(read.samples()[i] & 0xFF).isCloseTo(image.samples()[i] & 0xFF, within(12));
            }
        }
    }

    @Test
    void messagesSayWhyAFileIsNotAnImage() throws Exception {
        unreadable(new byte[0], "an empty file");
        unreadable("<html>404</html>".getBytes(StandardCharsets.US_ASCII), "HTML");
        unreadable("some text".getBytes(StandardCharsets.US_ASCII), "not a picture");
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
                .isInstanceOf(UnreadableImageException.class)
                .hasMessageContaining("the limit is 1,535");
        assertThatThrownBy(() -> new OpenCvCodec(WIDTH * HEIGHT - 1).resizeAndCenterCrop(file("plain.jpg"), 8, 3))
                .isInstanceOf(UnreadableImageException.class)
                .hasMessageContaining("the limit is 1,535");
        assertThat(new OpenCvCodec(WIDTH * HEIGHT).decode(file("plain.jpg"), 3).width()).isEqualTo(WIDTH);
        assertThatIllegalArgumentException().isThrownBy(() -> new OpenCvCodec(0));
        assertThatIllegalArgumentException().isThrownBy(() -> new OpenCvCodec(OpenCvCodec.OPENCV_MAX_PIXELS + 1));
    }

    @Test
    void shrinksByAreaAndGrowsByCubic() {
        Image checks = new Image(4, 2, 1, new byte[] {0, 100, 20, 40, 100, 0, 40, 20});
        assertThat(CODEC.resize(checks, 2, 1).samples()).containsExactly(50, 30);
        Image step = new Image(4, 1, 1, new byte[] {100, 100, 110, 110});
        byte[] grown = CODEC.resize(step, 16, 4).samples();
        assertThat(grown).hasSize(64).contains(99).contains(111); // cubic overshoots beside a step
    }

    @Test
    void shrinksAsOpenCvDoes() {
        int[][] sizes = {{500, 375, 341, 256}, {375, 500, 256, 341}, {300, 300, 299, 150}, {64, 40, 7, 5}};
        for (int[] size : sizes) {
            for (int channels : new int[] {1, 3}) {
                Image image = noise(size[0], size[1], channels);
                byte[] ours = CODEC.resize(image, size[2], size[3]).samples();
                byte[] theirs = new byte[ours.length];
                try (BytePointer bytes = new BytePointer(image.samples());
                        Mat from = new Mat(size[1], size[0], opencv_core.CV_8UC(channels), bytes);
                        Mat to = new Mat();
                        Size target = new Size(size[2], size[3])) {
                    opencv_imgproc.resize(from, to, target, 0, 0, opencv_imgproc.INTER_AREA);
                    to.data().get(theirs);
                }
                for (int i = 0; i < ours.length; i++) {
                    assertThat(Math.abs((ours[i] & 0xFF) - (theirs[i] & 0xFF))).isLessThanOrEqualTo(1);
                }
            }
        }
    }

    @Test
    void cropsKeepTheCenter() throws Exception {
        Image resized = ResizeAndCenterCrop.middle(CODEC.decode(file("png-named.jpg"), 3), 16, CODEC);
        assertThat(sample(resized, 0, 8, 0)).isCloseTo(8 * 255 / 47, within(6)); // column 8 of 48 stands at the left
        assertThat(sample(resized, 15, 8, 0)).isCloseTo(39 * 255 / 47, within(6));
    }

    /// Decoding takes its share of the memory that all decoders have, and returns it after a failure too.
    @Test
    void returnsItsShareOfMemory() throws Exception {
        int all = OpenCvCodec.KIB.availablePermits();
        byte[] file = new OpenCvCodec().encode(new Image(64, 48, 3, new byte[64 * 48 * 3]), Encoding.PAPER);
        OpenCvCodec.KIB.acquire(all);
        Thread waiting = Thread.ofPlatform().start(() -> {
            var _ = catchThrowable(() -> new OpenCvCodec().decode(file, 3));
        });
        waiting.join(Duration.ofMillis(50));
        assertThat(waiting.isAlive()).isTrue();
        OpenCvCodec.KIB.release(all);
        waiting.join();
        unreadable(Arrays.copyOf(file, file.length / 2), "broken");
        assertThat(OpenCvCodec.KIB.availablePermits()).isEqualTo(all);
    }

    @Test
    void keepsNoNativeMemory() throws Exception {
        byte[][] files = {file("plain.jpg"), file("alpha.png"), Arrays.copyOf(file("plain.jpg"), 300)};
        long before = Pointer.totalCount();
        for (int i = 0; i < 200; i++) {
            try {
                CODEC.resize(CODEC.decode(files[i % 3], 3), 60, 60);
                CODEC.encode(CODEC.resizeAndCenterCrop(files[i % 3], 30, 3), Encoding.PAPER);
            } catch (UnreadableImageException e) {
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
                    .isInstanceOf(UnreadableImageException.class)
                    .hasMessageContaining(why);
        }
    }

    private static void cropIsTheCenter(byte[] file) throws UnreadableImageException {
        for (int channels : new int[] {1, 3}) {
            for (int side : new int[] {1, 16, 32, 61}) {
                Image middle = ResizeAndCenterCrop.middle(CODEC.decode(file, channels), side, CODEC);
                Image resized = CODEC.resizeAndCenterCrop(file, side, channels);
                assertThat(resized.width()).isEqualTo(side);
                assertThat(resized.height()).isEqualTo(side);
                assertThat(resized.samples()).isEqualTo(middle.samples());
            }
        }
    }

    private static Image noise(int width, int height, int channels) {
        byte[] samples = new byte[width * height * channels];
        new Random(width).nextBytes(samples);
        return new Image(width, height, channels, samples);
    }

    /// A PNG with a chunk of EXIF data after its header.
    private static byte[] withExif(byte[] png, int orientation) {
        ByteBuffer chunk = ByteBuffer.allocate(4 + 26);
        chunk.put("eXIfMM".getBytes(StandardCharsets.US_ASCII)).putShort((short) 42).putInt(8).putShort((short) 1);
        chunk.putShort((short) 274).putShort((short) 3).putInt(1).putShort((short) orientation);
        CRC32 crc = new CRC32();
        crc.update(chunk.array());
        int header = 8 + 25;
        ByteBuffer file = ByteBuffer.allocate(png.length + 12 + 26);
        file.put(png, 0, header).putInt(26).put(chunk.array()).putInt((int) crc.getValue());
        return file.put(png, header, png.length - header).array();
    }

    /// One pixel: red, green, blue and alpha of 8, 16 or 32 bits, the last as floating point.
    ///
    /// @param extra 1 if the colors have been multiplied by alpha, 2 if not
    private static byte[] tiff(int bits, int extra, int... samples) {
        int format = bits == 32 ? 3 : 1;
        int pixel = 8 + 2 + 12 * 12 + 4 * 2;
        int[][] entries = {
            {256, 1}, {257, 1}, {258, bits}, {259, 1}, {262, 2}, {273, pixel}, {277, 4}, {278, 1}, {279, bits / 2},
            {284, 1}, {338, extra}, {339, format}
        };
        ByteBuffer file = ByteBuffer.allocate(pixel + bits / 2);
        file.put("MM".getBytes(StandardCharsets.US_ASCII)).putShort((short) 42).putInt(8);
        file.putShort((short) entries.length);
        for (int[] entry : entries) {
            boolean isDepth = entry[0] == 258; // four of them, which stand before the pixel
            file.putShort((short) entry[0]).putShort((short) 3).putInt(isDepth ? 4 : 1);
            file.putShort((short) (isDepth ? 0 : entry[1])).putShort((short) (isDepth ? pixel - 8 : 0));
        }
        for (int i = 0; i < 4; i++) {
            file.putShort((short) bits);
        }
        for (int sample : samples) {
            switch (bits) {
                case 8 -> file.put((byte) sample);
                case 16 -> file.putShort((short) (257 * sample));
                default -> file.putFloat(sample / 255f);
            }
        }
        return file.array();
    }

    private static int greatestDifference(Image image, int columns) {
        int greatest = 0;
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < columns; x++) {
                greatest = Math.max(greatest, Math.abs(sample(image, x, y, 0) - x * 255 / (WIDTH - 1)));
                greatest = Math.max(greatest, Math.abs(sample(image, x, y, 1) - y * 255 / (HEIGHT - 1)));
                greatest = Math.max(greatest, Math.abs(sample(image, x, y, 2) - 64));
            }
        }
        return greatest;
    }

    private static int sample(Image image, int x, int y, int channel) {
        return image.samples()[(y * image.width() + x) * image.channels() + channel] & 0xFF;
    }

    private static byte[] file(String name) throws IOException {
        try (InputStream in = OpenCvCodecTest.class.getResourceAsStream("pictures/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
