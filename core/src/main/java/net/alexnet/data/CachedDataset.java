package net.alexnet.data;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.UnreadableImageException;

/// Pictures that stay in memory once they have been decoded, so that a small set is decoded in the first epoch only.
public final class CachedDataset implements ImageDataset {
    private final ImageDataset images;
    private final AtomicReferenceArray<Image> kept;

    private CachedDataset(ImageDataset images) {
        this.images = images;
        this.kept = new AtomicReferenceArray<>(images.size());
    }

    /// A set that keeps its pictures if they fit, else the set as it is.
    ///
    /// @param imageBytes that each takes
    /// @param budget the bytes of heap that all may take
    public static ImageDataset within(long budget, long imageBytes, ImageDataset images) {
        return images.size() * imageBytes <= budget ? new CachedDataset(images) : images;
    }

    @Override
    public List<String> classes() {
        return images.classes();
    }

    @Override
    public int size() {
        return images.size();
    }

    @Override
    public int label(int index) {
        return images.label(index);
    }

    @Override
    public String name(int index) {
        return images.name(index);
    }

    @Override
    public Optional<String> fingerprint() {
        return images.fingerprint();
    }

    @Override
    public Content content(int index) throws IOException, UnreadableImageException {
        return images.content(index);
    }

    /// The picture; two threads that ask for the same one for the first time both decode it.
    @Override
    public Image image(int index) throws UnreadableImageException {
        Image known = kept.get(index);
        if (known != null) {
            return known;
        }
        Image decoded = images.image(index);
        kept.set(index, decoded);
        return decoded;
    }
}
