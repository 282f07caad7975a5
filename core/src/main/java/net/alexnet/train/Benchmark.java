package net.alexnet.train;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntConsumer;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.LayerListener.Pass;
import net.alexnet.nn.MemoryPlan;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.train.BenchmarkReport.Cost;
import net.alexnet.train.BenchmarkReport.LayerCosts;
import net.alexnet.train.BenchmarkReport.Resident;

/// Measures what a network costs on a backend: whole steps, each layer's passes, inference, memory, and beside them the rate
/// of a plain matrix product.
///
/// Everything is read once in each round, in turn, so that what else the machine does falls on all of them alike.
public final class Benchmark {
    /// Of training, before the first round.
    private static final double WARM_UP_SECONDS = 4;

    /// Of inference by batches, and of single pictures, which have kernels of their own.
    private static final double INFERENCE_WARM_UP_SECONDS = 1;

    /// Pictures one by one in each round.
    private static final int SINGLES = 10;

    /// Matrix products in each round.
    private static final int PRODUCTS = 3;

    private final Architecture architecture;
    private final int batch;
    private final int threads;
    private final Backend backend;
    private final List<Double> sgemm = new ArrayList<>();
    private final List<Double> steps = new ArrayList<>();
    private final List<Double> batches = new ArrayList<>();
    private final List<Double> singles = new ArrayList<>();
    private final List<Double> faults = new ArrayList<>();
    private final List<Workload.Stopped> stopped = new ArrayList<>();
    private int warmUp;

    private Benchmark(Architecture architecture, int batch, int threads, Backend backend) {
        this.architecture = architecture;
        this.batch = batch;
        this.threads = threads;
        this.backend = backend;
    }

    /// Measures; everything made for it is freed.
    ///
    /// @param batch pictures in a step, at least 1
    /// @param rounds how often everything is read, at least 1
    /// @param threads with which the backend computes: each has memory of its own
    /// @param progress is told the number of rounds that are done, 0 once the warm-up is
    public static BenchmarkReport run(
            AlexNet network, int batch, int rounds, int threads, Backend backend, IntConsumer progress) {
        if (batch < 1 || rounds < 1) {
            throw new IllegalArgumentException(
                    "the batch and the number of rounds must be at least 1, found " + batch + " and " + rounds);
        }
        return new Benchmark(network.architecture(), batch, threads, backend).run(network, rounds, progress);
    }

    private BenchmarkReport run(AlexNet network, int rounds, IntConsumer progress) {
        ProcessMemory memory = ProcessMemory.own();
        OptionalLong before = memory.resident();
        long heapBefore = Runtime.getRuntime().totalMemory();
        try (Workload workload = new Workload(network, batch, TrainingRun.INPUTS, backend)) {
            OptionalLong made = memory.resident();
            memory.resetPeak();
            warmUp = WarmUp.run(WARM_UP_SECONDS, workload::train);
            OptionalLong peak = memory.peak();
            long heapAfter = Runtime.getRuntime().totalMemory();
            try (Scope _ = backend.scope()) {
                Sgemm product = new Sgemm(backend);
                product.gigaflops(workload::await);
                WarmUp.run(INFERENCE_WARM_UP_SECONDS, () -> workload.infer(batch));
                WarmUp.run(INFERENCE_WARM_UP_SECONDS, () -> workload.infer(1));
                progress.accept(0);
                for (int round = 1; round <= rounds; round++) {
                    round(workload, product, memory);
                    progress.accept(round);
                }
                Optional<Resident> resident = before.isPresent() && made.isPresent() && peak.isPresent()
                        ? Optional.of(new Resident(before.getAsLong(), made.getAsLong(), peak.getAsLong(), heapBefore,
                                heapAfter))
                        : Optional.empty();
                return report(rounds, product.side(), resident);
            }
        }
    }

    private void round(Workload workload, Sgemm product, ProcessMemory memory) {
        OptionalLong faultsBefore = memory.minorFaults();
        steps.add(workload.train());
        OptionalLong faultsAfter = memory.minorFaults();
        if (faultsBefore.isPresent() && faultsAfter.isPresent()) {
            faults.add((double) (faultsAfter.getAsLong() - faultsBefore.getAsLong()));
        }
        stopped.add(workload.trainStopped());
        for (int i = 0; i < PRODUCTS; i++) {
            sgemm.add(product.gigaflops(workload::await));
        }
        batches.add(workload.infer(batch));
        for (int i = 0; i < SINGLES; i++) {
            singles.add(workload.infer(1));
        }
    }

    // --- from readings to figures ----------------------------------------------------------------------------------

    private BenchmarkReport report(int rounds, int side, Optional<Resident> resident) {
        Map<Pass, Cost> whole = new EnumMap<>(Pass.class);
        for (Pass pass : Pass.values()) {
            List<Double> sums = stopped.stream().map(step -> step.laps().stream().filter(lap -> lap.pass() == pass)
                    .mapToDouble(LayerTimer.Lap::seconds).sum()).toList();
            whole.put(pass, new Cost(Summary.of(sums),
                    architecture.rows().stream().mapToLong(row -> operations(row, pass)).sum()));
        }
        return new BenchmarkReport(
                architecture, batch, rounds, warmUp, backend.describe(), side,
                Summary.of(sgemm), Summary.of(steps), Summary.of(batches), Summary.of(singles),
                layers(), whole,
                Summary.of(stopped.stream().map(Workload.Stopped::update).toList()),
                Summary.of(stopped.stream().map(Workload.Stopped::rest).toList()),
                Summary.of(stopped.stream().map(Workload.Stopped::whole).toList()),
                MemoryPlan.of(architecture, batch, TrainingRun.INPUTS, threads), resident,
                faults.isEmpty() ? Optional.empty() : Optional.of(Summary.of(faults)));
    }

    private List<LayerCosts> layers() {
        Map<String, Map<Pass, List<Double>>> seconds = new HashMap<>();
        for (Workload.Stopped step : stopped) {
            for (LayerTimer.Lap lap : step.laps()) {
                seconds.computeIfAbsent(lap.row().name(), _ -> new EnumMap<>(Pass.class))
                        .computeIfAbsent(lap.pass(), _ -> new ArrayList<>()).add(lap.seconds());
            }
        }
        List<LayerCosts> layers = new ArrayList<>();
        for (Row row : architecture.rows()) {
            Map<Pass, Cost> passes = new EnumMap<>(Pass.class);
            seconds.getOrDefault(row.name(), Map.of()).forEach(
                    (pass, readings) -> passes.put(pass, new Cost(Summary.of(readings), operations(row, pass))));
            layers.add(new LayerCosts(row, passes));
        }
        return layers;
    }

    /// What direct convolution and a plain product do in a layer's pass over the batch, a multiply-add being two.
    private long operations(Row row, Pass pass) {
        boolean none = pass == Pass.BACKWARD_DATA && row.equals(architecture.rows().getFirst());
        return none ? 0 : 2L * batch * row.multiplyAdds();
    }
}
