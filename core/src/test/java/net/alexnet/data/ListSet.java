package net.alexnet.data;

import java.util.List;
import java.util.function.UnaryOperator;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.UnreadableImageException;

/// Datasets made by a test.
public final class ListSet {
    private ListSet() {}

    /// Makes an image by its index.
    @FunctionalInterface
    public interface Images {
        Image image(int index) throws UnreadableImageException;
    }

    /// Unencoded images; image `i` is called `picture-i`.
    public static ImageDataset of(List<String> classes, List<Integer> labels, Images images) {
        return new ImageDataset(classes, ImageDataset.list(labels.size(),
                i -> new Sample(() -> new Content.Raw(images.image(i)), labels.get(i), "picture-" + i)));
    }

    /// The same images in other forms.
    public static ImageDataset map(ImageDataset set, UnaryOperator<Sample> form) {
        return new ImageDataset(set.classes(), ImageDataset.list(set.size(), i -> form.apply(set.samples().get(i))));
    }
}
