package net.alexnet.inference;

import java.util.List;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Preprocessing;

/// Where a trained network looks at a picture, §4.1 of the paper. Its answer is the mean of the probabilities over the
/// views (the source: `probsAccum` in `layer.cu`).
public enum Views {
    /// The middle alone.
    CENTER(1, 0),
    /// The four corners and the middle, and the same mirrored.
    TEN(10, 2);

    private final int count;
    private final int center;

    Views(int count, int center) {
        this.count = count;
        this.center = center;
    }

    /// How many views there are of a picture.
    public int count() {
        return count;
    }

    /// Which of them is the middle, from 0.
    public int center() {
        return center;
    }

    /// The views themselves, [#count()] of them.
    public List<Crop> of(Preprocessing preprocessing) {
        int resize = preprocessing.resize();
        int crop = preprocessing.crop();
        return switch (this) {
            case CENTER -> List.of(Crop.center(resize, crop));
            case TEN -> Crop.ten(resize, crop);
        };
    }
}
