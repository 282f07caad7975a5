package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What happens to each value by itself.
interface NeuronContract extends Contract {
    @Test
    default void neuronsAgreeWithTheReference() {
        for (Shape shape : List.of(Shape.of(1, 1), Shape.of(3, 37), Shape.of(2, 3, 5, 7), Shape.of(1, 16, 4, 4))) {
            agrees(engine -> {
                Tensor x = Contract.normal(engine, 1, shape);
                Tensor dy = Contract.normal(engine, 2, shape);
                Tensor relu = engine.relu(x);
                Tensor tanh = engine.tanh(x);
                return Map.of("relu", relu, "relu gradient", engine.reluGradient(relu, dy),
                        "tanh", tanh, "tanh gradient", engine.tanhGradient(tanh, dy),
                        "multiply", engine.multiply(x, dy), "scale", engine.scale(x, -.3f));
            });
        }
    }

    @Test
    default void reluByHand() {
        Tensor y = backend().relu(tensor(Shape.of(5), -2, -0f, 0, 1e-30f, 3));
        Closeness.assertClose("y", new double[] {0, 0, 0, 1e-30, 3}, values(y));
        assertThat(values(backend().reluGradient(y, tensor(Shape.of(5), 1, 2, 3, 4, 5))))
                .containsExactly(0, 0, 0, 4, 5);
    }

    @Test
    default void l2NormsAgreeWithTheReference() {
        for (Shape shape : List.of(Shape.of(1, 1), Shape.of(3, 37), Shape.of(4, 9216))) {
            agrees(engine -> {
                Tensor x = Contract.normal(engine, 1, shape);
                Tensor y = engine.l2Normalize(x);
                return Map.of("y", y, "gradient",
                        engine.l2NormalizeGradient(x, y, Contract.normal(engine, 2, shape)));
            });
        }
    }

    /// A row of zeros stays one.
    @Test
    default void l2NormByHand() {
        Tensor x = tensor(Shape.of(2, 2), 3, 4, 0, 0);
        Tensor y = backend().l2Normalize(x);
        Closeness.assertClose("y", new double[] {.6, .8, 0, 0}, values(y));
        Closeness.assertClose("dx", new double[] {.128, -.096},
                Arrays.copyOf(values(backend().l2NormalizeGradient(x, y, tensor(Shape.of(2, 2), 1, 0, 0, 0))), 2));
    }

    @Test
    default void reluDoesNotHideNan() {
        assertThat(values(backend().relu(tensor(Shape.of(2), Float.NaN, -1)))).containsExactly(Float.NaN, 0);
    }

    @Test
    default void tanhByHand() {
        Tensor y = backend().tanh(tensor(Shape.of(3), 0, .5f * (float) Math.log(3), 100));
        Closeness.assertClose("y", new double[] {0, .5, 1}, values(y));
        Closeness.assertClose("dx", new double[] {4, 3, 0},
                values(backend().tanhGradient(y, tensor(Shape.of(3), 4, 4, 4))));
    }

    @Test
    default void aMaskDropsUnits() {
        Tensor mask = tensor(Shape.of(2, 2), 0, 1, 1, 0);
        assertThat(values(backend().multiply(tensor(Shape.of(2, 2), 5, 6, 7, 8), mask))).containsExactly(0, 6, 7, 0);
        assertThat(values(backend().scale(tensor(Shape.of(2, 2), 5, 6, 7, 8), .5f))).containsExactly(2.5f, 3, 3.5f, 4);
    }
}
