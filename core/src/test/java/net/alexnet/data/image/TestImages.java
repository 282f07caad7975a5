package net.alexnet.data.image;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;

/// Pictures made by a formula, and a codec that needs no native library.
public final class TestImages {
    private TestImages() {}

    /// Every sample differs from its neighbors and from the same place in a picture of another number.
    public static Image pattern(int width, int height, int channels, int number) {
        byte[] samples = new byte[width * height * channels];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (byte) (i * 7 + i / 251 + number * 31);
        }
        return new Image(width, height, channels, samples);
    }

    /// Samples drawn at random.
    public static Image noise(int width, int height, int channels, long seed) {
        byte[] samples = new byte[width * height * channels];
        new Random(seed).nextBytes(samples);
        return new Image(width, height, channels, samples);
    }

    public static int sample(Image image, int x, int y, int channel) {
        return image.samples()[(y * image.width() + x) * image.channels() + channel] & 0xFF;
    }

    /// What a view shows, sample by sample.
    public static Image view(Crop view, Image image) {
        int side = view.side();
        int channels = image.channels();
        byte[] samples = new byte[side * side * channels];
        for (int i = 0; i < samples.length; i++) {
            int x = i / channels % side;
            int column = view.left() + (view.mirrored() ? side - 1 - x : x);
            samples[i] = (byte) sample(image, column, view.top() + i / channels / side, i % channels);
        }
        return new Image(side, side, channels, samples);
    }

    /// Files of four bytes: `'P'`, width, height, and the value of every sample; or, as it stores pictures, `'S'`, width,
    /// height, channels, and every sample. Scales to the nearest pixel.
    public static final class Codec implements ImageCodec {
        public static byte[] file(int width, int height, int value) {
            return new byte[] {'P', (byte) width, (byte) height, (byte) value};
        }

        @Override
        public Image decode(byte[] file, int channels) throws UnreadableImageException {
            if (file.length > 4 && file[0] == 'S' && file[3] == channels
                    && file.length == 4 + (file[1] & 0xFF) * (file[2] & 0xFF) * channels) {
                return new Image(
                        file[1] & 0xFF, file[2] & 0xFF, channels, Arrays.copyOfRange(file, 4, file.length));
            }
            if (file.length != 4 || file[0] != 'P') {
                throw new UnreadableImageException("not a picture");
            }
            byte[] samples = new byte[(file[1] & 0xFF) * (file[2] & 0xFF) * channels];
            Arrays.fill(samples, file[3]);
            return new Image(file[1] & 0xFF, file[2] & 0xFF, channels, samples);
        }

        @Override
        public Image resize(Image image, int width, int height) {
            byte[] samples = new byte[width * height * image.channels()];
            int to = 0;
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    for (int c = 0; c < image.channels(); c++) {
                        int fromX = (int) ((x + 0.5) * image.width() / width);
                        int fromY = (int) ((y + 0.5) * image.height() / height);
                        samples[to++] = (byte) sample(image, fromX, fromY, c);
                    }
                }
            }
            return new Image(width, height, image.channels(), samples);
        }

        @Override
        public byte[] encode(Image image, Encoding encoding) {
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            file.write('S');
            file.write(image.width());
            file.write(image.height());
            file.write(image.channels());
            file.writeBytes(image.samples());
            return file.toByteArray();
        }
    }
}
