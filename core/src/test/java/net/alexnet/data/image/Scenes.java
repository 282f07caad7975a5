package net.alexnet.data.image;

import java.lang.foreign.MemorySegment;
import java.util.Random;

/// Pictures of rectangles, which differ from each other as photographs do, and copies of them.
public final class Scenes {
    /// A codec that makes pictures smaller as OpenCV does, by area averaging.
    public static final ImageCodec AVERAGING = new ImageCodec() {
        private final ImageCodec files = new TestImages.Codec();

        @Override
        public Image decode(byte[] file, int channels) throws UnreadableImageException {
            return files.decode(file, channels);
        }

        @Override
        public Image resize(Image image, int width, int height) {
            long stride = (long) image.width() * image.channels();
            return new AreaResize(image.width(), image.height(), width, height).part(
                    MemorySegment.ofArray(image.samples()), stride, image.channels(), 0, 0, width, height);
        }

        @Override
        public byte[] encode(Image image, Encoding encoding) {
            return files.encode(image, encoding);
        }
    };

    private Scenes() {}

    /// A square picture in color.
    ///
    /// @param number another one is another picture
    public static Image scene(int side, long number) {
        return scene(side, number, 0);
    }

    /// The same with a share of each side cut off.
    public static Image cropped(int side, long number, double cut) {
        return scene(side, number, cut);
    }

    private static Image scene(int side, long number, double cut) {
        Random random = new Random(number);
        byte[] samples = new byte[3 * side * side];
        for (int i = 0; i < 40; i++) {
            double left = random.nextDouble() * 1.2 - 0.2;
            double top = random.nextDouble() * 1.2 - 0.2;
            double width = 0.1 + random.nextDouble() * 0.4;
            double height = 0.1 + random.nextDouble() * 0.4;
            int color = random.nextInt(1 << 24);
            for (int y = 0; y < side; y++) {
                for (int x = 0; x < side; x++) {
                    double u = cut + (1 - 2 * cut) * (x + 0.5) / side;
                    double v = cut + (1 - 2 * cut) * (y + 0.5) / side;
                    if (u >= left && u < left + width && v >= top && v < top + height) {
                        for (int c = 0; c < 3; c++) {
                            samples[3 * (y * side + x) + c] = (byte) (color >> (8 * c));
                        }
                    }
                }
            }
        }
        return new Image(side, side, 3, samples);
    }

    /// A picture's mirror image.
    public static Image mirrored(Image image) {
        return TestImages.view(new Crop(0, 0, image.width(), true), image);
    }

    /// Each sample times a factor, with noise.
    public static Image brighter(Image image, double factor, int noise, long seed) {
        Random random = new Random(seed);
        byte[] samples = image.samples().clone();
        for (int i = 0; i < samples.length; i++) {
            double value = (samples[i] & 0xFF) * factor + random.nextInt(2 * noise + 1) - noise;
            samples[i] = (byte) Math.clamp(Math.round(value), 0, 255);
        }
        return new Image(image.width(), image.height(), image.channels(), samples);
    }
}
