package net.alexnet.data.image;

import module java.base;
import net.alexnet.tensor.Check;

/// How a picture becomes the network's input, §2 of the paper: resize the shorter side to [#resize()] and center-crop,
/// crop [#crop()] pixels from that, subtract the mean. A trained model contains it, so that no user has to guess.
///
/// A sample `s` enters the network as `(s − m) · scale`, where `m` is the mean of its channel or, as in the paper, of its
/// place in the view, and the scale is that of its channel. What torchvision writes as `(s / 255 − mean) / std` is the same
/// with means of `255 · mean` and scales of `1 / (255 · std)`.
///
/// The picture is always made smaller by area averaging, as in the paper's source (`INTER_AREA`). torchvision
/// interpolates (bilinear with antialias) and Caffe's tools ignore the aspect ratio, so the inputs
/// of their weights differ a little here from those in training.
///
/// @param channels 1 for gray, 3 for red, green, blue
/// @param resize the side of every resized image, in pixels; the paper's 256
/// @param crop the side of what the network sees, in pixels, from 1 to `resize`; the paper's 224
/// @param mean the mean of each channel in the units of 8-bit samples, 0..255; subtracted if there is no mean image
/// @param scale the factor of each channel after that, above 0; 1 gives the paper's raw units
/// @param meanImage subtracted from every crop instead, of side `crop`; the source takes the center of the mean image,
///     wherever the crop was
public record Preprocessing(
        int channels, int resize, int crop, List<Double> mean, List<Double> scale, Optional<MeanImage> meanImage) {
    /// The greatest side allowed: a batch of larger pictures would not fit any memory.
    public static final int MAX_RESIZE = 8192;

    public Preprocessing {
        mean = List.copyOf(mean);
        scale = List.copyOf(scale);
        Check.that(channels == 1 || channels == 3, "preprocessing: channels", channels, "1 or 3");
        Check.that(resize >= 1 && resize <= MAX_RESIZE, "preprocessing: resize", resize,
                "1 to " + MAX_RESIZE + " pixels");
        Check.that(crop >= 1 && crop <= resize, "preprocessing: crop", crop, "1 to resize = " + resize + " pixels");
        Check.that(mean.size() == channels && mean.stream().allMatch(m -> m >= 0 && m <= 255), "preprocessing: mean",
                mean, "one value of 0 to 255 for each of the " + channels + " channels");
        Check.that(scale.size() == channels && scale.stream().allMatch(s -> s > 0 && s < Double.POSITIVE_INFINITY),
                "preprocessing: scale", scale, "one value above 0 for each of the " + channels + " channels");
        meanImage.ifPresent(image -> Check.that(image.side() == crop && image.channels() == channels,
                "preprocessing: the mean image", image.side() + " × " + image.side() + " × " + image.channels(),
                "of " + crop + " × " + crop + " × " + channels));
    }

    /// Preprocessing with the same scale for every channel.
    public Preprocessing(
            int channels, int resize, int crop, List<Double> mean, double scale, Optional<MeanImage> meanImage) {
        this(channels, resize, crop, mean, Collections.nCopies(channels, scale), meanImage);
    }

    /// The same preprocessing, of which the network sees all of every picture.
    ///
    /// @param side of the picture and of the view, in pixels; a mean image allows none but its own
    public Preprocessing ofWholePictures(int side) {
        return new Preprocessing(channels, side, side, mean, scale, meanImage);
    }

    /// Preprocessing with one mean per channel, and the same scale for every channel.
    public Preprocessing(int channels, int resize, int crop, List<Double> mean, double scale) {
        this(channels, resize, crop, mean, scale, Optional.empty());
    }
}
