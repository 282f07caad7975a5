package net.alexnet.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The rates of one side over the rounds of a comparison.
record Rates(String name, List<Double> values) {
    Rates(String name) {
        this(name, new ArrayList<>());
    }

    void add(double rate) {
        values.add(rate);
    }

    /// The middle of sorted values, or of the two in the middle the mean.
    static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /// `name  median (least to greatest) pictures/s`.
    @Override
    public String toString() {
        double[] all = values.stream().mapToDouble(v -> v).toArray();
        return String.format(Locale.ROOT, "%-48s %7.0f (%.0f to %.0f) pictures/s", name, median(all),
                Arrays.stream(all).min().orElseThrow(), Arrays.stream(all).max().orElseThrow());
    }

    /// The ratios round by round, as the sides took turns.
    String over(Rates other) {
        double[] ratios = new double[values.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = values.get(i) / other.values.get(i);
        }
        return String.format(Locale.ROOT, "%s / %s: %.3f (%.3f to %.3f)", name, other.name, median(ratios),
                Arrays.stream(ratios).min().orElseThrow(), Arrays.stream(ratios).max().orElseThrow());
    }
}
