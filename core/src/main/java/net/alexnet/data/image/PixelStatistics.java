package net.alexnet.data.image;

import java.util.List;

/// What is known of the pixels of a collection of squares, in the units of 8-bit samples, 0..255.
///
/// @param pictures how many squares were counted
/// @param mean of each channel
/// @param deviation the standard deviation (by n) of each channel
/// @param meanImage the mean of each pixel
/// @param colours the principal components of colour
public record PixelStatistics(
        long pictures, List<Double> mean, List<Double> deviation, MeanImage meanImage, ColorPca colours) {
    public PixelStatistics {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
        int channels = meanImage.channels();
        if (pictures < 0 || mean.size() != channels || deviation.size() != channels
                || colours.components().size() != channels) {
            throw new IllegalArgumentException("pixel statistics of " + pictures + " pictures with " + mean.size()
                    + " means, " + deviation.size() + " deviations, a mean image of " + channels + " channels and "
                    + colours.components().size() + " principal components");
        }
    }
}
