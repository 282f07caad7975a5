package net.alexnet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Formatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.LayerListener.Pass;
import net.alexnet.nn.MemoryPlan;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.EngineMemory;
import net.alexnet.tensor.Precision;
import net.alexnet.train.Probe;
import net.alexnet.train.TrainingRun;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `alexnet bench`.
@Command(name = "bench", mixinStandardHelpOptions = true, description = "Measures a network on this machine: images per second, milliseconds and GFLOP/s of each layer, and memory.", footer = {
    "",
    "  ./alexnet bench                           the paper's network, 128 images per step",
    "  ./alexnet bench quickstart --batch 64",
    "",
    "It computes on noise, so it needs no images."
})
final class BenchCommand implements Callable<Integer> {
    private static final int WARM_UP_SECONDS = 4;

    private final Terminal terminal;

    @Mixin
    private NetworkChoice choice = new NetworkChoice();

    @Mixin
    private Engine engine = new Engine();

    @Option(names = "--precision", paramLabel = "P", description = "float32 or bfloat16, for convolutions and fully connected layers. Default: float32.")
    private Precision precision = Precision.FLOAT32;

    @Option(names = "--rounds", paramLabel = "N", description = "How often everything is measured, after a warm-up. Default: 5.")
    private int rounds = 5;

    @Option(names = "--progress", paramLabel = "MODE", description = "auto, plain (lines for a log) or none. Default: auto.")
    private ConsoleProgress.Mode mode = ConsoleProgress.Mode.AUTO;

    @Option(names = "--json", description = "Print one JSON object instead of the table.")
    private boolean json;

    BenchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (rounds < 1 || rounds > 10_000) {
            throw new UsageException("--rounds must be 1 to 10000, found " + rounds);
        }
        int batch = choice.batch();
        AlexNet network = choice.network();
        Map<String, List<Double>> readings = new LinkedHashMap<>();
        EngineMemory memory;
        try (ConsoleProgress progress = new ConsoleProgress(terminal, mode);
                Backend backend = engine.open(precision);
                Probe probe = new Probe(network, batch, backend)) {
            progress.message(backend.describe());
            memory = backend.memory();
            for (double spent = 0; spent < WARM_UP_SECONDS;) { // Java's compilers need most of it
                spent += probe.train() + probe.infer(batch) + probe.infer(1);
            }
            for (int round = 0; round < rounds; round++) {
                progress.progress("measuring", round, rounds);
                add(readings, "training_images_per_second", batch / probe.train());
                add(readings, "inference_images_per_second", batch / probe.infer(batch));
                add(readings, "single_image_ms", 1e3 * probe.infer(1));
                probe.train((row, pass, seconds) -> add(readings, key(row, pass), 1e3 * seconds));
            }
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("network", network.architecture().name());
        report.put("batch", batch);
        report.put("rounds", rounds);
        readings.forEach((key, values) -> report.put(key, Spread.of(values)));
        List<Map<String, Object>> layers = new ArrayList<>();
        for (Row row : network.architecture().rows()) {
            Map<String, Object> layer = new LinkedHashMap<>(Map.of("name", row.name()));
            for (Pass pass : Pass.values()) {
                if (report.remove(key(row, pass)) instanceof Spread ms) {
                    double gflops = 2e-6 * batch * row.multiplyAdds() / ms.median; // a multiply-add is two operations
                    layer.put(name(pass), Map.of("ms", ms, "gflops", Double.isFinite(gflops) ? gflops : 0.0));
                }
            }
            layers.add(layer);
        }
        report.put("layers", layers);
        report.put("planned_memory_bytes", MemoryEstimate.withTotal(
                MemoryPlan.of(network.architecture(), batch, TrainingRun.INPUTS, engine.threads(),
                        memory)));
        report.put("peak_resident_bytes", peakResidentBytes());
        terminal.out().println(json ? Json.of(report) : table(report, layers));
        return 0;
    }

    private static String table(Map<String, Object> report, List<Map<String, Object>> layers) {
        Formatter text = new Formatter(Locale.ROOT); // writes to memory, so it need not be closed
        text.format("%s, batches of %s; median of %s rounds (lowest to highest)%n", report.get("network"),
                report.get("batch"), report.get("rounds"));
        text.format("training     %s images/s%n", report.get("training_images_per_second"));
        text.format("inference    %s images/s%n", report.get("inference_images_per_second"));
        text.format("one image    %s ms%n", report.get("single_image_ms"));
        text.format("memory       %s at the peak, %s planned for training%n%n",
                bytes(report.get("peak_resident_bytes")),
                bytes(report.get("planned_memory_bytes") instanceof Map<?, ?> plan ? plan.get("total") : null));
        text.format("%-11s %20s %20s %20s%n", "ms, GFLOP/s", "forward", "backward-data", "backward-weights");
        for (Map<String, Object> layer : layers) {
            text.format("%-11s", layer.get("name"));
            for (Pass pass : Pass.values()) {
                text.format(" %20s",
                        layer.get(name(pass)) instanceof Map<?, ?> cost && cost.get("ms") instanceof Spread ms
                                ? String.format(Locale.ROOT, "%.2f %8s", ms.median, rate(cost.get("gflops")))
                                : "");
            }
            text.format("%n");
        }
        return text.toString().stripTrailing();
    }

    private static String rate(@Nullable Object gflops) {
        return gflops instanceof Double rate && rate > 0 ? String.format(Locale.ROOT, "%.1f", rate) : "";
    }

    private static void add(Map<String, List<Double>> readings, String key, double value) {
        readings.computeIfAbsent(key, _ -> new ArrayList<>()).add(value);
    }

    private static String key(Row row, Pass pass) {
        return row.name() + " " + name(pass);
    }

    private static String name(Pass pass) {
        return pass.name().toLowerCase(Locale.ROOT);
    }

    private static String bytes(@Nullable Object bytes) {
        return bytes instanceof Long count && count > 0 ? Text.bytes(count) : "unknown";
    }

    /// Linux tells, other systems do not: then 0.
    private static long peakResidentBytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status)
                ? Files.readAllLines(status).stream().filter(line -> line.startsWith("VmHWM:"))
                        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""))).sum()
                : 0;
    }

    private record Spread(double median, double least, double greatest) {
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
}
