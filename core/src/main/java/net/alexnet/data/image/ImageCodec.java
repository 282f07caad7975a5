package net.alexnet.data.image;

/// Reads, scales and writes pictures; the native library behind it is not core's business. Safe for use by many threads.
public interface ImageCodec {
    /// Decodes a file's bytes upright (EXIF orientation applied), with grey, palette, CMYK and 16-bit pictures made
    /// 8-bit of the asked number of channels, transparent ones laid over white.
    ///
    /// @param channels 1 or 3
    /// @throws UnreadableImageException if the bytes are not a picture, or a broken one
    Image decode(byte[] file, int channels) throws UnreadableImageException;

    /// Decodes as [#decode(byte[], int)], into memory that the caller uses again: what was just read and cut is still in a
    /// core's cache, while new memory has to come from afar.
    ///
    /// @param samples what the picture's samples will be if there are as many; else they are new
    default Image decode(byte[] file, int channels, byte[] samples) throws UnreadableImageException {
        return decode(file, channels);
    }

    /// Scales to exactly this size: area averaging where it shrinks, cubic interpolation where it grows.
    Image resize(Image image, int width, int height);

    /// The middle square of a file's picture, as [ResizeAndCenterCrop#middle] makes it; a codec may have a shorter way to the same
    /// samples.
    ///
    /// @param side of the square, in pixels
    /// @param channels 1 or 3
    /// @throws UnreadableImageException if the bytes are not a picture, or a broken one
    default Image resizeAndCenterCrop(byte[] file, int side, int channels) throws UnreadableImageException {
        return ResizeAndCenterCrop.middle(decode(file, channels), side, this);
    }

    /// Stores a picture; the same picture always gives the same bytes.
    byte[] encode(Image image, Encoding encoding);
}
