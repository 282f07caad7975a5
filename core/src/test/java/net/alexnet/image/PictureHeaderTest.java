package net.alexnet.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import net.alexnet.image.PictureHeader.Format;
import org.junit.jupiter.api.Test;

class PictureHeaderTest {
    @Test
    void readsTheSizeThatOtherProgramsWrite() throws IOException {
        for (Format format : new Format[] {Format.JPEG, Format.PNG, Format.GIF, Format.BMP, Format.TIFF}) {
            byte[] file = file(format, 301, 77, BufferedImage.TYPE_INT_RGB);
            boolean alpha = format == Format.GIF;
            assertThat(PictureHeader.of(file)).contains(new PictureHeader(format, 301, 77, alpha, 0));
        }
        byte[] transparent = file(Format.PNG, 301, 77, BufferedImage.TYPE_INT_ARGB);
        assertThat(PictureHeader.of(transparent)).contains(new PictureHeader(Format.PNG, 301, 77, true, 0));
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
        assertThat(PictureHeader.of(file.toByteArray()))
                .contains(new PictureHeader(Format.JPEG, 301, 77, false, 3 * Short.BYTES));
    }

    @Test
    void aFileThatEndsAnywhereIsNoError() throws IOException {
        for (Format format : new Format[] {Format.JPEG, Format.PNG, Format.GIF, Format.BMP, Format.TIFF}) {
            byte[] file = file(format, 20, 10, BufferedImage.TYPE_INT_RGB);
            for (int length = 0; length < Math.min(file.length, 400); length++) {
                PictureHeader.of(Arrays.copyOf(file, length))
                        .ifPresent(header -> assertThat(header.pixels()).isBetween(0L, 200L));
            }
        }
    }

    @Test
    void anythingElseHasNoHeader() {
        assertThat(PictureHeader.of(new byte[0])).isEmpty();
        assertThat(PictureHeader.of("<html>404</html>".getBytes(StandardCharsets.US_ASCII))).isEmpty();
    }

    @Test
    void absurdSizesDoNotOverflow() {
        assertThat(new PictureHeader(Format.PNG, 0xFFFFFFFFL, 0xFFFFFFFFL, false, 0).pixels())
                .isGreaterThan(1L << 62);
    }

    private static byte[] file(Format format, int width, int height, int type) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        BufferedImage image = new BufferedImage(width, height, type);
        assertThat(ImageIO.write(image, format.name().toLowerCase(Locale.ROOT), file)).isTrue();
        return file.toByteArray();
    }
}
