package net.alexnet.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import net.alexnet.data.image.ImageHeader.Alpha;
import net.alexnet.data.image.ImageHeader.Format;
import org.junit.jupiter.api.Test;

class ImageHeaderTest {
    @Test
    void readsTheSizeThatOtherProgramsWrite() throws IOException {
        for (Format format : new Format[] {Format.JPEG, Format.PNG, Format.GIF, Format.BMP, Format.TIFF}) {
            byte[] file = file(format, 301, 77, BufferedImage.TYPE_INT_RGB);
            ImageHeader header = ImageHeader.of(file).orElseThrow();
            assertThat(header.format()).isEqualTo(format);
            assertThat(header.width()).isEqualTo(301);
            assertThat(header.height()).isEqualTo(77);
            assertThat(header.alpha()).isEqualTo(format == Format.GIF ? Alpha.STRAIGHT : Alpha.NONE);
            assertThat(header.scans()).isEqualTo(1);
        }
        byte[] transparent = file(Format.PNG, 301, 77, BufferedImage.TYPE_INT_ARGB);
        assertThat(ImageHeader.of(transparent))
                .contains(new ImageHeader(Format.PNG, 301, 77, Alpha.STRAIGHT, 1, 4));
    }

    @Test
    void aProgressiveJpegIsKeptAsCoefficients() throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam progressive = writer.getDefaultWriteParam();
        progressive.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file)) {
            writer.setOutput(out);
            BufferedImage image = new BufferedImage(301, 77, BufferedImage.TYPE_INT_RGB);
            writer.write(null, new IIOImage(image, null, null), progressive);
        }
        writer.dispose();
        assertThat(ImageHeader.of(file.toByteArray()))
                .contains(new ImageHeader(Format.JPEG, 301, 77, Alpha.NONE, 10, 3 * Short.BYTES));
    }

    @Test
    void theMemoryNeededDependsOnTheFormat() throws IOException {
        byte[] png = file(Format.PNG, 301, 77, BufferedImage.TYPE_INT_ARGB);
        png[24] = 16; // bits
        assertThat(ImageHeader.of(png).orElseThrow().workspace()).isEqualTo(4 * Short.BYTES);
        byte[] opaque = file(Format.PNG, 301, 77, BufferedImage.TYPE_INT_RGB);
        assertThat(ImageHeader.of(opaque).orElseThrow().workspace()).isZero();
        byte[] animated = with(opaque, chunk("acTL", 8));
        assertThat(ImageHeader.of(animated).orElseThrow().workspace()).isEqualTo(3 * 4);
        byte[] jpeg = file(Format.JPEG, 301, 77, BufferedImage.TYPE_INT_RGB);
        ByteBuffer turned = ByteBuffer.allocate(jpeg.length + 36);
        turned.put(jpeg, 0, 2).putShort((short) 0xFFE1).putShort((short) 34);
        turned.put("Exif\0\0MM\0*".getBytes(StandardCharsets.US_ASCII)).putInt(8).putShort((short) 1);
        turned.putShort((short) 274).putShort((short) 3).putInt(1).putShort((short) 6).put(new byte[6]);
        turned.put(jpeg, 2, jpeg.length - 2);
        assertThat(ImageHeader.of(turned.array()))
                .contains(new ImageHeader(Format.JPEG, 301, 77, Alpha.NONE, 1, 3));
        byte[] tile = tiff(256, 10, 257, 10, 258, 8, 277, 3, 322, 1000, 323, 500); // 5,000 times the picture
        assertThat(ImageHeader.of(tile)).contains(new ImageHeader(Format.TIFF, 10, 10, Alpha.NONE, 1, 35_000));
        byte[] strips = tiff(256, 10, 257, 700, 258, 8, 277, 3, 278, 7);
        assertThat(ImageHeader.of(strips)).contains(new ImageHeader(Format.TIFF, 10, 700, Alpha.NONE, 1, 1));
    }

    @Test
    void absurdDepthsDoNotOverflow() {
        byte[] file = tiff(256, 10, 257, 10, 258, 0x2000, 338, 2);
        file[8 + 2 + 2 * 12 + 3] = 4; // 32 bits wide, of which 0x2000 are the upper 16
        assertThat(ImageHeader.of(file).orElseThrow().workspace()).isEqualTo(4 + 8 + 4 * 8);
    }

    @Test
    void theFirstOfTwoEntriesOfATiffCounts() {
        byte[] file = tiff(256, 30_000, 256, 1, 257, 20_000, 257, 1, 338, 2, 338, 0);
        ImageHeader header = ImageHeader.of(file).orElseThrow();
        assertThat(header.pixels()).isEqualTo(600_000_000);
        assertThat(header.alpha()).isEqualTo(Alpha.STRAIGHT);
    }

    @Test
    void transparencyIsFoundBehindLongChunks() throws IOException {
        byte[] png = file(Format.PNG, 20, 10, BufferedImage.TYPE_INT_RGB);
        byte[] comment = with(png, chunk("tEXt", 5000));
        assertThat(ImageHeader.of(comment).orElseThrow().alpha()).isEqualTo(Alpha.NONE);
        byte[] both = with(with(png, chunk("tRNS", 6)), chunk("tEXt", 5000));
        assertThat(ImageHeader.of(both).orElseThrow().alpha()).isEqualTo(Alpha.STRAIGHT);
        byte[] text = chunk("tEXt", 8);
        System.arraycopy("tRNStRNS".getBytes(StandardCharsets.US_ASCII), 0, text, 8, 8);
        assertThat(ImageHeader.of(with(png, text)).orElseThrow().alpha()).isEqualTo(Alpha.NONE);
    }

    /// libpng makes room for a chunk before it looks for its end.
    @Test
    void aChunkLongerThanTheFileIsABrokenPng() throws IOException {
        byte[] text = chunk("tEXt", 8);
        System.arraycopy(new byte[] {0x7F, -1, -1, -1}, 0, text, 0, 4);
        assertThat(ImageHeader.of(with(file(Format.PNG, 20, 10, BufferedImage.TYPE_INT_RGB), text)).orElseThrow()
                .pixels()).isZero();
        byte[] png = file(Format.PNG, 20, 10, BufferedImage.TYPE_INT_RGB);
        byte[] more = Arrays.copyOf(png, png.length + 20);
        Arrays.fill(more, png.length, more.length, (byte) 'x');
        assertThat(ImageHeader.of(more).orElseThrow().pixels()).as("bytes behind the end").isEqualTo(200);
    }

    @Test
    void aFileThatEndsAnywhereIsNoError() throws IOException {
        for (Format format : new Format[] {Format.JPEG, Format.PNG, Format.GIF, Format.BMP, Format.TIFF}) {
            byte[] file = file(format, 20, 10, BufferedImage.TYPE_INT_RGB);
            for (int length = 0; length < Math.min(file.length, 400); length++) {
                ImageHeader.of(Arrays.copyOf(file, length))
                        .ifPresent(header -> assertThat(header.pixels()).isBetween(0L, 200L));
            }
        }
    }

    @Test
    void aPnmMustHoldItsSamples() {
        assertThat(ImageHeader.of(text("P6 2 1 255 abcdef")))
                .contains(new ImageHeader(Format.PNM, 2, 1, Alpha.NONE, 1, 0));
        assertThat(ImageHeader.of(text("P4\n#9 9\n9 1\nab")).orElseThrow().pixels()).isEqualTo(9);
        for (String broken : List.of("P6 2 1 255 abcde", "P5 2 1 65535 abc", "P4 9 1 a", "P2 3 1 9 1", "P5 0 0 255 a",
                "P5 9999999999 1 255 a", "P6 999999999 999999999 255 a", "P5 2 #", "P5 2", "P6 x 2 255 abc")) {
            assertThat(ImageHeader.of(text(broken)).orElseThrow().pixels()).as(broken).isZero();
        }
    }

    @Test
    void namesKindsThatAreNotRead() {
        assertThat(ImageHeader.unread(tiff(254, 1, 256, 10, 257, 10, 258, 8))).contains("camera raw");
        assertThat(ImageHeader.unread(tiff(256, 10, 257, 10, 258, 32, 339, 3)).orElseThrow()).contains("32");
        assertThat(ImageHeader.unread(tiff(256, 10, 257, 10, 258, 16))).isEmpty();
        assertThat(ImageHeader.unread(text("P5 1 1 1023 ab")).orElseThrow()).contains("1023");
        assertThat(ImageHeader.unread(text("P5 1 1 "))).isEmpty();
        assertThat(ImageHeader.unread(text("P2 1 1 1023 9"))).isEmpty();
        assertThat(ImageHeader.unread(new byte[0])).isEmpty();
    }

    @Test
    void namesOtherFormats() {
        Map<String, String> names = Map.of("....ftypheix", "HEIC", "....ftypavif", "AVIF", "\0\0\0\fjP  \r\n",
                "JPEG 2000",
                "....ftypqt  ", "video", " \n<!DOCTYPE html>", "HTML", "PK\u0003\u0004", "zip", "8BPS", "Photoshop");
        names.forEach((start, name) -> assertThat(OtherFormats.of(text(start))).contains(name));
        assertThat(OtherFormats.of(text("words"))).isEmpty();
        assertThat(OtherFormats.of(new byte[0])).isEmpty();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void anythingElseHasNoHeader() {
        assertThat(ImageHeader.of(new byte[0])).isEmpty();
        assertThat(ImageHeader.of("<html>404</html>".getBytes(StandardCharsets.US_ASCII))).isEmpty();
    }

    @Test
    void absurdSizesDoNotOverflow() {
        assertThat(new ImageHeader(Format.PNG, 0xFFFFFFFFL, 0xFFFFFFFFL, Alpha.NONE, 1, 0).pixels())
                .isGreaterThan(1L << 62);
    }

    /// A PNG with one more chunk after its header.
    private static byte[] with(byte[] png, byte[] chunk) {
        int header = 8 + 25;
        ByteBuffer file = ByteBuffer.allocate(png.length + chunk.length);
        return file.put(png, 0, header).put(chunk).put(png, header, png.length - header).array();
    }

    private static byte[] chunk(String type, int length) {
        ByteBuffer chunk = ByteBuffer.allocate(length + 12);
        return chunk.putInt(length).put(type.getBytes(StandardCharsets.US_ASCII)).array();
    }

    /// Only a directory: tags and values in turn.
    private static byte[] tiff(int... entries) {
        ByteBuffer file = ByteBuffer.allocate(10 + 6 * entries.length);
        file.put("MM\0*".getBytes(StandardCharsets.US_ASCII)).putInt(8).putShort((short) (entries.length / 2));
        for (int i = 0; i < entries.length; i += 2) {
            file.putShort((short) entries[i]).putShort((short) 3).putInt(1).putShort((short) entries[i + 1]);
            file.putShort((short) 0);
        }
        return file.array();
    }

    private static byte[] file(Format format, int width, int height, int type) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        BufferedImage image = new BufferedImage(width, height, type);
        assertThat(ImageIO.write(image, format.name().toLowerCase(Locale.ROOT), file)).isTrue();
        return file.toByteArray();
    }
}
