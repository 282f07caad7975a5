package net.alexnet.torch;

import net.alexnet.data.image.Image;
import net.alexnet.data.image.UnreadableImageException;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/// Composites a transparent picture over white, in memory of its own.
final class AlphaCompositing {
    private AlphaCompositing() {}

    /// Makes blue, green, red, alpha into red, green, blue or into gray.
    ///
    /// @param image 4 channels
    /// @param premultiplied whether its colors have been multiplied by alpha already
    /// @param channels 1 or 3
    /// @return 8 bits a channel, to be closed
    /// @throws UnreadableImageException if the samples are other than whole numbers of 8 or 16 bits without a sign
    static Mat of(Mat image, boolean premultiplied, int channels) throws UnreadableImageException {
        if (image.depth() != opencv_core.CV_8U && image.depth() != opencv_core.CV_16U) {
            throw new UnreadableImageException(
                    "transparent, with samples other than whole numbers of 8 or 16 bits, which is not supported");
        }
        Mat opaque = new Mat(image.rows(), image.cols(), opencv_core.CV_8UC(channels));
        int width = image.cols();
        boolean deep = image.depth() == opencv_core.CV_16U;
        byte[] from = new byte[width * 4 * (deep ? 2 : 1)];
        byte[] to = new byte[width * channels];
        for (int y = 0; y < image.rows(); y++) {
            image.ptr(y).get(from);
            for (int x = 0; x < width; x++) {
                int alpha = sample(from, 4 * x + 3, deep);
                int blue = over(sample(from, 4 * x, deep), alpha, premultiplied);
                int green = over(sample(from, 4 * x + 1, deep), alpha, premultiplied);
                int red = over(sample(from, 4 * x + 2, deep), alpha, premultiplied);
                if (channels == 1) {
                    to[x] = (byte) Image.gray(red, green, blue);
                } else {
                    to[3 * x] = (byte) red;
                    to[3 * x + 1] = (byte) green;
                    to[3 * x + 2] = (byte) blue;
                }
            }
            opaque.ptr(y).put(to);
        }
        return opaque;
    }

    private static int over(int sample, int alpha, boolean premultiplied) {
        return premultiplied
                ? Math.min(255, sample + 255 - alpha)
                : (sample * alpha + 255 * (255 - alpha) + 127) / 255;
    }

    /// As 0..255, whatever the depth.
    private static int sample(byte[] row, int index, boolean deep) {
        if (!deep) {
            return row[index] & 0xFF;
        }
        int sample = (row[2 * index] & 0xFF) | (row[2 * index + 1] & 0xFF) << 8; // low byte first on all our machines
        return (sample + 128) / 257;
    }
}
