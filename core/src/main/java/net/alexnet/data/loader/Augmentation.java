package net.alexnet.data.loader;

import java.util.Optional;
import net.alexnet.data.image.ColorShift;
import net.alexnet.data.image.Crop;
import net.alexnet.tensor.CounterRng;
import net.alexnet.tensor.CounterRng.Purpose;

/// The augmentations of the paper's §4.1. First, "extracting random 224 × 224 patches (and their horizontal reflections)
/// from the 256×256 images"; second, "altering the intensities of the RGB channels".
///
/// @param randomCrop each of the `(resize − crop + 1)²` offsets equally likely; otherwise the center
/// @param cropArea below 1, a random crop has a random size instead: a share of the image's area, equally likely from this
///     to 1
/// @param mirror whether each image is mirrored with a probability of one half
/// @param noise of color, if any
public record Augmentation(boolean randomCrop, double cropArea, boolean mirror,
        Optional<PcaColorNoise> noise) {
    /// The center of every image, unchanged.
    public static final Augmentation NONE = new Augmentation(false, 1, false, Optional.empty());

    /// One row of a training batch.
    ///
    /// @param resize the side of the image, in pixels
    /// @param crop the side of the crop, at most `resize`
    public BatchIndices.Input input(long seed, int epoch, int image, int resize, int crop) {
        return new BatchIndices.Input(
                image,
                view(seed, epoch, image, resize, crop),
                noise.map(drawn -> drawn.shift(seed, epoch, image)).orElse(ColorShift.NONE));
    }

    /// The crop of an image in an epoch.
    ///
    /// @param resize the side of the image, in pixels
    /// @param crop the side of the crop, at most `resize`
    public Crop view(long seed, int epoch, int image, int resize, int crop) {
        long bits = CounterRng.bits(seed, Purpose.AUGMENTATION, epoch, image);
        boolean mirrored = mirror && (bits & 1) == 1;
        if (!randomCrop) {
            Crop center = Crop.center(resize, crop);
            return new Crop(center.left(), center.top(), crop, mirrored);
        }
        if (cropArea < 1) {
            double area = cropArea + (1 - cropArea) * fraction(bits >>> 1);
            int side = Math.max(1, (int) Math.round(resize * Math.sqrt(area)));
            int places = resize - side + 1;
            return new Crop((int) (fraction(bits >>> 22) * places), (int) (fraction(bits >>> 43) * places), side,
                    mirrored);
        }
        int offsets = resize - crop + 1;
        long offset = (bits >>> 1) % ((long) offsets * offsets); // of 63 bits: even to one part in 10^11 and better
        return new Crop((int) (offset % offsets), (int) (offset / offsets), crop, mirrored);
    }

    /// A number in `[0, 1)` from the lowest 21 bits.
    private static double fraction(long bits) {
        return (bits & 0x1FFFFF) * 0x1p-21;
    }
}
