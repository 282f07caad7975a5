package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.MemorySegment;
import net.alexnet.tensor.Backend.Pooled;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// Arguments that do not belong together are refused, and the message names them.
interface OperandContract extends Contract {
    /// 3 × 3 windows, stepping by one, padded.
    Window THREE = Window.of(3, 1, 1);

    private Tensor zeros(int... dims) {
        return backend().zeros(Shape.of(dims));
    }

    private static void refused(ThrowingCallable call, String... named) {
        assertThatIllegalArgumentException().isThrownBy(call).satisfies(
                thrown -> org.assertj.core.api.Assertions.assertThat(thrown).hasMessageContainingAll(named));
    }

    @Test
    default void valuesThatDoNotFillAShape() {
        refused(() -> tensor(Shape.of(2, 3), 1, 2, 3, 4, 5), "upload", "2 × 3", "24", "20");
        refused(() -> backend().upload(Shape.of(2, 3), MemorySegment.ofArray(new float[7])), "upload", "2 × 3", "24",
                "28");
        refused(() -> backend().assign(zeros(4), new float[5]), "assign", "4", "16", "20");
        refused(() -> backend().uploadImages(MemorySegment.ofArray(new float[11]), 1, 2, 2, 3),
                "uploadImages", "1 × 2 × 2 × 3", "48", "44");
    }

    @Test
    default void convolutions() {
        Tensor x = zeros(2, 4, 6, 6);
        refused(() -> backend().convolve(x, zeros(8, 3, 3, 3), zeros(8), THREE, 1), "2 × 4 × 6 × 6", "8 × 3 × 3 × 3");
        refused(() -> backend().convolve(x, zeros(8, 4, 3, 3), zeros(8), THREE, 2), "2 × 4 × 6 × 6", "8 × 4 × 3 × 3");
        refused(() -> backend().convolve(x, zeros(8, 4, 5, 5), zeros(8), THREE, 1), "2 × 4 × 6 × 6", "8 × 4 × 5 × 5");
        refused(() -> backend().convolve(x, zeros(8, 4, 3, 3), zeros(7), THREE, 1), "8 × 4 × 3 × 3", "bias 7");
        refused(() -> backend().convolve(x, zeros(9, 2, 3, 3), zeros(9), THREE, 2), "9 × 2 × 3 × 3", "2 group");
        refused(() -> backend().convolve(x, zeros(8, 4, 3, 3), zeros(8), THREE, 0), "0 group");
        refused(() -> backend().convolve(zeros(2, 4), zeros(8, 4, 3, 3), zeros(8), THREE, 1), "N × C × H × W", "2 × 4");
        refused(() -> backend().convolve(x, zeros(8, 4, 9, 9), zeros(8), Window.of(9, 1, 0), 1),
                "2 × 4 × 6 × 6", "floor((6 + 2·0 − 9) / 1)");
    }

    @Test
    default void convolutionGradients() {
        Shape x = Shape.of(2, 4, 6, 6);
        Shape weight = Shape.of(8, 4, 3, 3);
        refused(() -> backend().convolveInputGradient(zeros(2, 8, 5, 5), backend().zeros(weight), backend().zeros(x),
                THREE, 1, false),
                "2 × 8 × 5 × 5", "2 × 4 × 6 × 6", "2 × 8 × 6 × 6");
        refused(() -> backend().convolveParameterGradients(backend().zeros(x), zeros(1, 8, 6, 6), weight, THREE, 1),
                "1 × 8 × 6 × 6", "2 × 4 × 6 × 6", "2 × 8 × 6 × 6");
    }

    @Test
    default void fullyConnected() {
        refused(() -> backend().dense(zeros(2, 5), zeros(3, 4), zeros(3)), "2 × 5", "3 × 4");
        refused(() -> backend().dense(zeros(2, 5), zeros(3, 5), zeros(4)), "bias 4", "3 × 5");
        refused(() -> backend().dense(zeros(2, 5, 1, 1), zeros(3, 5), zeros(3)), "N × F", "2 × 5 × 1 × 1");
        refused(() -> backend().denseInputGradient(zeros(2, 4), zeros(3, 5)), "2 × 4", "3 × 5");
        refused(() -> backend().denseParameterGradients(zeros(2, 5), zeros(3, 4)), "2 × 5", "3 × 4");
        refused(() -> backend().flatten(zeros(2, 5)), "N × C × H × W", "2 × 5");
        refused(() -> backend().unflatten(zeros(2, 11), Shape.of(2, 3, 2, 2)), "2 × 11", "2 × 3 × 2 × 2", "2 × 12");
    }

