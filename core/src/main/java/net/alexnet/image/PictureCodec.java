package net.alexnet.image;

/// Reads and scales pictures; the native library behind it is not core's business. Safe for use by many threads.
public interface PictureCodec {
    /// Decodes a file's bytes upright (EXIF orientation applied), with grey, palette, CMYK and 16-bit pictures made
    /// 8-bit of the asked number of channels.
    ///
    /// @param channels 1 or 3
    /// @throws UnreadablePictureException if the bytes are not a picture, or a broken one
    Picture decode(byte[] file, int channels) throws UnreadablePictureException;

    /// Scales to exactly this size: area averaging where it shrinks, cubic interpolation where it grows.
    Picture resize(Picture picture, int width, int height);
}
