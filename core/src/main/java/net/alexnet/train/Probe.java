package net.alexnet.train;

import module java.base;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.DropoutMasks;
import net.alexnet.nn.Initialization;
import net.alexnet.nn.LayerListener;
import net.alexnet.nn.LayerListener.Pass;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.CounterRng;
import net.alexnet.tensor.CounterRng.Purpose;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.train.config.Recipe;
import net.alexnet.train.config.SgdConfig;

/// Times training steps and inference on noise. The learning rate is 0, so the weights stay and all steps cost the same.
public final class Probe implements AutoCloseable {
    private static final long SEED = 1;
    private static final int PROBE_STEPS = 3;
    private static final long PROBE_NANOS = 2_000_000_000;

    /// Standard deviation of raw pixels minus their mean, which the paper's initialization expects.
    private static final float RAW_STD = 70;

    private final Backend backend;
    private final Arena arena = Arena.ofShared();
    private final Scope scope;
    private final Network network;
    private Optional<SgdOptimizer> optimizer = Optional.empty(); // needs as much memory as the weights
    private final MemorySegment pixels;
    private final int[] labels;
    private final Tensor flag;
    private long steps;

    /// Receives the time of a layer's pass.
    public interface LayerTimes {
        /// The softmax's forward pass includes the loss and its gradient.
        void add(Row row, Pass pass, double seconds);
    }

    /// @param batch images in a training step, at least 1
    public Probe(AlexNet which, int batch, Backend backend) {
        this.backend = backend;
        this.scope = backend.scope();
        try {
            this.network = Network.initialize(which.architecture(), which.initialization(), SEED, backend);
            this.flag = backend.zeros(Shape.of(1));
            this.labels = new int[batch];
            Arrays.setAll(labels, i -> i % which.classes());
            long values = batch * network.architecture().input().elements();
            this.pixels = arena.allocate(values * Float.BYTES, 64);
            long start = CounterRng.bits(SEED, Purpose.WEIGHTS, Long.MAX_VALUE);
            float width = (which.initialization() == Initialization.HE ? 1 : RAW_STD) * (float) Math.sqrt(12);
            for (long i = 0; i < values; i++) {
                pixels.setAtIndex(ValueLayout.JAVA_FLOAT, i, (CounterRng.uniform(start, i) - 0.5f) * width);
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /// Training speed in images per second: the best of three steps or more, for two seconds. The first steps of a small
    /// network are several times slower than those after the JVM has compiled it.
    /// Where a step has micro-batches, one of them is timed.
    public static double imagesPerSecond(Recipe recipe, Backend backend) {
        int batch = recipe.picturesAtOnce();
        try (Probe probe = new Probe(recipe.network(), batch, backend)) {
            double best = Double.POSITIVE_INFINITY;
            long end = System.nanoTime() + PROBE_NANOS;
            for (int step = 0; step < PROBE_STEPS || System.nanoTime() < end; step++) {
                best = Math.min(best, probe.train());
            }
            return batch / best;
        }
    }

    /// Runs a training step: upload, forward with dropout, loss, backward, update.
    ///
    /// @return its seconds
    public double train() {
        await();
        long start = System.nanoTime();
        step(network, LayerListener.NONE, () -> {});
        await();
        return (System.nanoTime() - start) / 1e9;
    }

    /// Runs a training step that waits for the device after every pass of a layer, and reports the times of the passes.
    public void train(LayerTimes times) {
        long[] last = new long[1];
        LayerListener timer = (row, pass) -> {
            await();
            long now = System.nanoTime();
            times.add(row, pass, (now - last[0]) / 1e9);
            last[0] = now;
        };
        step(network.withListener(timer), timer, () -> {
            await();
            last[0] = System.nanoTime();
        });
    }

    private void step(Network layers, LayerListener listener, Runnable uploaded) {
        Row softmax = network.architecture().rows().getLast();
        if (optimizer.isEmpty()) {
            optimizer = Optional.of(new SgdOptimizer(network, SgdConfig.paper()));
        }
        try (Scope _ = backend.scope()) {
            Tensor images = upload(labels.length);
            uploaded.run();
            new TrainingStep(layers, optimizer.orElseThrow()).run(images, labels, new DropoutMasks(SEED, steps++), 0,
                    (_, loss) -> {
                        listener.done(softmax, Pass.FORWARD);
                        return loss;
                    });
        }
    }

    /// Computes class probabilities and reads them back.
    ///
    /// @param images how many, at most the batch
    /// @return the seconds
    public double infer(int images) {
        await();
        long start = System.nanoTime();
        try (Scope _ = backend.scope()) {
            backend.download(network.probabilities(upload(images)));
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private Tensor upload(int images) {
        Shape input = network.architecture().input();
        return backend.uploadImages(pixels, images, input.dim(1), input.dim(2), input.dim(0));
    }

    /// Waits for the device. It works in order, so when this value has arrived, everything before it is done.
    private void await() {
        backend.download(flag);
    }

    @Override
    public void close() {
        scope.close();
        arena.close();
    }
}