    @Test
    default void valueByValue() {
        refused(() -> backend().multiply(zeros(2, 3), zeros(3, 2)), "2 × 3", "3 × 2");
        refused(() -> backend().multiply(zeros(2, 3), zeros(3)), "2 × 3", " 3 ");
        refused(() -> backend().add(zeros(2, 3), zeros(3, 2)), "2 × 3", "3 × 2");
        refused(() -> backend().reluGradient(zeros(2, 3), zeros(3, 2)), "2 × 3", "3 × 2");
        refused(() -> backend().tanhGradient(zeros(2, 3), zeros(3, 2)), "2 × 3", "3 × 2");
        refused(() -> backend().update(zeros(2, 3), zeros(2, 3), zeros(6), .9f, 0, .1f), "2 × 3", "gradient 6");
        refused(() -> backend().update(zeros(2, 3), zeros(3, 2), zeros(2, 3), .9f, 0, .1f), "2 × 3",
                "momentumBuffer 3 × 2");
    }

    @Test
    default void normalization() {
        Tensor x = zeros(1, 5, 2, 2);
        refused(() -> backend().normalize(x, LocalResponseNormContract.TWO_TOWERS), "1 × 5 × 2 × 2", "2 group");
        refused(() -> backend().normalize(zeros(1, 5), LocalResponseNormContract.PAPER), "N × C × H × W", "1 × 5");
        refused(() -> backend().normalizeGradient(x, zeros(1, 5, 2, 1), x, LocalResponseNormContract.PAPER, false),
                "1 × 5 × 2 × 2", "1 × 5 × 2 × 1");
        refused(() -> backend().normalizeGradient(x, x, zeros(1, 5, 2, 1), LocalResponseNormContract.PAPER, false),
                "1 × 5 × 2 × 2", "1 × 5 × 2 × 1");
    }

    @Test
    default void pooling() {
        Tensor x = zeros(1, 2, 4, 4);
        refused(() -> backend().maxPool(x, Window.of(5, 1, 0)), "1 × 2 × 4 × 4", "floor((4 + 2·0 − 5) / 1) = 0");
        Window window = Window.of(2, 2, 0);
        Pooled pooled = backend().maxPool(x, window);
        refused(() -> backend().maxPoolGradient(x, zeros(1, 2, 3, 3), pooled, window, false),
                "1 × 2 × 3 × 3", "1 × 2 × 4 × 4", "1 × 2 × 2 × 2");
    }

    @Test
    default void labels() {
        Tensor logits = zeros(2, 10);
        refused(() -> backend().crossEntropy(logits, new int[] {1}), "2 × 10", "1");
        refused(() -> backend().crossEntropy(logits, new int[] {1, 10}), "2 × 10", "label 10", "row 1", "0..9");
        refused(() -> backend().crossEntropy(logits, new int[] {-1, 0}), "2 × 10", "label -1", "row 0");
        refused(() -> backend().crossEntropy(zeros(2, 5, 1, 2), new int[2]), "N × classes", "2 × 5 × 1 × 2");
        refused(() -> backend().softmax(zeros(10)), "N × classes", "10");
        refused(() -> backend().unitMaxima(zeros(10)), "N × F", "10");
    }

    @Test
    default void aTensorOfAnotherBackend() {
        try (Backend other = new ReferenceBackend()) {
            Tensor foreign = other.zeros(Shape.of(2, 3));
            refused(() -> backend().relu(foreign), "2 × 3", "another backend");
            refused(() -> backend().download(foreign), "2 × 3", "another backend");
            refused(() -> backend().multiply(zeros(2, 3), foreign), "2 × 3", "another backend");
        }
    }
}
