package net.alexnet.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import net.alexnet.net.Meter.Pass;
import net.alexnet.run.Benchmark;
import net.alexnet.run.BenchmarkReport;
import net.alexnet.run.BenchmarkReport.Cost;
import net.alexnet.run.BenchmarkReport.LayerCosts;
import net.alexnet.run.BenchmarkReport.Resident;
import net.alexnet.run.Spread;

/// A benchmark's report for a reader at a terminal.
final class BenchTable {
    private static final String NAME = "%-10s";
    private static final String PASS = " %10s %7s %7s";

    private final BenchmarkReport report;
    private final List<String> lines = new ArrayList<>();

    BenchTable(BenchmarkReport report) {
        this.report = report;
    }

    List<String> lines() {
        lines.clear();
        summary();
        layers();
        memory();
        return List.copyOf(lines);
    }

    private void summary() {
        line("%s, %,d pictures a step; medians of %d rounds after %d steps (least to greatest)",
                report.architecture().name(), report.batch(), report.rounds(), Benchmark.WARM_UP);
        line("%s", report.engine());
        line("");
        line("sgemm       %s GFLOP/s, %d × %d times as much", spread("%.1f", report.sgemm()), report.sgemmSide(),
                report.sgemmSide());
        line("training    %s images/s, %s ms a step; %.2f GFLOP an image: %s of sgemm",
                spread("%.1f", report.trainingRate()), spread("%.1f", report.step().times(1e3)),
                report.trainingGigaflop(), percent(report.trainingShare()));
        line("inference   %s images/s, %s ms a batch; %.2f GFLOP an image: %s of sgemm",
                spread("%.1f", report.inferenceRate()), spread("%.1f", report.inference().times(1e3)),
                report.inferenceGigaflop(), percent(report.inferenceShare()));
        line("one picture %s ms", spread("%.2f", report.single().times(1e3)));
    }

    private void layers() {
        line("");
        line(NAME + " %26s %26s %26s", "", "forward", "backward-data", "backward-weights");
        line(NAME + PASS + PASS + PASS, "layer", "ms", "GFLOP/s", "% sgemm", "ms", "GFLOP/s", "% sgemm", "ms", "GFLOP/s",
                "% sgemm");
        for (LayerCosts layer : report.layers()) {
            costs(layer.row().name(), layer.passes());
        }
        costs("in all", report.passes());
        line("and %.1f ms for the update, %.1f ms for the rest: handing over, freeing. A step that stops after every pass"
                + " took %.1f ms; the softmax's pass is the loss with its gradient.",
                1e3 * report.update().median(), 1e3 * report.rest().median(), 1e3 * report.stopped().median());
    }

    private void costs(String name, Map<Pass, Cost> passes) {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, NAME, name));
        for (Pass pass : Pass.values()) {
            Cost cost = passes.get(pass);
            if (cost == null) {
                text.append(String.format(Locale.ROOT, PASS, "", "", ""));
            } else {
                OptionalDouble rate = cost.gigaflops();
                text.append(String.format(Locale.ROOT, PASS,
                        String.format(Locale.ROOT, "%.2f", 1e3 * cost.seconds().median()),
                        rate.isPresent() ? String.format(Locale.ROOT, "%.1f", rate.getAsDouble()) : "",
                        rate.isPresent()
                                ? String.format(Locale.ROOT, "%.1f", 100 * report.share(rate.getAsDouble()))
                                : ""));
            }
        }
        lines.add(text.toString().stripTrailing());
    }

    private void memory() {
        line("");
        line("memory of training, planned");
        PlannedBytes.withTotal(report.plan()).forEach((name, bytes) -> part(name.equals("total") ? "in all" : name, bytes));
        if (report.resident().isPresent()) {
            Resident resident = report.resident().get();
            line("resident");
            part("before", resident.before());
            part("made", resident.made());
            part("peak", resident.peak());
            line("  grown by %s, %.2f of the plan; of it Java's heap, as far as used, at most %s",
                    Text.bytes(resident.grown()), (double) resident.grown() / report.plan().total(),
                    Text.bytes(resident.heapAfter()));
        } else {
            line("resident: not read, this system does not tell (there is no /proc/self/status)");
        }
        line("%s", report.faults().map(faults -> "page faults a step: " + spread("%,.0f", faults))
                .orElse("page faults: not read, this system does not tell (there is no /proc/self/stat)"));
    }

    private void part(String name, long bytes) {
        line("  %-12s %12s", name, Text.bytes(bytes));
    }

    private void line(String format, Object... arguments) {
        lines.add(String.format(Locale.ROOT, format, arguments).stripTrailing());
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private static String spread(String format, Spread spread) {
        return String.format(Locale.ROOT, format + " (" + format + " to " + format + ")", spread.median(),
                spread.least(), spread.greatest());
    }
}
