package net.alexnet.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.Hashes;

/// One labeled image that has not been read yet.
///
/// @param source reads the image
/// @param label an index into the classes of the dataset
/// @param name what a user would call the image: its path below the source, or the source's name and a number
public record Sample(Source source, int label, String name) {
    /// Reads one image. Safe for use by many threads.
    public interface Source {
        /// Reads the image without decoding it.
        ///
        /// @throws UnreadableImageException if the image itself is at fault, so that another attempt would fail too: it may
        ///     not be read, or is too large
        /// @throws IOException if reading failed for a temporary reason, such as a missing disk or file
        Content content() throws IOException, UnreadableImageException;

        /// The decoded image. Encoded images of any size have none until [ResizedImages] has made one.
        ///
        /// @param buffer becomes the samples of the image if it has the right length and the source can reuse memory
        /// @throws UnreadableImageException if the image is broken or cannot be read
        default Image image(byte[] buffer) throws UnreadableImageException {
            try {
                if (content() instanceof Content.Raw(Image image)) {
                    return image;
                }
            } catch (IOException e) {
                throw Content.unreadable(e);
            }
            throw new IllegalStateException("an encoded image must be resized before it is used");
        }

        /// The first 64 bits of the SHA-256 of the image's bytes, as they were before the image was prepared.
        ///
        /// @throws UnreadableImageException as from [#content]
        /// @throws IOException as from [#content]
        default long hash() throws IOException, UnreadableImageException {
            return Hashes.first64(content().bytes());
        }

        /// The file that the image is in, if it is one of its own.
        default Optional<Path> path() {
            return Optional.empty();
        }

        /// A cheap number that probably changes when the image changes; 0 if there is none.
        default long stamp() {
            return 0;
        }
    }

    /// The same image read another way.
    public Sample with(Source other) {
        return new Sample(other, label, name);
    }
}
