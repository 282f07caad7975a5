package net.alexnet.data;

import java.util.List;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.UnreadableImageException;

/// A set made by a test; picture `i` is called `picture-i`.
public record ListSet(List<String> classes, List<Integer> labels, Pictures images) implements ImageDataset {
    /// Makes a picture by its index.
    @FunctionalInterface
    public interface Pictures {
        Image image(int index) throws UnreadableImageException;
    }

    @Override
    public int size() {
        return labels.size();
    }

    @Override
    public int label(int index) {
        return labels.get(index);
    }

    @Override
    public String name(int index) {
        return "picture-" + index;
    }

    @Override
    public Content content(int index) throws UnreadableImageException {
        return new Content.Raw(image(index));
    }

    @Override
    public Image image(int index) throws UnreadableImageException {
        return images.image(index);
    }
}
