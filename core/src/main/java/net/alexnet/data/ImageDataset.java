package net.alexnet.data;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.FilePart;

/// One split of a labelled collection: pictures by index, each with a class. Safe for use by many threads.
public interface ImageDataset {
    /// The classes' names; a label is an index into this list. A class without pictures keeps its place.
    List<String> classes();

    int size();

    /// The label of a picture, in `0 .. classes().size() − 1`.
    int label(int index);

    /// What a user would call the picture: its path below the source, or the source's name and a number.
    String name(int index);

    /// A number that is likely to change when what the source holds of this picture changes, and costs little to ask
    /// for; 0 where there is none.
    default long stamp(int index) {
        return 0;
    }

    /// The place in a file where the picture's bytes stand, if the source has one.
    default Optional<FilePart> filePart(int index) {
        return Optional.empty();
    }

    /// SHA-256 of something that all pictures' pixels and their order are a function of, if it is known without reading them.
    default Optional<String> fingerprint() {
        return Optional.empty();
    }

    /// Reads the picture without decoding it.
    ///
    /// @throws UnreadableImageException if the picture itself is at fault and will be so tomorrow: it may not be read,
    ///     or is too large
    /// @throws IOException if reading failed for a reason that may pass: a disk that has gone, a file that is missing
    Content content(int index) throws IOException, UnreadableImageException;

    /// Reads and decodes the picture, at its own size.
    ///
    /// @throws UnreadableImageException if it is broken, or cannot be read for any other reason
    Image image(int index) throws UnreadableImageException;

    /// The picture, in memory that the caller uses again where the set can do that.
    ///
    /// @param samples the picture's samples may be these, if there are as many
    default Image image(int index, byte[] samples) throws UnreadableImageException {
        return image(index);
    }
}
