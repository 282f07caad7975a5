package net.alexnet.cli;

import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import net.alexnet.nn.LayerListener.Pass;
import net.alexnet.train.BenchmarkReport;
import net.alexnet.train.BenchmarkReport.Cost;
import net.alexnet.train.BenchmarkReport.LayerCosts;
import net.alexnet.train.BenchmarkReport.Resident;
import net.alexnet.train.Summary;

/// A benchmark's report for a reader at a terminal.
final class BenchTable {
    private static final String NAME = "%-10s";
    private static final String PASS = " %10s %7s %7s";

    private final BenchmarkReport report;
    private final Formatter text = new Formatter(Locale.ROOT); // collects in memory, so it need not be closed

    BenchTable(BenchmarkReport report) {
        this.report = report;
    }

    List<String> lines() {
        summary();
        layers();
        memory();
        return text.toString().lines().map(String::stripTrailing).toList();
    }

    private void summary() {
        text.format("%s, %,d pictures a step; medians of %d rounds after %d steps of warm-up (least to greatest)\n",
                report.architecture().name(), report.batch(), report.rounds(), report.warmUp());
        text.format("%s\n", report.engine());
        text.format("\n");
        text.format("sgemm       %s GFLOP/s: square matrices of %d, shares below are of the median\n",
                spread("%.1f", report.sgemm()), report.sgemmSide());
        text.format("training    %s images/s, %s ms a step; %.2f GFLOP an image: %s of sgemm\n",
                spread("%.1f", report.trainingRate()), spread("%.1f", report.step().times(1e3)),
                report.trainingGigaflop(), percent(report.trainingShare()));
        text.format("inference   %s images/s, %s ms a batch; %.2f GFLOP an image: %s of sgemm\n",
                spread("%.1f", report.inferenceRate()), spread("%.1f", report.inference().times(1e3)),
                report.inferenceGigaflop(), percent(report.inferenceShare()));
        text.format("one picture %s ms\n", spread("%.2f", report.single().times(1e3)));
    }

    private void layers() {
        text.format("\n");
        text.format(NAME + " %26s %26s %26s\n", "", "forward", "backward-data", "backward-weights");
        text.format(NAME + PASS + PASS + PASS + "\n", "layer", "ms", "GFLOP/s", "% sgemm", "ms", "GFLOP/s", "% sgemm",
                "ms",
                "GFLOP/s",
                "% sgemm");
        for (LayerCosts layer : report.layers()) {
            costs(layer.row().name(), layer.passes());
        }
        costs("in all", report.passes());
        text.format(
                "and %.1f ms for the update, %.1f ms for the rest: handing over, freeing. A step that stops after every pass"
                        + " took %.1f ms; the softmax's pass is the loss with its gradient.\n",
                1e3 * report.update().median(), 1e3 * report.rest().median(), 1e3 * report.stopped().median());
    }

    private void costs(String name, Map<Pass, Cost> passes) {
        text.format(NAME, name);
        for (Pass pass : Pass.values()) {
            Cost cost = passes.get(pass);
            OptionalDouble rate = cost == null ? OptionalDouble.empty() : cost.gigaflops();
            text.format(PASS,
                    cost == null ? "" : String.format(Locale.ROOT, "%.2f", 1e3 * cost.seconds().median()),
                    rate.isPresent() ? String.format(Locale.ROOT, "%.1f", rate.getAsDouble()) : "",
                    rate.isPresent() ? String.format(Locale.ROOT, "%.1f", 100 * report.share(rate.getAsDouble())) : "");
        }
        text.format("\n");
    }

    private void memory() {
        text.format("\n");
        text.format("memory of training, planned\n");
        MemoryEstimate.withTotal(report.plan())
                .forEach((name, bytes) -> part(name.equals("total") ? "in all" : name, bytes));
        if (report.resident().isPresent()) {
            Resident resident = report.resident().get();
            text.format("resident\n");
            part("before", resident.before());
            part("made", resident.made());
            part("peak", resident.peak());
            text.format("  grown by %s, %.2f of the plan; of it Java's heap, as far as used, at most %s\n",
                    Text.bytes(resident.grown()), (double) resident.grown() / report.plan().total(),
                    Text.bytes(resident.heapAfter()));
        } else {
            text.format("resident: not read, this system does not tell (there is no /proc/self/status)\n");
        }
        text.format("%s\n", report.faults().map(faults -> "page faults a step: " + spread("%,.0f", faults))
                .orElse("page faults: not read, this system does not tell (there is no /proc/self/stat)"));
    }

    private void part(String name, long bytes) {
        text.format("  %-12s %12s\n", name, Text.bytes(bytes));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private static String spread(String format, Summary spread) {
        return String.format(Locale.ROOT, format + " (" + format + " to " + format + ")", spread.median(),
                spread.least(), spread.greatest());
    }
}
