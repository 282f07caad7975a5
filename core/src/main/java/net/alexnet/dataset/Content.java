package net.alexnet.dataset;

import net.alexnet.image.Picture;
import net.alexnet.image.PictureCodec;
import net.alexnet.image.Squares;
import net.alexnet.image.UnreadablePictureException;

/// A picture as its source holds it, before it is decoded.
public sealed interface Content {
    /// A file in some picture format.
    ///
    /// @param bytes all of it; not copied, treat as constant
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    record Encoded(byte[] bytes) implements Content {
        @Override
        public Picture square(PictureCodec codec, int side, int channels) throws UnreadablePictureException {
            return codec.square(bytes, side, channels);
        }
    }

    /// Bare samples, as IDX files and CIFAR-10 have them.
    record Raw(Picture picture) implements Content {
        @Override
        public byte[] bytes() {
            return picture.samples();
        }

        @Override
        public Picture square(PictureCodec codec, int side, int channels) {
            return Squares.middle(picture, side, codec);
        }
    }

    /// What stands in the source; two pictures with the same bytes are the same picture.
    byte[] bytes();

    /// The middle square, §2 of the paper.
    ///
    /// @param side in pixels
    /// @param channels 1 or 3; bare samples keep theirs
    Picture square(PictureCodec codec, int side, int channels) throws UnreadablePictureException;
}
