package net.alexnet.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.DropoutMasks;
import net.alexnet.nn.Network;
import net.alexnet.nn.Network.Stage;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.CounterRng;
import net.alexnet.tensor.Tensor;
import net.alexnet.torch.TorchBackend;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/// The passes of a network on libtorch, without data and update: what a batch costs forward, and forward and backward.
@SuppressWarnings("NullAway.Init") // JMH fills the fields
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(value = 1, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"})
public class TrainingStep {
    @Param({"paper", "small"})
    String table;

    @Param({"32"})
    int batch;

    private final Arena arena = Arena.ofShared();
    private final Backend backend = TorchBackend.open("cpu");
    private Network network;
    private MemorySegment pixels;

    /// Makes a network and a batch of noise of unit deviation.
    @Setup
    public void make() {
        AlexNet which = AlexNet.of(AlexNet.Variant.valueOf(table.toUpperCase(Locale.ROOT)));
        network = Network.initialize(which.architecture(), which.initialization(), 1, backend);
        long values = batch * network.architecture().input().elements();
        pixels = arena.allocate(values * Float.BYTES, Float.BYTES);
        RandomGenerator noise = CounterRng.generator(1, CounterRng.Purpose.WEIGHTS, 0);
        for (long i = 0; i < values; i++) {
            pixels.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) noise.nextGaussian());
        }
    }

    /// Probabilities at test time.
    @Benchmark
    public float[] inference() {
        try (var _ = backend.scope()) {
            return backend.download(network.probabilities(pictures()));
        }
    }

    /// Loss and all gradients.
    @Benchmark
    public void forwardAndBackward(Blackhole sink) {
        try (var _ = backend.scope()) {
            List<Stage> stages = network.forward(pictures(), new DropoutMasks(1, 0));
            Backend.Loss loss = backend.crossEntropy(stages.getLast().out(), new int[batch]);
            network.backward(stages, loss.gradient(), (parameter, dy) -> sink.consume(dy));
            sink.consume(backend.download(loss.value()));
        }
    }

    private Tensor pictures() {
        int side = network.architecture().input().dim(1);
        return backend.uploadImages(pixels, batch, side, side, network.architecture().input().dim(0));
    }

    /// Frees the native memory.
    @TearDown
    public void free() {
        backend.close();
        arena.close();
    }
}
