package net.alexnet.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import net.alexnet.nn.LayerListener.Pass;
import net.alexnet.train.BenchmarkReport;
import net.alexnet.train.BenchmarkReport.Cost;
import net.alexnet.train.BenchmarkReport.LayerCosts;
import net.alexnet.train.BenchmarkReport.Resident;
import org.jspecify.annotations.Nullable;

/// A benchmark's report as the object of `--json`: times in milliseconds, rates in 10⁹ operations a second, shares of the
/// plain product's rate as fractions, memory in bytes. What was not read is null.
final class BenchJson {
    private BenchJson() {}

    static Map<String, @Nullable Object> of(BenchmarkReport report) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("network", report.architecture().name());
        object.put("batch", report.batch());
        object.put("rounds", report.rounds());
        object.put("warm_up_steps", report.warmUp());
        object.put("engine", report.engine());
        object.put("sgemm_side", report.sgemmSide());
        object.put("sgemm_gflops", report.sgemm());
        object.put("training", training(report));
        object.put("inference", inference(report));
        object.put("single_picture_ms", report.single().times(1e3));
        object.put("layers", report.layers().stream().map(layer -> layer(report, layer)).toList());
        object.put("layers_in_all", passes(report, report.passes()));
        object.put("update_ms", report.update().times(1e3));
        object.put("rest_ms", report.rest().times(1e3));
        object.put("stopped_step_ms", report.stopped().times(1e3));
        object.put("memory", memory(report));
        return object;
    }

    private static Map<String, Object> training(BenchmarkReport report) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("images_per_second", report.trainingRate());
        object.put("step_ms", report.step().times(1e3));
        object.put("gflop_per_image", report.trainingGigaflop());
        object.put("share_of_sgemm", report.trainingShare());
        return object;
    }

    private static Map<String, Object> inference(BenchmarkReport report) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("images_per_second", report.inferenceRate());
        object.put("batch_ms", report.inference().times(1e3));
        object.put("gflop_per_image", report.inferenceGigaflop());
        object.put("share_of_sgemm", report.inferenceShare());
        return object;
    }

    private static Map<String, @Nullable Object> layer(BenchmarkReport report, LayerCosts layer) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("name", layer.row().name());
        object.putAll(passes(report, layer.passes()));
        return object;
    }

    private static Map<String, @Nullable Object> passes(BenchmarkReport report, Map<Pass, Cost> passes) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (Pass pass : Pass.values()) {
            Cost cost = passes.get(pass);
            object.put(pass.name().toLowerCase(Locale.ROOT), cost == null ? null : cost(report, cost));
        }
        return object;
    }

    private static Map<String, @Nullable Object> cost(BenchmarkReport report, Cost cost) {
        OptionalDouble rate = cost.gigaflops();
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("ms", cost.seconds().times(1e3));
        object.put("gflops", rate.isPresent() ? (Double) rate.getAsDouble() : null);
        object.put("share_of_sgemm", rate.isPresent() ? (Double) report.share(rate.getAsDouble()) : null);
        return object;
    }

    private static Map<String, @Nullable Object> memory(BenchmarkReport report) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("planned_bytes", MemoryEstimate.withTotal(report.plan()));
        object.put("resident_bytes", report.resident().map(resident -> resident(report, resident)).orElse(null));
        object.put("page_faults_per_step", report.faults().orElse(null));
        return object;
    }

    private static Map<String, Object> resident(BenchmarkReport report, Resident resident) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("before", resident.before());
        object.put("made", resident.made());
        object.put("peak", resident.peak());
        object.put("grown", resident.grown());
        object.put("java_heap_before", resident.heapBefore());
        object.put("java_heap_after", resident.heapAfter());
        object.put("grown_over_plan", (double) resident.grown() / report.plan().total());
        object.put("peak_over_plan", (double) resident.peak() / report.plan().total());
        return object;
    }
}
