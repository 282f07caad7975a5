package net.alexnet.inference;

import module java.base;
import net.alexnet.data.Synset;

/// The 1,000 classes of ILSVRC-2012, in the two orders that are in use for weights.
///
/// A network with the wrong order looks trained and is always wrong, so a model card states the
/// classes in their order.
public final class ImageNet {
    /// The number of classes.
    public static final int CLASSES = 1000;

    private static final String RESOURCE = "imagenet-2012.tsv";

    /// The order of the classes.
    public enum Order {
        /// By the wnid: n01440764 tench is the first. Used by Caffe, torchvision and nearly
        /// everyone since.
        SORTED,
        /// By the devkit's ILSVRC2012_ID: n02119789 kit fox is the first. Used by the 2012 source
        /// and some early ports.
        DEVKIT
    }

    private ImageNet() {}

    /// All classes. The words of each are one name, and no two names are the same.
    public static List<Synset> classes(Order order) {
        return switch (order) {
            case SORTED -> Lists.SORTED;
            case DEVKIT -> Lists.DEVKIT;
        };
    }

    private static final class Lists {
        private static final List<Synset> SORTED = read();
        private static final List<Synset> DEVKIT = SORTED.stream()
                .sorted(Comparator.comparingInt(Synset::ilsvrcId)).toList();

        private static List<Synset> read() {
            try (InputStream in = Objects.requireNonNull(ImageNet.class.getResourceAsStream(RESOURCE), RESOURCE)) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                        .filter(line -> !line.startsWith("#"))
                        .map(line -> line.split("\t", -1))
                        .map(part -> new Synset(part[0], Integer.parseInt(part[1]), part[2]))
                        .toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
