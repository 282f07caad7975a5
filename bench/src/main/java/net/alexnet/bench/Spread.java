package net.alexnet.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/// The middle of several readings with the least and the greatest.
record Spread(double median, double least, double greatest) {
    static Spread of(double... readings) {
        double[] sorted = readings.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    static Spread of(List<Double> readings) {
        return rounds(readings.size(), readings::get);
    }

    /// Of a figure that is computed round by round, as the sides took turns.
    static Spread rounds(int count, IntToDoubleFunction figure) {
        return of(IntStream.range(0, count).mapToDouble(figure).toArray());
    }

    /// `median (least to greatest)`.
    ///
    /// @param number a format for one number
    String format(String number) {
        return String.format(Locale.ROOT, number + " (" + number + " to " + number + ")", median, least, greatest);
    }
}
