package net.alexnet.data.image;

import java.util.List;

/// Statistics over the pixels of images of one size, in the units of 8-bit samples, 0..255.
///
/// @param images how many were counted
/// @param mean of each channel
/// @param std the standard deviation (by n) of each channel
/// @param meanImage the mean of each pixel
/// @param colorPca the principal components of color
public record PixelStatistics(
        long images, List<Double> mean, List<Double> std, MeanImage meanImage, ColorPca colorPca) {
    public PixelStatistics {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        int channels = meanImage.channels();
        if (images < 0 || mean.size() != channels || std.size() != channels
                || colorPca.components().size() != channels) {
            throw new IllegalArgumentException("pixel statistics of " + images + " pictures with " + mean.size()
                    + " means, " + std.size() + " standard deviations, a mean image of " + channels + " channels and "
                    + colorPca.components().size() + " principal components");
        }
    }
}
