package net.alexnet.image;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// The first two moments of every channel over a collection of pictures. The sums are whole numbers, so the result does
/// not depend on the order in which pictures were counted, nor on how many workers counted.
///
/// @param pixels how many pixels were counted
/// @param sums the sum of the samples, per channel
/// @param squares the sum of the squared samples, per channel; a `long` holds those of 1.4e14 pixels
public record PixelStatistics(long pixels, List<Long> sums, List<Long> squares) {
    public PixelStatistics {
        sums = List.copyOf(sums);
        squares = List.copyOf(squares);
        if (pixels < 0 || sums.size() != squares.size()) {
            throw new IllegalArgumentException("pixel statistics of " + pixels + " pixels with " + sums.size()
                    + " sums and " + squares.size() + " sums of squares");
        }
    }

    /// The statistics of no picture.
    public static PixelStatistics none(int channels) {
        List<Long> zeros = Collections.nCopies(channels, 0L);
        return new PixelStatistics(0, zeros, zeros);
    }

    /// The statistics of one picture.
    public static PixelStatistics of(Picture picture) {
        int channels = picture.channels();
        List<Long> sums = new ArrayList<>();
        List<Long> squares = new ArrayList<>();
        for (int c = 0; c < channels; c++) {
            long sum = 0;
            long square = 0;
            for (int i = c; i < picture.samples().length; i += channels) {
                int sample = picture.samples()[i] & 0xFF;
                sum += sample;
                square += (long) sample * sample;
            }
            sums.add(sum);
            squares.add(square);
        }
        return new PixelStatistics((long) picture.width() * picture.height(), sums, squares);
    }

    /// The statistics of both collections together.
    public PixelStatistics plus(PixelStatistics other) {
        return new PixelStatistics(
                pixels + other.pixels, added(sums, other.sums), added(squares, other.squares));
    }

    /// The mean of each channel, 0..255; 0 where there is no pixel.
    public List<Double> mean() {
        return sums.stream().map(sum -> pixels == 0 ? 0.0 : (double) sum / pixels).toList();
    }

    /// The standard deviation (by n) of each channel, in the same units; 0 where there is no pixel.
    public List<Double> deviation() {
        List<Double> mean = mean();
        List<Double> deviations = new ArrayList<>();
        for (int c = 0; c < mean.size(); c++) {
            double variance = pixels == 0 ? 0 : (double) squares.get(c) / pixels - mean.get(c) * mean.get(c);
            deviations.add(Math.sqrt(Math.max(0, variance)));
        }
        return List.copyOf(deviations);
    }

    private static List<Long> added(List<Long> a, List<Long> b) {
        if (a.size() != b.size()) {
            throw new IllegalArgumentException(
                    "pixel statistics of " + a.size() + " and of " + b.size() + " channels cannot be added");
        }
        List<Long> result = new ArrayList<>();
        for (int c = 0; c < a.size(); c++) {
            result.add(a.get(c) + b.get(c));
        }
        return result;
    }
}
