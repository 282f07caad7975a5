package net.alexnet.cli;

import module java.base;
import net.alexnet.Options;
import net.alexnet.cli.BenchReport.Cost;
import net.alexnet.cli.BenchReport.LayerCosts;
import net.alexnet.cli.BenchReport.Spread;
import net.alexnet.inference.Engines;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.LayerListener.Pass;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.EngineMemory;
import net.alexnet.tensor.Precision;
import net.alexnet.train.Probe;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `alexnet bench`.
@Command(name = "bench", description = "Measure a network on this machine: images per second, milliseconds and GFLOP/s of each layer, and memory.", footer = {
    "", "Examples:",
    "  ./alexnet bench                         the paper's network, 128 images in a step",
    "  ./alexnet bench quickstart --batch 64",
    "  ./alexnet bench --threads 1 --scaling   and what many hosts would make of it",
    "",
    "It computes on noise, so it needs no images."})
final class BenchCommand extends ProgressCommand {
    private static final int WARM_UP_SECONDS = 4;
    private static final List<Integer> RANKS = List.of(2, 4, 8, 16, 64, 256, 1024);
    private static final List<Integer> LINKS = List.of(1, 10, 25, 100); // Gb/s

    @Mixin
    private NetworkChoice choice = new NetworkChoice();

    @Mixin
    private ComputeOptions compute = new ComputeOptions();

    @Option(names = "--precision", paramLabel = "P", description = "float32 or bfloat16, for products and maps. Default: float32.")
    private Precision precision = Precision.FLOAT32;

    @Option(names = "--rounds", paramLabel = "N", description = "How often everything is measured, after a warm-up. Default: 5.")
    private int rounds = 5;

    @Option(names = "--scaling", description = "Also compute how training would scale to 2 to 1,024 hosts over 1 to 100 Gb/s.")
    private boolean scaling;

    private int batch;
    private final Map<String, List<Double>> readings = new LinkedHashMap<>();

    @Override
    int run(ConsoleProgress progress) throws IOException {
        within("--rounds", rounds, scaling ? 2 : 1, 10_000); // steps vary, and so do ranks
        NetworkChoice.Chosen chosen = choice.open().atOnce();
        batch = chosen.batch();
        AlexNet network = chosen.network();
        Options options = compute.options();
        long weightBytes = network.architecture().parameters() * precision.bytes();
        EngineMemory memory;
        boolean onCpu;
        long peak;
        try (Backend backend = Engines.open(options.device(), options.threads(), precision);
                Probe probe = new Probe(network, batch, backend)) {
            progress.message("training: " + backend.describe());
            memory = backend.memory();
            onCpu = backend.computeEnvironment().device().equals("cpu");
            measureTraining(probe, progress);
            peak = peakResidentBytes(); // before inference has a network of its own
        }
        try (Backend backend = Engines.openForInference(options.device(), options.threads(), precision);
                Probe probe = new Probe(network, batch, backend)) {
            progress.message("inference: " + backend.describe());
            measureInference(probe, progress, onCpu
                    ? Optional.of(new ReadBandwidth(weightBytes, options.threads()))
                    : Optional.empty());
        }
        progress.clear();
        BenchReport report = new BenchReport(network.architecture().name(), batch, rounds, spread("training"),
                spread("inference"), spread("single"),
                onCpu ? BenchReport.WeightReads.of(weightBytes, spread("bandwidth"), spread("single")) : null,
                network.architecture().rows().stream().map(row -> new LayerCosts(row.name(),
                        cost(row, Pass.FORWARD), cost(row, Pass.BACKWARD_DATA), cost(row, Pass.BACKWARD_WEIGHTS)))
                        .toList(),
                NetworkChoice.memory(chosen, options.threads(), memory), peak,
                scaling ? scaling(network.architecture(), onCpu) : null);
        print(report, report.table().lines().toList());
        return 0;
    }

    private void measureTraining(Probe probe, ConsoleProgress progress) {
        for (double spent = 0; spent < WARM_UP_SECONDS;) { // Java's compilers need most of it
            spent += probe.train();
        }
        for (int round = 0; round < rounds; round++) {
            progress.progress("measuring training", round, rounds);
            add("training", batch / probe.train());
            probe.train((row, pass, seconds) -> add(row.name() + pass, 1e3 * seconds));
        }
    }

    private void measureInference(Probe probe, ConsoleProgress progress, Optional<ReadBandwidth> memory) {
        for (double spent = 0; spent < WARM_UP_SECONDS;) {
            spent += probe.infer(batch) + probe.infer(1);
        }
        memory.ifPresent(ReadBandwidth::measure);
        for (int round = 0; round < rounds; round++) {
            progress.progress("measuring inference", round, rounds);
            add("inference", batch / probe.infer(batch));
            add("single", 1e3 * probe.infer(1));
            memory.ifPresent(reading -> add("bandwidth", reading.measure() / 1e9));
        }
    }

    private void add(String key, double value) {
        readings.computeIfAbsent(key, _ -> new ArrayList<>()).add(value);
    }

    private Spread spread(String key) {
        return Spread.of(readings.getOrDefault(key, List.of()));
    }

    private List<BenchReport.Scaling> scaling(Architecture architecture, boolean onCpu) {
        List<ScalingModel.Pass> passes = architecture.rows().reversed().stream()
                .map(row -> ScalingModel.Pass.of(row, seconds(row, Pass.BACKWARD_WEIGHTS),
                        seconds(row, Pass.BACKWARD_DATA)))
                .toList();
        double forward = architecture.rows().stream().mapToDouble(row -> seconds(row, Pass.FORWARD)).sum();
        List<Double> steps = readings.getOrDefault("training", List.of());
        double mean = steps.stream().mapToDouble(d -> d).average().orElseThrow();
        double variance = steps.stream().mapToDouble(rate -> (rate / mean - 1) * (rate / mean - 1)).sum()
                / Math.max(1, steps.size() - 1);
        double layers = forward
                + passes.stream().mapToDouble(pass -> pass.weightSeconds() + pass.dataSeconds()).sum();
        double other = Math.max(0, batch / spread("training").median() - layers);
        ScalingModel model = new ScalingModel(passes, forward, other, batch, Math.sqrt(variance), onCpu);
        List<BenchReport.Scaling> all = new ArrayList<>();
        for (ScalingModel.Exchange exchange : ScalingModel.Exchange.values()) {
            for (int gigabits : LINKS) {
                Map<Integer, Double> efficiency = new LinkedHashMap<>();
                RANKS.forEach(ranks -> efficiency.put(ranks, model.efficiency(ranks, gigabits, exchange)));
                all.add(new BenchReport.Scaling(exchange, gigabits, efficiency));
            }
        }
        return all;
    }

    private double seconds(Row row, Pass pass) {
        return readings.containsKey(row.name() + pass) ? spread(row.name() + pass).median() / 1e3 : 0;
    }

    private @Nullable Cost cost(Row row, Pass pass) {
        if (!readings.containsKey(row.name() + pass)) {
            return null;
        }
        Spread ms = spread(row.name() + pass);
        double gflops = 2e-6 * batch * row.multiplyAdds() / ms.median(); // a multiply-add is two operations
        return new Cost(ms, Double.isFinite(gflops) ? gflops : 0);
    }

    /// Linux tells, other systems do not: then 0.
    private static long peakResidentBytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status)
                ? Files.readAllLines(status).stream().filter(line -> line.startsWith("VmHWM:"))
                        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""))).sum()
                : 0;
    }
}
