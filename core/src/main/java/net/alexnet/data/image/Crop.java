package net.alexnet.data.image;

import java.util.ArrayList;
import java.util.List;

/// The part of an image that is the network's input, perhaps mirrored.
///
/// @param left the first column, from 0
/// @param top the first row, from 0
/// @param side in pixels
/// @param mirrored whether left and right are exchanged after cropping
public record Crop(int left, int top, int side, boolean mirrored) {
    public Crop {
        if (left < 0 || top < 0 || side < 1) {
            throw new IllegalArgumentException("a crop needs left >= 0, top >= 0 and side >= 1; found left " + left
                    + ", top " + top + ", side " + side);
        }
    }

    /// The center crop of an image of side `resize`; half a pixel towards the upper left if the surplus is odd.
    public static Crop center(int resize, int crop) {
        return new Crop((resize - crop) / 2, (resize - crop) / 2, crop, false);
    }

    /// The ten crops of the paper's §4.1: "the four corner patches and the center patch […] as well as their horizontal
    /// reflections", in the order of the source: upper left, upper right, center, lower left, lower right, then the
    /// same mirrored.
    public static List<Crop> ten(int resize, int crop) {
        int last = resize - crop;
        Crop center = center(resize, crop);
        List<Crop> views = new ArrayList<>(List.of(
                new Crop(0, 0, crop, false),
                new Crop(last, 0, crop, false),
                center,
                new Crop(0, last, crop, false),
                new Crop(last, last, crop, false)));
        for (Crop view : List.copyOf(views)) {
            views.add(new Crop(view.left, view.top, crop, true));
        }
        return List.copyOf(views);
    }
}
