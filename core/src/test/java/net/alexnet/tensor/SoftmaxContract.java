package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import net.alexnet.tensor.Backend.Loss;
import org.junit.jupiter.api.Test;

/// The softmax and the loss on it.
interface SoftmaxContract extends Contract {
    @Test
    default void softmaxAgreesWithTheReference() {
        for (Shape shape : List.of(Shape.of(1, 1), Shape.of(1, 10), Shape.of(7, 3), Shape.of(5, 1000))) {
            int[] labels = new int[shape.dim(0)];
            for (int row = 0; row < labels.length; row++) {
                labels[row] = row * 7 % shape.dim(1);
            }
            for (float scale : new float[] {1, 30}) {
                agrees(engine -> {
                    Tensor logits = engine.scale(Contract.normal(engine, 1, shape), scale);
                    Loss loss = engine.crossEntropy(logits, labels);
                    return Map.of("softmax", engine.softmax(logits), "loss", loss.value(), "dx", loss.gradient());
                });
            }
        }
    }

    @Test
    default void softmaxByHand() {
        float ln2 = (float) Math.log(2);
        Tensor p = backend().softmax(tensor(Shape.of(2, 3), 0, ln2, 0, 5, 5, 5));
        Closeness.assertClose("p", new double[] {.25, .5, .25, 1d / 3, 1d / 3, 1d / 3}, values(p));
    }

    @Test
    default void rowsSumToOneAndIgnoreAShift() {
        Shape shape = Shape.of(6, 50);
        float[] logits = Samples.normal(shape, 1);
        float[] shifted = logits.clone();
        for (int at = 0; at < shifted.length; at++) {
            shifted[at] += 64;
        }
        float[] p = values(backend().softmax(tensor(shape, logits)));
        for (int row = 0; row < 6; row++) {
            double sum = 0;
            for (int k = 0; k < 50; k++) {
                sum += p[row * 50 + k];
            }
            assertThat(sum).isCloseTo(1, within(1e-5));
        }
        Closeness.assertClose("p of shifted logits", p, values(backend().softmax(tensor(shape, shifted))));
    }

    @Test
    default void largeLogitsDoNotOverflow() {
        Tensor logits = tensor(Shape.of(1, 3), 1000, 0, -1000);
        assertThat(values(backend().softmax(logits))).containsExactly(1, 0, 0);
        assertThat(values(backend().crossEntropy(logits, new int[] {0}).value())).containsExactly(0);
        assertThat(values(backend().crossEntropy(logits, new int[] {2}).value())).containsExactly(2000);
    }

    /// The loss of a network that knows nothing: ln 1000 = 6.9078.
    @Test
    default void uniformLogitsHaveALossOfTheLogarithmOfTheClasses() {
        Loss loss = backend().crossEntropy(backend().zeros(Shape.of(4, 1000)), new int[] {0, 1, 500, 999});
        assertThat(loss.value().shape()).isEqualTo(Shape.of());
        assertThat(values(loss.value())[0]).isCloseTo((float) Math.log(1000), within(1e-5f));
    }

    @Test
    default void theLossIsTheMeanOfTheRows() {
        Tensor logits = tensor(Shape.of(2, 2), 0, (float) Math.log(3), 0, 0);
        Loss loss = backend().crossEntropy(logits, new int[] {0, 1});
        Closeness.assertClose("loss", new double[] {(Math.log(4) + Math.log(2)) / 2}, values(loss.value()));
        Closeness.assertClose("dx", new double[] {-.75 / 2, .75 / 2, .5 / 2, -.5 / 2}, values(loss.gradient()));
    }

    @Test
    default void gradientRowsSumToZero() {
        float[] gradient = values(backend().crossEntropy(normal(1, 5, 20), new int[] {0, 19, 3, 3, 7}).gradient());
        for (int row = 0; row < 5; row++) {
            double sum = 0;
            for (int k = 0; k < 20; k++) {
                sum += gradient[row * 20 + k];
            }
            assertThat(sum).isCloseTo(0, within(1e-6));
        }
    }

    @Test
    default void theLossDoesNotHideNan() {
        Tensor logits = tensor(Shape.of(2, 2), 1, 2, Float.NaN, 3);
        assertThat(values(backend().softmax(logits))[2]).isNaN();
        assertThat(values(backend().crossEntropy(logits, new int[] {0, 0}).value())[0]).isNaN();
    }
}
