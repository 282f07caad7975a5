package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The paper's update rule, to the letter.
interface UpdateContract extends Contract {
    /// The rate falls to a tenth after the second step; what the velocity gathered at the old rate stays in it.
    @Test
    default void theLearningRateIsInsideTheMomentumBuffer() {
        Tensor w = tensor(Shape.of(2), 1, -2);
        Tensor v = backend().zeros(Shape.of(2));
        Tensor gradient = tensor(Shape.of(2), .5f, 0);

        backend().update(w, v, gradient, .9f, .1f, .1f);
        // v = −.1·.1·w − .1·gradient
        Closeness.assertClose("v after step 1", new double[] {-.01 - .05, .02}, values(v));
        Closeness.assertClose("w after step 1", new double[] {.94, -1.98}, values(w));

        backend().update(w, v, gradient, .9f, .1f, .1f);
        Closeness.assertClose("v after step 2", new double[] {-.054 - .0094 - .05, .018 + .0198}, values(v));
        Closeness.assertClose("w after step 2", new double[] {.8266, -1.9422}, values(w));

        backend().update(w, v, gradient, .9f, .1f, .01f);
        // the old velocity is not scaled down with the rate: .9 · −.1134 is most of it
        Closeness.assertClose("v after step 3", new double[] {-.10206 - .0008266 - .005, .03402 + .0019422}, values(v));
        Closeness.assertClose("w after step 3", new double[] {.7187134, -1.9062378}, values(w));
    }

    @Test
    default void withoutMomentumAndDecayItIsPlainDescent() {
        Tensor w = tensor(Shape.of(3), 1, 2, 3);
        Tensor v = tensor(Shape.of(3), 7, 7, 7);
        backend().update(w, v, tensor(Shape.of(3), 1, 0, -1), 0, 0, .5f);
        Closeness.assertClose("w", new double[] {.5, 2, 3.5}, values(w));
        Closeness.assertClose("v", new double[] {-.5, 0, .5}, values(v));
    }

    @Test
    default void addsInPlace() {
        Tensor sum = tensor(Shape.of(2, 2), 1, -2, 3, 0);
        Tensor x = tensor(Shape.of(2, 2), .5f, 2, Float.NaN, -7);
        backend().add(sum, x);
        assertThat(values(sum)).containsExactly(1.5f, 0, Float.NaN, -7);
        assertThat(values(x)).containsExactly(.5f, 2, Float.NaN, -7);
        backend().add(x, x);
        assertThat(values(x)).containsExactly(1, 4, Float.NaN, -14);
    }

    /// A gradient of a convolution has another order in memory than uploaded values; memory that was borrowed is not written.
    @Test
    default void addsWhatAConvolutionMadeToZerosAndToBorrowedMemory() {
        Shape shape = Shape.of(4, 2, 3, 3);
        agrees(engine -> {
            Tensor gradient = engine.convolveParameterGradients(Contract.normal(engine, 1, Shape.of(3, 2, 6, 6)),
                    Contract.normal(engine, 2, Shape.of(3, 4, 6, 6)), shape, Window.of(3, 1, 1), 1).weight();
            Tensor sum = engine.zeros(shape);
            engine.add(sum, gradient);
            engine.add(sum, gradient);
            MemorySegment values = MemorySegment.ofArray(Samples.normal(shape, 3)).asReadOnly();
            Tensor borrowed = engine.upload(shape, values);
            engine.add(borrowed, gradient);
            return Map.of("sum", sum, "borrowed", borrowed);
        });
    }

    @Test
    default void updatesAgreeWithTheReference() {
        Shape shape = Shape.of(7, 3, 5, 5);
        float[][] ours = threeSteps(backend(), shape);
        float[][] theirs = threeSteps(reference(), shape);
        Closeness.assertClose("w", theirs[0], ours[0]);
        Closeness.assertClose("v", theirs[1], ours[1]);
    }

    private static float[][] threeSteps(Backend engine, Shape shape) {
        Tensor w = Contract.normal(engine, 1, shape);
        Tensor v = engine.zeros(shape);
        for (int step = 0; step < 3; step++) {
            engine.update(w, v, Contract.normal(engine, 10 + step, shape), .9f, .0005f, step < 2 ? .01f : .001f);
        }
        return new float[][] {engine.download(w), engine.download(v)};
    }
}
