package net.alexnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import net.alexnet.data.image.Image;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PixelsTest {
    private static final int ORANGE = 0xFFE08020;

    @ParameterizedTest
    @ValueSource(ints = {BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_INT_BGR, BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_INT_ARGB, BufferedImage.TYPE_4BYTE_ABGR, BufferedImage.TYPE_INT_ARGB_PRE,
        BufferedImage.TYPE_4BYTE_ABGR_PRE})
    void opaqueColorsAreTheSameInEveryType(int type) {
        BufferedImage image = new BufferedImage(3, 2, type);
        fill(image, 0xFF000000);
        image.setRGB(2, 1, ORANGE);
        Image pixels = Pixels.of(image);
        assertThat(pixels.width()).isEqualTo(3);
        assertThat(pixels.height()).isEqualTo(2);
        assertThat(rgb(pixels, 2, 1)).containsExactly(0xE0, 0x80, 0x20);
        assertThat(rgb(pixels, 1, 1)).containsExactly(0, 0, 0);
    }

    @Test
    void transparentPixelsLieOverWhite() {
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0x00E08020);
        image.setRGB(1, 0, 0x80000000);
        image.setRGB(2, 0, ORANGE);
        Image pixels = Pixels.of(image);
        assertThat(rgb(pixels, 0, 0)).containsExactly(255, 255, 255);
        assertThat(rgb(pixels, 1, 0)).containsExactly(127, 127, 127);
        assertThat(rgb(pixels, 2, 0)).containsExactly(0xE0, 0x80, 0x20);
    }

    /// `BufferedImage.getRGB` takes gray samples for linear ones and makes 128 a 188.
    @Test
    void graySamplesStayAsTheyAre() {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSample(0, 0, 0, 128);
        assertThat(rgb(Pixels.of(image), 0, 0)).containsExactly(128, 128, 128);
        assertThat(Pixels.of(image).withChannels(1).samples()).containsExactly((byte) 128, (byte) 0);
        BufferedImage deep = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
        deep.getRaster().setSample(0, 0, 0, 65_535);
        deep.getRaster().setSample(1, 0, 0, 128 * 257);
        assertThat(Pixels.of(deep).withChannels(1).samples()).containsExactly((byte) 255, (byte) 128);
    }

    @Test
    void palettesAreLookedUp() {
        IndexColorModel palette = new IndexColorModel(8, 3, new int[] {0, ORANGE, 0x00FFFFFF}, 0, true, 2,
                DataBuffer.TYPE_BYTE);
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_INDEXED, palette);
        image.getRaster().setSample(1, 0, 0, 1);
        image.getRaster().setSample(2, 0, 0, 2);
        assertThat(rgb(Pixels.of(image), 1, 0)).containsExactly(0xE0, 0x80, 0x20);
        assertThat(rgb(Pixels.of(image), 2, 0)).as("transparent").containsExactly(255, 255, 255);
        BufferedImage bits = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY);
        bits.setRGB(1, 0, 0xFFFFFFFF);
        assertThat(Pixels.of(bits).withChannels(1).samples()).containsExactly((byte) 0, (byte) 255);
    }

    @Test
    void grayOfAColorIsItsLuma() {
        BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, ORANGE);
        assertThat(Pixels.of(image).withChannels(1).samples()).containsExactly((byte) 146); // .299 · 224 + .587 · 128 + .114 · 32
    }

    private static void fill(BufferedImage image, int argb) {
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                image.setRGB(x, y, argb);
            }
        }
    }

    private static int[] rgb(Image image, int x, int y) {
        int at = (y * image.width() + x) * 3;
        return new int[] {image.samples()[at] & 0xFF, image.samples()[at + 1] & 0xFF, image.samples()[at + 2] & 0xFF};
    }
}
