package net.alexnet.data;

import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.ResizeAndCenterCrop;
import net.alexnet.data.image.UnreadableImageException;

/// A picture as its source holds it, before it is decoded.
public sealed interface Content {
    /// A file in some picture format.
    ///
    /// @param bytes all of it; not copied, treat as constant
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    record Encoded(byte[] bytes) implements Content {
        @Override
        public Image resized(ImageCodec codec, int side, int channels) throws UnreadableImageException {
            return codec.resizeAndCenterCrop(bytes, side, channels);
        }
    }

    /// Bare samples, as IDX files and CIFAR-10 have them.
    record Raw(Image image) implements Content {
        @Override
        public byte[] bytes() {
            return image.samples();
        }

        @Override
        public Image resized(ImageCodec codec, int side, int channels) {
            return ResizeAndCenterCrop.middle(image, side, codec);
        }
    }

    /// What stands in the source; two pictures with the same bytes are the same picture.
    byte[] bytes();

    /// The middle square, §2 of the paper.
    ///
    /// @param side in pixels
    /// @param channels 1 or 3; bare samples keep theirs
    Image resized(ImageCodec codec, int side, int channels) throws UnreadableImageException;
}
