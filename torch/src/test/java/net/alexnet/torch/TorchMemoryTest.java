package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import net.alexnet.tensor.Backend.Loss;
import net.alexnet.tensor.Backend.ParameterGradients;
import net.alexnet.tensor.Backend.Pooled;
import net.alexnet.tensor.LocalResponseNorm;
import net.alexnet.tensor.LocalResponseNorm.Region;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Rounding;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.Window;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Fifty steps of a small stack that uses every operation leave nothing behind, with no help from the garbage collector.
@ParameterizedClass
@EnumSource
class TorchMemoryTest {
    private static final Path MEMORY = Path.of("/proc/self/statm");
    private static final int PAGE = 4096;
    private static final int BATCH = 32;
    private static final int SIDE = 38;
    private static final Window CONV = new Window(5, 2, 0, Rounding.CEIL); // 38 -> 18, one pixel over the edge
    private static final Window POOL = Window.of(3, 2, 0); // 18 -> 8
    private static final LocalResponseNorm ACROSS = new LocalResponseNorm(Region.ACROSS_CHANNELS, 5, 2, 1e-4, .75, 2);
    private static final LocalResponseNorm WITHIN = new LocalResponseNorm(Region.WITHIN_CHANNEL, 5, 2, 1e-3, .75, 1);

    private final Precision precision;
    private TorchBackend backend;
    private Tensor[] parameters;
    private Tensor[] momentumBuffers;
    private MemorySegment pixels;

    TorchMemoryTest(Precision precision) {
        this.precision = precision;
    }

    @BeforeEach
    void open() {
        backend = TorchBackend.open("cpu", 2, precision);
        parameters = new Tensor[] {random(32, 3, 5, 5), random(32), random(10, 32 * 8 * 8), random(10)};
        momentumBuffers = new Tensor[parameters.length];
        for (int at = 0; at < parameters.length; at++) {
            momentumBuffers[at] = backend.zeros(parameters[at].shape());
        }
        pixels = Arena.ofAuto().allocate((long) BATCH * SIDE * SIDE * 3 * Float.BYTES, 64);
    }

    @AfterEach
    void close() {
        backend.close();
    }

    @Test
    void stepsLeaveNoTensorBehind() {
        steps(2);
        long tensors = backend.liveTensors();
        long pointers = Pointer.totalCount();

        steps(50);

        assertThat(backend.liveTensors()).isEqualTo(tensors);
        assertThat(Pointer.totalCount()).as("JavaCPP's own count of native objects").isEqualTo(pointers);
    }

    @Test
    void stepsLeaveResidentMemoryFlat() throws IOException {
        assumeTrue(Files.exists(MEMORY), "no " + MEMORY + " on this system");
        steps(60); // until the kernels are compiled, their vectors are objects in Java's heap
        long before = resident();

        steps(50);

        // a step's tensors fill about 15 MB, so one that was kept per step would show as hundreds
        assertThat(resident() - before).isLessThan(48L << 20);
    }

    @Test
    void closingFreesEverything() {
        long ours = backend.liveTensors();
        long pointers = Pointer.totalCount();
        steps(1);
        backend.close();

        assertThat(backend.liveTensors()).isZero();
        assertThat(Pointer.totalCount()).isEqualTo(pointers - ours);
    }

    private void steps(int count) {
        for (int step = 0; step < count; step++) {
            try (Scope _ = backend.scope()) {
                step();
            }
        }
    }

    private void step() {
        Tensor x = backend.uploadImages(pixels, BATCH, SIDE, SIDE, 3);
        Tensor y1 = backend.convolve(x, parameters[0], parameters[1], CONV, 1);
        Tensor y2 = backend.relu(y1);
        Tensor y3 = backend.normalize(y2, ACROSS);
        Tensor y4 = backend.normalize(y3, WITHIN);
        Pooled pooled = backend.maxPool(y4, POOL);
        Tensor y5 = backend.tanh(pooled.output());
        Tensor y6 = backend.scale(backend.flatten(y5), .5f);
        Loss loss = backend.crossEntropy(backend.dense(y6, parameters[2], parameters[3]), new int[BATCH]);
        assertThat(backend.download(loss.value())[0]).isFinite();
        assertThat(backend.statistics(y6).nonFinite()).isZero();
        assertThat(backend.unitMaxima(y2)).hasSize(32);

        ParameterGradients dense = backend.denseParameterGradients(y6, loss.gradient());
        Tensor dy5 = backend.unflatten(
                backend.scale(backend.denseInputGradient(loss.gradient(), parameters[2]), .5f), y5.shape());
        Tensor dy4 = backend.maxPoolGradient(y4, backend.tanhGradient(y5, dy5), pooled, POOL, false);
        Tensor dy3 = backend.normalizeGradient(y3, y4, dy4, WITHIN, false);
        Tensor dy2 = backend.normalizeGradient(y2, y3, dy3, ACROSS, false);
        Tensor dy1 = backend.reluGradient(y2, dy2);
        ParameterGradients conv = backend.convolveParameterGradients(x, dy1, parameters[0].shape(), CONV, 1);
        backend.convolveInputGradient(dy1, parameters[0], x, CONV, 1, false);
        Tensor[] gradients = {conv.weight(), conv.bias(), dense.weight(), dense.bias()};
        for (int at = 0; at < gradients.length; at++) {
            backend.update(parameters[at], momentumBuffers[at], gradients[at], .9f, 5e-4f, .01f);
        }
    }

    private Tensor random(int... dims) {
        Shape shape = Shape.of(dims);
        Random random = new Random(shape.elements());
        float[] values = new float[(int) shape.elements()];
        for (int at = 0; at < values.length; at++) {
            values[at] = (float) random.nextGaussian(0, .05);
        }
        return backend.upload(shape, values);
    }

    private static long resident() throws IOException {
        return Long.parseLong(Files.readString(MEMORY).split(" ", -1)[1]) * PAGE;
    }
}
