package net.alexnet.data.image;

import java.util.ArrayList;
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

    /// Sums over the pixels of many images of one size, for their statistics. The sums are whole numbers, so the
    /// result does not depend on the order in which pictures were counted, nor on how many workers counted.
    /// Used by one thread at a time.
    public static final class Accumulator {
        private final int side;
        private final int channels;
        private final long[] samples; // by pixel and channel; holds 3.6e16 pictures
        private final long[][] products; // by two channels, over all pixels; holds 1.4e14 pixels
        private long images;

        /// Begins with no image.
        ///
        /// @param side of the images, in pixels
        /// @param channels 1 or 3
        public Accumulator(int side, int channels) {
            this.side = side;
            this.channels = channels;
            this.samples = new long[side * side * channels];
            this.products = new long[channels][channels];
        }

        /// Adds an image.
        ///
        /// @param resized of this size
        public void add(Image resized) {
            if (resized.width() != side || resized.height() != side || resized.channels() != channels) {
                throw new IllegalArgumentException("a picture of " + resized.width() + " × " + resized.height() + " × "
                        + resized.channels() + " is not one of " + side + " × " + side + " × " + channels);
            }
            byte[] values = resized.samples();
            for (int i = 0; i < samples.length; i++) {
                samples[i] += values[i] & 0xFF;
            }
            if (channels == 3) {
                addColorProducts(values);
            } else {
                addGrayProducts(values);
            }
            images++;
        }

        /// Adds the sums of another accumulator.
        public void add(Accumulator other) {
            if (other.side != side || other.channels != channels) {
                throw new IllegalArgumentException("sums over images of " + other.side + " × " + other.channels
                        + " cannot be added to those of " + side + " × " + channels);
            }
            for (int i = 0; i < samples.length; i++) {
                samples[i] += other.samples[i];
            }
            for (int c = 0; c < channels; c++) {
                for (int d = 0; d < channels; d++) {
                    products[c][d] += other.products[c][d];
                }
            }
            images += other.images;
        }

        private void addGrayProducts(byte[] values) {
            long sum = 0;
            for (byte value : values) {
                int sample = value & 0xFF;
                sum += (long) sample * sample;
            }
            products[0][0] += sum;
        }

        private void addColorProducts(byte[] values) {
            long rr = 0;
            long gg = 0;
            long bb = 0;
            long rg = 0;
            long rb = 0;
            long gb = 0;
            for (int i = 0; i < values.length; i += 3) {
                int r = values[i] & 0xFF;
                int g = values[i + 1] & 0xFF;
                int b = values[i + 2] & 0xFF;
                rr += (long) r * r;
                gg += (long) g * g;
                bb += (long) b * b;
                rg += (long) r * g;
                rb += (long) r * b;
                gb += (long) g * b;
            }
            long[][] sums = {{rr, rg, rb}, {rg, gg, gb}, {rb, gb, bb}};
            for (int c = 0; c < 3; c++) {
                for (int d = 0; d < 3; d++) {
                    products[c][d] += sums[c][d];
                }
            }
        }

        /// The statistics; zeros if nothing was counted.
        public PixelStatistics statistics() {
            double[] sums = new double[channels];
            float[] image = new float[samples.length];
            for (int i = 0; i < samples.length; i++) {
                sums[i % channels] += samples[i]; // exact below 2^53
                image[i] = images == 0 ? 0 : (float) ((double) samples[i] / images);
            }
            double pixels = Math.max(1, (double) images * side * side);
            double[][] covariance = new double[channels][channels];
            List<Double> mean = new ArrayList<>();
            List<Double> std = new ArrayList<>();
            for (int c = 0; c < channels; c++) {
                for (int d = 0; d < channels; d++) {
                    covariance[c][d] = products[c][d] / pixels - sums[c] / pixels * (sums[d] / pixels);
                }
                mean.add(sums[c] / pixels);
                std.add(Math.sqrt(Math.max(0, covariance[c][c])));
            }
            return new PixelStatistics(
                    images, mean, std, new MeanImage(side, channels, image), ColorPca.of(covariance));
        }
    }
}
