package net.alexnet.shards;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.alexnet.dataset.Content;
import net.alexnet.dataset.Dataset;
import net.alexnet.dataset.PictureSet;
import net.alexnet.image.Encoding;
import net.alexnet.image.Picture;
import net.alexnet.image.PictureCodec;
import net.alexnet.image.TestPictures;
import net.alexnet.image.UnreadablePictureException;

/// Files made by a test, an empty one standing for one that has gone; file `i` is called `<prefix>/<class>/<i>.file`.
record EncodedSet(String prefix, List<String> classes, List<Integer> labels, List<byte[]> files)
        implements
            PictureSet {
    static final PictureCodec CODEC = new TestPictures.Codec();
    static final List<String> CLASSES = List.of("ants", "bees", "Gämse", "none");

    /// Noise of sizes between 16 and 24 pixels, in the first three of four classes. Where `brokenEvery` says so, a text.
    static EncodedSet noise(String prefix, int size, int brokenEvery, long seed) {
        List<byte[]> files = IntStream.range(0, size).mapToObj(i -> {
            Random random = new Random(1000 * seed + i);
            Picture picture = TestPictures.noise(16 + random.nextInt(9), 16 + random.nextInt(9), 3, random.nextLong());
            return brokenEvery > 0 && i % brokenEvery == brokenEvery - 1
                    ? new byte[] {'n', 'o', (byte) i}
                    : CODEC.encode(picture, Encoding.LOSSLESS);
        }).toList();
        return new EncodedSet(prefix, CLASSES, IntStream.range(0, size).mapToObj(i -> i / 5 % 3).toList(), files);
    }

    static Dataset dataset(EncodedSet training, EncodedSet validation) {
        return new Dataset("/somewhere/pictures", training.classes, training, validation, "Split by the test.");
    }

    @Override
    public int size() {
        return files.size();
    }

    @Override
    public int label(int index) {
        return labels.get(index);
    }

    @Override
    public String name(int index) {
        return prefix + "/" + classes.get(label(index)) + "/" + index + ".file";
    }

    @Override
    public Content content(int index) throws IOException {
        if (files.get(index).length == 0) {
            throw new IOException("the file has gone");
        }
        return new Content.Encoded(files.get(index));
    }

    @Override
    public Picture picture(int index) throws UnreadablePictureException {
        return CODEC.decode(files.get(index), 3);
    }
}
