package net.alexnet.data;

import java.io.IOException;
import java.util.OptionalLong;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.ImageHeader;
import net.alexnet.data.image.ResizeAndCenterCrop;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.AtomicFiles;

/// The bytes of an image as its source has them, before decoding.
public sealed interface Content {
    /// The most bytes of an image file: 256 MiB, which is several times what the largest cameras write, or less if not every
    /// processor could hold two such files in half of the heap.
    long MAX_BYTES = Math.min(1L << 28,
            Runtime.getRuntime().maxMemory() / 4 / Runtime.getRuntime().availableProcessors());

    /// A file in an image format.
    ///
    /// @param bytes the whole file; not copied, treat as constant
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    record Encoded(byte[] bytes) implements Content {
        @Override
        public Image resized(ImageCodec codec, int side, int channels) throws UnreadableImageException {
            return codec.resizeAndCenterCrop(bytes, side, channels);
        }

        @Override
        public OptionalLong shorterSide() {
            return ImageHeader.of(bytes).stream().mapToLong(it -> Math.min(it.width(), it.height())).findFirst();
        }
    }

    /// Pixels without a format, as in IDX files and CIFAR-10.
    record Raw(Image image) implements Content {
        @Override
        public byte[] bytes() {
            return image.samples();
        }

        @Override
        public Image resized(ImageCodec codec, int side, int channels) {
            return ResizeAndCenterCrop.middle(image.withChannels(channels), side, codec);
        }

        @Override
        public OptionalLong shorterSide() {
            return OptionalLong.of(Math.min(image.width(), image.height()));
        }
    }

    /// What the source holds. Two images with the same bytes are the same image.
    byte[] bytes();

    /// The image, resized and center-cropped as in §2 of the paper.
    ///
    /// @param side of the result, in pixels
    /// @param channels of the result, 1 or 3
    Image resized(ImageCodec codec, int side, int channels) throws UnreadableImageException;

    /// The center square of the image, made smaller where it is larger, but never enlarged.
    ///
    /// @param most the side of the result at most, in pixels
    /// @param channels of the result, 1 or 3
    default Image reduced(ImageCodec codec, int most, int channels) throws UnreadableImageException {
        return resized(codec, Math.clamp(shorterSide().orElse(most), 1, most), channels);
    }

    /// The pixels of the image's shorter side; empty if its first bytes do not tell.
    OptionalLong shorterSide();

    /// Checks the size of a file before it is read.
    ///
    /// @throws UnreadableImageException if the file is larger than [#MAX_BYTES]
    static void requireSize(long bytes) throws UnreadableImageException {
        if (bytes > MAX_BYTES) {
            throw new UnreadableImageException("the file has " + bytes + " bytes, the limit is " + MAX_BYTES);
        }
    }

    /// A failure to read, for callers that cannot wait until the disk is back.
    ///
    /// @param e an `IOException`, or the result itself
    static UnreadableImageException unreadable(Exception e) {
        return switch (e) {
            case UnreadableImageException unreadable -> unreadable;
            case IOException failure -> new UnreadableImageException(AtomicFiles.reason(failure));
            default -> throw new IllegalArgumentException(e);
        };
    }
}
