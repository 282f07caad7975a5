package net.alexnet.inference;

import module java.base;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Preprocessing;

/// The crops of an image that are classified, §4.1 of the paper. The prediction is the mean of
/// their probabilities (the source: `probsAccum` in `layer.cu`).
public enum Views {
    /// The center alone.
    CENTER(1, 0),
    /// The four corners and the center, and the same mirrored.
    TEN(10, 2);

    private final int count;
    private final int center;

    Views(int count, int center) {
        this.count = count;
        this.center = center;
    }

    /// The number of views of an image.
    public int count() {
        return count;
    }

    /// The index of the center view.
    public int center() {
        return center;
    }

    /// The crops, [#count()] of them.
    public List<Crop> of(Preprocessing preprocessing) {
        int resize = preprocessing.resize();
        int crop = preprocessing.crop();
        return switch (this) {
            case CENTER -> List.of(Crop.center(resize, crop));
            case TEN -> Crop.ten(resize, crop);
        };
    }

    /// What someone should know who asked for ten views and gets fewer.
    public Optional<String> note(Preprocessing preprocessing) {
        return this == TEN && preprocessing.crop() == preprocessing.resize()
                ? Optional.of("the network sees all of a picture's " + preprocessing.resize() + " × "
                        + preprocessing.resize() + " pixels, so its ten views are only two: the picture and its mirror"
                        + " image")
                : Optional.empty();
    }
}
