package net.alexnet.dataset;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import net.alexnet.files.FilePart;
import net.alexnet.image.Picture;
import net.alexnet.image.UnreadablePictureException;

/// Some of a set's pictures, in the order given, with the classes of the whole.
public final class Subset implements PictureSet {
    private final PictureSet whole;
    private final int[] indices;

    Subset(PictureSet whole, int[] indices) {
        this.whole = whole;
        this.indices = indices.clone();
    }

    /// The set that these are some of.
    public PictureSet whole() {
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
    public Content content(int index) throws IOException, UnreadablePictureException {
        return whole.content(indices[index]);
    }

    @Override
    public Picture picture(int index) throws UnreadablePictureException {
        return whole.picture(indices[index]);
    }

    @Override
    public Picture picture(int index, byte[] samples) throws UnreadablePictureException {
        return whole.picture(indices[index], samples);
    }
}
