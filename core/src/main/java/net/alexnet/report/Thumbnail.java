package net.alexnet.report;

import module java.base;
import net.alexnet.data.Sample;
import net.alexnet.data.image.Encoding;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.Texts;

/// Small pictures inside a page.
///
/// @param side of a picture, in pixels
/// @param encoding of the pictures
/// @param codec decodes and encodes them
record Thumbnail(int side, Encoding encoding, ImageCodec codec) {
    /// An element `img` that contains the picture, cropped to a square.
    ///
    /// @param alternative what a reader who cannot see it is told
    /// @throws UnreadableImageException if it is not a picture
    /// @throws IOException if it cannot be read
    String image(Sample sample, String alternative) throws IOException, UnreadableImageException {
        byte[] bytes = codec.encode(sample.source().content().resized(codec, side, 3), encoding);
        return "<img alt=\"" + Texts.markup(alternative) + "\" width=\"" + side + "\" height=\"" + side
                + "\" src=\"data:image/" + (encoding.format() == Encoding.Format.JPEG ? "jpeg" : "png") + ";base64,"
                + Base64.getEncoder().encodeToString(bytes) + "\">";
    }
}
