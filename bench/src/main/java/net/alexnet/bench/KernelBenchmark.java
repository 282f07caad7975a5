package net.alexnet.bench;

import java.util.concurrent.TimeUnit;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Our kernels at the sizes of the paper's network, each beside the fastest form that libtorch has for the same result.
/// Nothing is measured unless both give the same.
///
/// `kernel` and `libtorch` are for a profiler; [KernelTable] asks for `inTurns`, where what else the machine does falls on
/// both.
@SuppressWarnings("NullAway.Init") // JMH fills the fields
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1, time = 1500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector",
    "-Dorg.bytedeco.javacpp.maxBytes=0", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"})
public class KernelBenchmark {
    /// A layer, or two that are computed at once, and their pass.
    @Param({"conv1.forward", "conv2.forward", "conv3.forward", "conv4.forward", "conv5.forward",
        "conv2.inputs", "conv3.inputs", "conv4.inputs", "conv5.inputs",
        "conv1.weights", "conv2.weights", "conv3.weights", "conv4.weights", "conv5.weights",
        "norm1.forward", "norm2.forward", "norm1.backward", "norm2.backward",
        "pool1.forward", "pool2.forward", "pool5.forward", "pool1.backward", "pool2.backward", "pool5.backward",
        "norm1.pool1.forward", "norm2.pool2.forward", "norm1.pool1.backward", "norm2.pool2.backward",
        "parameters.update"})
    String work;

    /// Pictures; the update has none.
    @Param("128")
    int batch;

    private KernelPair pair;

    /// Makes the operands and has both sides compute.
    ///
    /// @throws IllegalStateException if they do not give the same
    @Setup
    public void make() {
        torch.set_num_threads(Runtime.getRuntime().availableProcessors());
        pair = pair();
        pair.requireAgreement();
    }

    private KernelPair pair() {
        Architecture paper = AlexNet.paper().architecture();
        String[] words = work.split("\\.", -1);
        if (words[0].equals("parameters")) {
            return KernelVectors.update(paper);
        }
        Row row = row(paper, words[0]);
        if (words.length == 3) {
            return KernelMaps.normPool(row, row(paper, words[1]), words[2], batch);
        }
        return switch (row.layer()) {
            case Layer.Conv _ -> KernelConvolution.of(row, words[1], batch);
            case Layer.ResponseNorm _ -> KernelMaps.norm(row, words[1], batch);
            case Layer.MaxPool _ -> KernelMaps.pool(row, words[1], batch);
            default -> throw new IllegalArgumentException("there is no kernel for " + row.name());
        };
    }

    private static Row row(Architecture architecture, String name) {
        return architecture.rows().stream().filter(each -> each.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the paper's network has no layer " + name));
    }

    /// Ours.
    @Benchmark
    public void kernel() {
        pair.kernel().run();
    }

    /// The alternative.
    @Benchmark
    public void libtorch() {
        pair.runLibtorch();
    }

    /// Both, whichever was second before being first.
    @Benchmark
    public void inTurns(Clock clock) {
        if (clock.turns % 2 == 0) {
            clock.kernel(pair);
            clock.libtorch(pair);
        } else {
            clock.libtorch(pair);
            clock.kernel(pair);
        }
        clock.turns++;
    }

    /// The sides' shares of an iteration; JMH begins each with zeros.
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Clock {
        /// Nanoseconds.
        public long kernelNanos;

        /// Nanoseconds.
        public long libtorchNanos;

        /// How often each side ran.
        public long turns;

        private void kernel(KernelPair pair) {
            long start = System.nanoTime();
            pair.kernel().run();
            kernelNanos += System.nanoTime() - start;
        }

        private void libtorch(KernelPair pair) {
            long start = System.nanoTime();
            pair.runLibtorch();
            libtorchNanos += System.nanoTime() - start;
        }
    }
}
