package net.alexnet;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import net.alexnet.data.image.Image;

/// Makes 8-bit samples of a [BufferedImage] of any type, as the codec makes them of a file with the same pixels: sRGB, and
/// transparent pixels over white.
final class Pixels {
    private Pixels() {}

    /// The picture in color.
    static Image of(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        if (3L * width * height > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("an image of " + width + " × " + height + " pixels is too large");
        }
        ColorModel model = image.getColorModel();
        // Java's gray is linear, and getRGB makes it brighter; its samples are what a file holds.
        boolean gray = model.getColorSpace().getType() == ColorSpace.TYPE_GRAY
                && model.getTransferType() != DataBuffer.TYPE_FLOAT
                && model.getTransferType() != DataBuffer.TYPE_DOUBLE;
        byte[] samples = new byte[3 * width * height];
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            if (gray) {
                grayRow(image, y, row);
            } else {
                image.getRGB(0, y, width, 1, row, 0, width);
            }
            for (int x = 0; x < width; x++) {
                write(row[x], samples, 3 * (y * width + x));
            }
        }
        return new Image(width, height, 3, samples);
    }

    /// A row of gray samples, with alpha if there is one, as getRGB gives colors.
    private static void grayRow(BufferedImage image, int y, int[] row) {
        ColorModel model = image.getColorModel();
        int[] gray = image.getRaster().getSamples(0, y, row.length, 1, 0, (int[]) null);
        int[] alpha = model.hasAlpha() ? image.getRaster().getSamples(0, y, row.length, 1, 1, (int[]) null) : gray;
        for (int x = 0; x < row.length; x++) {
            int value = eightBits(gray[x], model.getComponentSize(0));
            int opacity = model.hasAlpha() ? eightBits(alpha[x], model.getComponentSize(1)) : 255;
            row[x] = opacity << 24 | value << 16 | value << 8 | value;
        }
    }

    private static int eightBits(int sample, int bits) {
        int most = (1 << bits) - 1;
        return (sample * 255 + most / 2) / most;
    }

    private static void write(int argb, byte[] samples, int at) {
        int alpha = argb >>> 24;
        samples[at] = (byte) over(argb >> 16 & 0xFF, alpha);
        samples[at + 1] = (byte) over(argb >> 8 & 0xFF, alpha);
        samples[at + 2] = (byte) over(argb & 0xFF, alpha);
    }

    private static int over(int sample, int alpha) {
        return (sample * alpha + 255 * (255 - alpha) + 127) / 255;
    }
}
