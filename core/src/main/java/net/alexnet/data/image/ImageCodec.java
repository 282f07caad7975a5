package net.alexnet.data.image;

/// Reads, resizes and writes images, by a library that only the implementation knows. Safe for use by many threads.
public interface ImageCodec {
    /// Decodes a file's bytes upright (EXIF orientation applied), with gray, palette, CMYK and 16-bit pictures made
    /// 8-bit of the asked number of channels, transparent ones laid over white.
    ///
    /// @param channels 1 or 3
    /// @throws UnreadableImageException if the bytes are not a picture, or a broken one
    Image decode(byte[] file, int channels) throws UnreadableImageException;

    /// Decodes as [#decode(byte[], int)], into memory that the caller uses again, which is likely to be in the
    /// cache of the processor.
    ///
    /// @param samples receives the picture's samples if it has their length; otherwise new memory does
    default Image decode(byte[] file, int channels, byte[] samples) throws UnreadableImageException {
        return decode(file, channels);
    }

    /// Resizes to exactly this size: by area averaging where it shrinks, by cubic interpolation where it grows.
    Image resize(Image image, int width, int height);

    /// Decodes, resizes and center-crops, with the same samples as by [ResizeAndCenterCrop#middle]; a codec may have a
    /// faster way.
    ///
    /// @param side of the result, in pixels
    /// @param channels 1 or 3
    /// @throws UnreadableImageException if the bytes are not a picture, or a broken one
    default Image resizeAndCenterCrop(byte[] file, int side, int channels) throws UnreadableImageException {
        return ResizeAndCenterCrop.middle(decode(file, channels), side, this);
    }

    /// Stores a picture; the same picture always gives the same bytes.
    byte[] encode(Image image, Encoding encoding);
}
