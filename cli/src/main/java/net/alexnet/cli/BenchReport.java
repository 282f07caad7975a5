package net.alexnet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import module java.base;
import org.jspecify.annotations.Nullable;

/// What `bench` measured, for a person and as JSON.
///
/// @param weightReads null where a GPU computes
/// @param layers the times of each layer's passes over a batch
/// @param plannedMemoryBytes of a training step
/// @param peakResidentBytes of the process; 0 if unknown
/// @param scaling computed for many ranks; null where it was not asked for
@JsonInclude(JsonInclude.Include.NON_NULL)
record BenchReport(String network, int batch, int rounds, Spread trainingImagesPerSecond,
        Spread inferenceImagesPerSecond, Spread singleImageMs, @Nullable WeightReads weightReads,
        List<LayerCosts> layers, Map<String, Long> plannedMemoryBytes, long peakResidentBytes,
        @Nullable List<Scaling> scaling) {
    /// The spread of several readings.
    record Spread(double median, double least, double greatest) {
        static Spread of(List<Double> readings) {
            List<Double> sorted = readings.stream().sorted().toList();
            int n = sorted.size();
            return new Spread((sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2, sorted.getFirst(), sorted.getLast());
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.1f (%.1f to %.1f)", median, least, greatest);
        }
    }

    /// What reading all weights once takes if nothing is computed. One image needs each weight once.
    ///
    /// @param gigabytesPerSecond that the threads read, measured in turns with one image
    /// @param shareOfOneImage 0 to 1 and more
    record WeightReads(long bytes, Spread gigabytesPerSecond, double ms, double shareOfOneImage) {
        static WeightReads of(long bytes, Spread gigabytesPerSecond, Spread singleImageMs) {
            double ms = bytes / gigabytesPerSecond.median / 1e6;
            return new WeightReads(bytes, gigabytesPerSecond, ms, ms / singleImageMs.median);
        }
    }

    /// A layer's pass.
    ///
    /// @param gflops 0 for a layer that multiplies nothing
    record Cost(Spread ms, double gflops) {}

    /// A layer; a pass that it does not have is null.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record LayerCosts(String name, @Nullable Cost forward, @Nullable Cost backwardData,
            @Nullable Cost backwardWeights) {}

    /// How training would scale, by computation alone.
    ///
    /// @param efficiency of each number of ranks: their rate over as many times the rate of one
    record Scaling(ScalingModel.Exchange exchange, int gigabitsPerSecond, Map<Integer, Double> efficiency) {}

    String table() {
        Formatter text = new Formatter(Locale.ROOT); // writes to memory, so it need not be closed
        text.format("%s, batches of %d; median of %d rounds (lowest to highest)%n", network, batch, rounds);
        text.format("training     %s images/s%n", trainingImagesPerSecond);
        text.format("inference    %s images/s%n", inferenceImagesPerSecond);
        text.format("one image    %s ms%n", singleImageMs);
        if (weightReads != null) {
            text.format(
                    "weights      %s, read at %s GB/s: %.2f ms, %.0f %% of one image%n", Text.bytes(weightReads.bytes),
                    weightReads.gigabytesPerSecond, weightReads.ms, 100 * weightReads.shareOfOneImage);
        }
        text.format("memory       %s at the peak, %s planned for training%n%n",
                peakResidentBytes > 0 ? Text.bytes(peakResidentBytes) : "unknown",
                Text.bytes(plannedMemoryBytes.getOrDefault("total", 0L)));
        text.format("%-11s %20s %20s %20s%n", "ms, GFLOP/s", "forward", "backward-data", "backward-weights");
        for (LayerCosts layer : layers) {
            text.format("%-11s", layer.name);
            Stream.of(layer.forward, layer.backwardData, layer.backwardWeights)
                    .forEach(cost -> text.format(" %20s", cell(cost)));
            text.format("%n");
        }
        if (scaling != null) {
            text.format("%ncomputed from these times, not measured: efficiency of so many hosts in %%%n%-20s",
                    "ranks, one a host");
            scaling.getFirst().efficiency.keySet().forEach(ranks -> text.format(" %6d", ranks));
            for (Scaling row : scaling) {
                text.format("%n%-10s %3d Gb/s ", row.exchange.name().toLowerCase(Locale.ROOT), row.gigabitsPerSecond);
                row.efficiency.values().forEach(share -> text.format(" %6.0f", 100 * share));
            }
        }
        return text.toString().stripTrailing();
    }

    private static String cell(@Nullable Cost cost) {
        return cost == null
                ? ""
                : String.format(Locale.ROOT, "%.2f %8s", cost.ms.median,
                        cost.gflops > 0 ? String.format(Locale.ROOT, "%.1f", cost.gflops) : "");
    }
}
