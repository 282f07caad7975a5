package net.alexnet.train;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.DropoutMasks;
import net.alexnet.nn.Initialization;
import net.alexnet.nn.LayerListener.Pass;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.train.config.SgdConfig;
import net.alexnet.util.CounterRng;
import net.alexnet.util.CounterRng.Purpose;

/// A network with all that training holds in memory, to be measured: its pictures are noise and its rate is 0, so every
/// step costs what a step of training costs, and none leads anywhere.
final class Workload implements AutoCloseable {
    private static final long ALIGNMENT = 64;
    private static final long SEED = 1;

    /// Deviation of samples less their mean: what the paper's initialisation is made for.
    private static final float RAW_DEVIATION = 70;

    private final int batch;
    private final Backend backend;
    private final Arena arena = Arena.ofShared(); // as the feed's
    private final Scope scope;
    private final Network network;
    private final SgdOptimizer optimizer;
    private final List<MemorySegment> inputs = new ArrayList<>();
    private final int[] labels;
    private final Tensor flag;
    private long steps;

    /// @param batch pictures in a step
    /// @param inputs batches that are in memory at a time, taken in turn
    Workload(AlexNet which, int batch, int inputs, Backend backend) {
        this.batch = batch;
        this.backend = backend;
        this.scope = backend.scope();
        try {
            this.network = Network.initialize(which.architecture(), which.initialization(), SEED, backend);
            this.optimizer = new SgdOptimizer(network, SgdConfig.paper());
            this.flag = backend.zeros(Shape.of(1));
            this.labels = new int[batch];
            for (int i = 0; i < batch; i++) {
                labels[i] = i % which.classes();
            }
            long values = batch * network.architecture().input().elements();
            for (int i = 0; i < inputs; i++) {
                this.inputs.add(arena.allocate(values * Float.BYTES, ALIGNMENT));
            }
            fill(values, which.initialization() == Initialization.HE ? 1 : RAW_DEVIATION);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void fill(long values, float deviation) {
        long start = CounterRng.bits(SEED, Purpose.WEIGHTS, Long.MAX_VALUE);
        float width = (float) (deviation * Math.sqrt(12)); // of the uniform distribution of that deviation
        MemorySegment first = inputs.getFirst();
        for (long i = 0; i < values; i++) {
            first.setAtIndex(ValueLayout.JAVA_FLOAT, i, (CounterRng.uniform(start, i) - 0.5f) * width);
        }
        inputs.stream().skip(1).forEach(other -> other.copyFrom(first));
    }

    Network network() {
        return network;
    }

    /// Returns when the device has done everything that was asked of it: a device works in order, so a value that has
    /// arrived says that all before it is done.
    void await() {
        backend.download(flag);
    }

    /// A whole step, from the pictures in Java's memory to the update.
    ///
    /// @return its seconds
    double train() {
        await();
        long start = System.nanoTime();
        step(network, Optional.empty());
        await();
        return (System.nanoTime() - start) / 1e9;
    }

    /// The same step with a stop after every pass of a layer.
    Stopped trainStopped() {
        LayerTimer laps = new LayerTimer(this::await, System::nanoTime);
        await();
        long start = System.nanoTime();
        laps.start();
        double update = step(network.withListener(laps), Optional.of(laps));
        await();
        return new Stopped(laps.laps(), update, (System.nanoTime() - start) / 1e9);
    }

    /// A step whose parts were timed.
    ///
    /// @param laps of the layers; the softmax's is the loss with its gradient
    /// @param update seconds of the optimiser
    /// @param whole seconds of everything, with handing over the pictures and freeing what was made
    record Stopped(List<LayerTimer.Lap> laps, double update, double whole) {
        double rest() {
            return whole - update - laps.stream().mapToDouble(LayerTimer.Lap::seconds).sum();
        }
    }

    private double step(Network walked, Optional<LayerTimer> laps) {
        MemorySegment pixels = inputs.get((int) (steps % inputs.size()));
        Row softmax = network.architecture().rows().getLast();
        try (Scope _ = backend.scope()) {
            Tensor pictures = upload(pixels, batch);
            laps.ifPresent(LayerTimer::split);
            new TrainingStep(walked, optimizer).run(pictures, labels, new DropoutMasks(SEED, steps++), 0,
                    (_, loss) -> {
                        laps.ifPresent(listener -> listener.done(softmax, Pass.FORWARD));
                        return loss;
                    });
            return laps.map(LayerTimer::split).orElse(0.0);
        }
    }

    /// Probabilities of the first pictures, in Java's memory.
    ///
    /// @return its seconds
    double infer(int pictures) {
        await();
        long start = System.nanoTime();
        try (Scope _ = backend.scope()) {
            backend.download(network.probabilities(upload(inputs.getFirst(), pictures)));
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private Tensor upload(MemorySegment pixels, int pictures) {
        Shape input = network.architecture().input();
        return backend.uploadImages(pixels, pictures, input.dim(1), input.dim(2), input.dim(0));
    }

    /// Frees everything that was made for it.
    @Override
    public void close() {
        scope.close();
        arena.close();
    }
}
