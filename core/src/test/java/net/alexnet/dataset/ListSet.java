package net.alexnet.dataset;

import java.util.List;
import net.alexnet.image.Picture;
import net.alexnet.image.UnreadablePictureException;

/// A set made by a test; picture `i` is called `picture-i`.
public record ListSet(List<String> classes, List<Integer> labels, Pictures pictures) implements PictureSet {
    /// Makes a picture by its index.
    @FunctionalInterface
    public interface Pictures {
        Picture picture(int index) throws UnreadablePictureException;
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
    public Content content(int index) throws UnreadablePictureException {
        return new Content.Raw(picture(index));
    }

    @Override
    public Picture picture(int index) throws UnreadablePictureException {
        return pictures.picture(index);
    }
}
