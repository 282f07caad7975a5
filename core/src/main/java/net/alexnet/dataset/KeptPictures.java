package net.alexnet.dataset;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import net.alexnet.image.Picture;
import net.alexnet.image.UnreadablePictureException;

/// Pictures that stay in memory once they have been decoded, so that a small set is decoded in the first epoch only.
public final class KeptPictures implements PictureSet {
    private final PictureSet pictures;
    private final AtomicReferenceArray<Picture> kept;

    private KeptPictures(PictureSet pictures) {
        this.pictures = pictures;
        this.kept = new AtomicReferenceArray<>(pictures.size());
    }

    /// A set that keeps its pictures if they fit, else the set as it is.
    ///
    /// @param pictureBytes that each takes
    /// @param budget the bytes of heap that all may take
    public static PictureSet within(long budget, long pictureBytes, PictureSet pictures) {
        return pictures.size() * pictureBytes <= budget ? new KeptPictures(pictures) : pictures;
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
    public Content content(int index) throws IOException, UnreadablePictureException {
        return pictures.content(index);
    }

    /// The picture; two threads that ask for the same one for the first time both decode it.
    @Override
    public Picture picture(int index) throws UnreadablePictureException {
        Picture known = kept.get(index);
        if (known != null) {
            return known;
        }
        Picture decoded = pictures.picture(index);
        kept.set(index, decoded);
        return decoded;
    }
}
