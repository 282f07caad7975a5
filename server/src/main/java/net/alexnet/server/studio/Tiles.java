package net.alexnet.server.studio;

import module java.base;
import net.alexnet.data.image.Image;

/// Small pictures as JSON: their samples as they are, which a script draws. So a browser decodes
/// nothing that we did not make.
///
/// @param side of each picture, in pixels
/// @param channels 1 for gray, 3 for red, green, blue
/// @param count how many there are
/// @param samples in Base64: `count · side · side · channels` bytes
record Tiles(int side, int channels, int count, String samples) {
    /// Of one square picture.
    static Tiles of(Image picture) {
        return of(List.of(picture));
    }

    /// Of square pictures of one size, at least one.
    static Tiles of(List<Image> pictures) {
        Image first = pictures.getFirst();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        pictures.forEach(one -> all.writeBytes(one.samples()));
        return new Tiles(first.width(), first.channels(), pictures.size(),
                Base64.getEncoder().encodeToString(all.toByteArray()));
    }
}
