package net.alexnet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Layer;
import net.alexnet.nn.LayerListener.Pass;
import net.alexnet.nn.TinyNetworks;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.reference.ReferenceBackend;
import net.alexnet.train.BenchmarkReport.Cost;
import net.alexnet.train.BenchmarkReport.LayerCosts;
import org.junit.jupiter.api.Test;

class BenchmarkTest {
    private static final AlexNet TINY = TinyNetworks.of(3);

    private static BenchmarkReport run(int batch, int rounds) {
        try (ReferenceBackend backend = new ReferenceBackend()) {
            return Benchmark.run(TINY, batch, rounds, 2, backend, _ -> {});
        }
    }

    @Test
    void freesEverythingAndTellsEveryRound() {
        try (ReferenceBackend backend = new ReferenceBackend()) {
            backend.zeros(Shape.of(3));
            List<Integer> told = new ArrayList<>();
            Benchmark.run(TINY, 2, 2, 2, backend, told::add);
            assertThat(told).containsExactly(0, 1, 2);
            assertThat(backend.liveTensors()).isEqualTo(1);
            try (Scope _ = backend.scope()) { // the backend's own scopes are as they were
                backend.zeros(Shape.of(3));
            }
            assertThat(backend.liveTensors()).isEqualTo(1);
        }
    }

    @Test
    void everyLayerHasThePassesThatItHas() {
        BenchmarkReport report = run(2, 1);
        assertThat(report.layers()).extracting(LayerCosts::row).isEqualTo(TINY.architecture().rows());
        for (LayerCosts layer : report.layers()) {
            Set<Pass> expected = switch (layer.row().name()) {
                case "conv1" -> EnumSet.of(Pass.FORWARD, Pass.BACKWARD_WEIGHTS); // the pictures need no gradient
                case "softmax" -> EnumSet.of(Pass.FORWARD); // the loss
                default -> layer.row().layer() instanceof Layer.Weighted
                        ? EnumSet.allOf(Pass.class)
                        : EnumSet.of(Pass.FORWARD, Pass.BACKWARD_DATA);
            };
            assertThat(layer.passes().keySet()).as(layer.row().name()).isEqualTo(expected);
        }
    }

    @Test
    void countsTheOperationsOfAStepOnce() {
        BenchmarkReport report = run(2, 1);
        long inAll = report.passes().values().stream().mapToLong(Cost::operations).sum();
        assertThat(inAll).isEqualTo(2 * 2 * TINY.architecture().trainingMultiplyAdds());
        long byLayer = report.layers().stream().flatMap(layer -> layer.passes().values().stream())
                .mapToLong(Cost::operations).sum();
        assertThat(byLayer).isEqualTo(inAll);
    }

    @Test
    void aLayerWhoseWorkAnotherKernelDoesHasNoRate() {
        assertThat(new Cost(new Summary(0, 0, 0), 100).gigaflops()).isEmpty();
        assertThat(new Cost(new Summary(0, 0, 0), 0).gigaflops()).isEmpty();
        assertThat(new Cost(new Summary(2, 2, 2), 0).gigaflops()).isEmpty();
        assertThat(new Cost(new Summary(2, 2, 2), 4_000_000_000L).gigaflops()).hasValue(2);
    }

    @Test
    void ratesAndSharesFollowFromTimes() {
        BenchmarkReport read = run(2, 1);
        BenchmarkReport report = new BenchmarkReport(read.architecture(), 10, 3, 5, read.engine(), 256,
                new Summary(4, 3, 5),
                new Summary(2, 1, 5), new Summary(0.5, 0.5, 0.5), read.single(), List.of(), Map.of(), read.update(),
                read.rest(), read.stopped(), read.plan(), read.resident(), read.faults());
        assertThat(report.trainingRate()).isEqualTo(new Summary(5, 2, 10));
        assertThat(report.trainingShare()).isEqualTo(5 * report.trainingGigaflop() / 4);
        assertThat(report.inferenceRate().median()).isEqualTo(20);
        assertThat(report.trainingGigaflop()).isEqualTo(2e-9 * TINY.architecture().trainingMultiplyAdds());
    }

    @Test
    void noPicturesAndNoRoundsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> run(0, 1)).withMessageContaining("found 0 and 1");
        assertThatIllegalArgumentException().isThrownBy(() -> run(1, 0)).withMessageContaining("found 1 and 0");
    }
}
