package net.alexnet.bench;

import java.util.ArrayList;
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

    /// `name  median (least to greatest) pictures/s`.
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%-48s %s pictures/s", name, Spread.of(values).format("%.0f"));
    }

    /// The ratios round by round, as the sides took turns.
    String over(Rates other) {
        return name + " / " + other.name + ": "
                + Spread.rounds(values.size(), i -> values.get(i) / other.values.get(i)).format("%.3f");
    }
}
