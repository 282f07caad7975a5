package net.alexnet.data;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.UnreadableImageException;

/// Pictures that stay in memory once they have been decoded, so that a small set is decoded in the first epoch only.
public final class CachedDataset implements ImageDataset {
    private final ImageDataset pictures;
    private final AtomicReferenceArray<Image> kept;

    private CachedDataset(ImageDataset pictures) {
        this.pictures = pictures;
        this.kept = new AtomicReferenceArray<>(pictures.size());
    }

    /// A set that keeps its pictures if they fit, else the set as it is.
    ///
    /// @param pictureBytes that each takes
    /// @param budget the bytes of heap that all may take
    public static ImageDataset within(long budget, long pictureBytes, ImageDataset pictures) {
        return pictures.size() * pictureBytes <= budget ? new CachedDataset(pictures) : pictures;
    }

    @Override
    public List<String> classes() {
        return pictures.classes();
    }

    @Override
    public int size() {
        return pictures.size();
    }

    @Override
    public int label(int index) {
        return pictures.label(index);
    }

    @Override
    public String name(int index) {
        return pictures.name(index);
    }

    @Override
    public Optional<String> fingerprint() {
        return pictures.fingerprint();
    }

    @Override
    public Content content(int index) throws IOException, UnreadableImageException {
        return pictures.content(index);
    }

    /// The picture; two threads that ask for the same one for the first time both decode it.
    @Override
    public Image picture(int index) throws UnreadableImageException {
        Image known = kept.get(index);
        if (known != null) {
            return known;
        }
        Image decoded = pictures.picture(index);
        kept.set(index, decoded);
        return decoded;
    }
}
