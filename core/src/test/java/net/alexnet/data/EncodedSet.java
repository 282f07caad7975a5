package net.alexnet.data;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.alexnet.data.image.Encoding;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.TestImages;
import net.alexnet.data.image.UnreadableImageException;

/// Files made by a test, an empty one standing for one that has gone; file `i` is called `<prefix>/<class>/<i>.file`.
record EncodedSet(String prefix, List<String> classes, List<Integer> labels, List<byte[]> files) {
    static final ImageCodec CODEC = new TestImages.Codec();
    static final List<String> CLASSES = List.of("ants", "bees", "Gämse", "none");

    /// Noise of sizes between 16 and 24 pixels, in the first three of four classes. Where `brokenEvery` says so, a text.
    static EncodedSet noise(String prefix, int size, int brokenEvery, long seed) {
        List<byte[]> files = IntStream.range(0, size).mapToObj(i -> {
            Random random = new Random(1000 * seed + i);
            Image image = TestImages.noise(16 + random.nextInt(9), 16 + random.nextInt(9), 3, random.nextLong());
            return brokenEvery > 0 && i % brokenEvery == brokenEvery - 1
                    ? new byte[] {'n', 'o', (byte) i}
                    : CODEC.encode(image, Encoding.LOSSLESS);
        }).toList();
        return new EncodedSet(prefix, CLASSES, IntStream.range(0, size).mapToObj(i -> i / 5 % 3).toList(), files);
    }

    static Dataset dataset(EncodedSet training, EncodedSet validation) {
        return new Dataset("/somewhere/pictures", training.classes, training.images(), validation.images(),
                "Split by the test.");
    }

    ImageDataset images() {
        return new ImageDataset(classes, IntStream.range(0, files.size())
                .mapToObj(i -> new Sample(() -> content(i), label(i), name(i))).toList());
    }

    int size() {
        return files.size();
    }

    int label(int index) {
        return labels.get(index);
    }

    String name(int index) {
        return prefix + "/" + classes.get(label(index)) + "/" + index + ".file";
    }

    private Content content(int index) throws IOException {
        if (files.get(index).length == 0) {
            throw new IOException("the file has gone");
        }
        return new Content.Encoded(files.get(index));
    }

    Image image(int index) throws UnreadableImageException {
        return CODEC.decode(files.get(index), 3);
    }
}
