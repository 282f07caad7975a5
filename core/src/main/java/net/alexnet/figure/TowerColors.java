package net.alexnet.figure;

import module java.base;
import net.alexnet.inference.FilterTiles;
import net.alexnet.inference.Model;

/// How much color the kernels of conv1 look at, tower by tower. The caption of the paper's figure 3 says that the kernels of
/// one tower are mostly color-agnostic and those of the other mostly color-specific; this measures it.
///
/// The color share of a kernel is `1 − |g|² / |w|²`, where w are its weights and g is the part of them that is the same in
/// all channels: the mean over the channels, repeated. It is 0 for a kernel that sees gray only and 2/3 for one that sees
/// a single channel.
///
/// @param shares the color share of each kernel, a list for each tower
/// @param difference of the mean color share of two towers, the second minus the first; empty with one tower
/// @param p the probability of a difference as large in either direction if the kernels were dealt to the towers at random,
///     by 10,000 random deals; empty with one tower
public record TowerColors(List<List<Double>> shares, OptionalDouble difference, OptionalDouble p) {
    private static final int DEALS = 10_000;
    private static final long SEED = 2012; // fixed, so that a model always has the same p

    public TowerColors {
        shares = shares.stream().map(List::copyOf).toList();
    }

    /// Of a model; empty if it has no conv1, or reads gray images.
    public static Optional<TowerColors> of(Model model) {
        return FilterTiles.of(model.network()).filter(kernels -> kernels.channels() > 1)
                .map(kernels -> of(kernels, model.card().network().towers()));
    }

    /// Of kernels in color.
    ///
    /// @param towers 1 or 2; each has as many of the kernels, in their order
    static TowerColors of(FilterTiles kernels, int towers) {
        List<Double> all = IntStream.range(0, kernels.filters()).mapToObj(i -> share(kernels, i)).toList();
        if (towers == 1) {
            return new TowerColors(List.of(all), OptionalDouble.empty(), OptionalDouble.empty());
        }
        int half = all.size() / 2;
        List<Double> first = all.subList(0, half);
        List<Double> second = all.subList(half, all.size());
        return new TowerColors(List.of(first, second), OptionalDouble.of(mean(second) - mean(first)),
                OptionalDouble.of(p(all)));
    }

    /// The mean color share of a tower's kernels.
    ///
    /// @param tower from 0
    public double mean(int tower) {
        return mean(shares.get(tower));
    }

    private static double share(FilterTiles kernels, int filter) {
        int area = kernels.side() * kernels.side();
        int channels = kernels.channels();
        double whole = 0;
        double gray = 0;
        for (int pixel = 0; pixel < area; pixel++) {
            double sum = 0;
            for (int channel = 0; channel < channels; channel++) {
                double weight = kernels.weights()[(filter * channels + channel) * area + pixel];
                sum += weight;
                whole += weight * weight;
            }
            gray += sum * sum / channels;
        }
        return whole == 0 ? 0 : Math.max(0, 1 - gray / whole);
    }

    /// The share of deals with a difference as large as the towers have; the towers themselves count as one of the deals.
    private static double p(List<Double> all) {
        List<Double> dealt = new ArrayList<>(all);
        double found = difference(dealt) - 1e-12; // sums of the same kernels in another order may round otherwise
        Random random = new Random(SEED);
        int asLarge = 1;
        for (int i = 0; i < DEALS; i++) {
            Collections.shuffle(dealt, random);
            asLarge += difference(dealt) >= found ? 1 : 0;
        }
        return asLarge / (DEALS + 1.0);
    }

    private static double difference(List<Double> all) {
        int half = all.size() / 2;
        return Math.abs(mean(all.subList(half, all.size())) - mean(all.subList(0, half)));
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(value -> value).average().orElseThrow();
    }
}
