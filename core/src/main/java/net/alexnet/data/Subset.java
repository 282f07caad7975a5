package net.alexnet.data;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.FilePart;

/// Some of a set's pictures, in the order given, with the classes of the whole.
public final class Subset implements ImageDataset {
    private final ImageDataset whole;
    private final int[] indices;

    Subset(ImageDataset whole, int[] indices) {
        this.whole = whole;
        this.indices = indices.clone();
    }

    /// The set that these are some of.
    public ImageDataset whole() {
        return whole;
    }

    /// Where a picture stands in it.
    public int indexInWhole(int index) {
        return indices[index];
    }

    @Override
    public List<String> classes() {
        return whole.classes();
    }

    @Override
    public int size() {
        return indices.length;
    }

    @Override
    public int label(int index) {
        return whole.label(indices[index]);
    }

    @Override
    public String name(int index) {
        return whole.name(indices[index]);
    }

    @Override
    public long stamp(int index) {
        return whole.stamp(indices[index]);
    }

    @Override
    public Optional<FilePart> filePart(int index) {
        return whole.filePart(indices[index]);
    }

    @Override
    public Content content(int index) throws IOException, UnreadableImageException {
        return whole.content(indices[index]);
    }

    @Override
    public Image image(int index) throws UnreadableImageException {
        return whole.image(indices[index]);
    }

    @Override
    public Image image(int index, byte[] samples) throws UnreadableImageException {
        return whole.image(indices[index], samples);
    }
}
