package net.alexnet.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Map;
import java.util.stream.Stream;
import net.alexnet.tensor.Backend.ParameterGradients;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The fully connected layer, and the way from maps to it and back.
interface DenseContract extends Contract {
    @TestFactory
    default Stream<DynamicTest> denseAgreesWithTheReference() {
        return Stream.of(Shape.of(1, 1, 1), Shape.of(1, 7, 3), Shape.of(5, 1, 4), Shape.of(4, 300, 65),
                Shape.of(33, 17, 10)).map(sizes -> dynamicTest(sizes.toString(), () -> agrees(engine -> {
                    int batch = sizes.dim(0);
                    int inputs = sizes.dim(1);
                    int outputs = sizes.dim(2);
                    Tensor x = Contract.normal(engine, 1, Shape.of(batch, inputs));
                    Tensor weight = Contract.normal(engine, 2, Shape.of(outputs, inputs));
                    Tensor bias = Contract.normal(engine, 3, Shape.of(outputs));
                    Tensor dy = Contract.normal(engine, 4, Shape.of(batch, outputs));
                    ParameterGradients gradients = engine.denseParameterGradients(x, dy);
                    return Map.of("y", engine.dense(x, weight, bias), "dx", engine.denseInputGradient(dy, weight),
                            "dweight", gradients.weight(), "dbias", gradients.bias());
                })));
    }

    @Test
    default void denseByHand() {
        Tensor x = tensor(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        Tensor weight = tensor(Shape.of(2, 3), 1, 0, -1, 2, 1, 0);
        Tensor dy = tensor(Shape.of(2, 2), 1, 2, 3, 4);
        assertThat(values(backend().dense(x, weight, tensor(Shape.of(2), .5f, 10))))
                .containsExactly(-1.5f, 14, -1.5f, 23);
        assertThat(values(backend().denseInputGradient(dy, weight))).containsExactly(5, 2, -1, 11, 4, -3);
        ParameterGradients gradients = backend().denseParameterGradients(x, dy);
        assertThat(values(gradients.weight())).containsExactly(13, 17, 21, 18, 24, 30);
        assertThat(values(gradients.bias())).containsExactly(4, 6);
    }

    @Test
    default void denseIsAConvolutionOverTheWholeMap() {
        Tensor x = normal(1, 3, 4, 5, 5);
        Tensor weight = normal(2, 6, 4, 5, 5);
        Tensor bias = normal(3, 6);
        Tensor y = backend().dense(backend().flatten(x), backend().flatten(weight), bias);
        Closeness.assertClose("y", values(backend().convolve(x, weight, bias, Window.of(5, 1, 0), 1)), values(y));
    }

    @Test
    default void flattenPutsChannelsOutermost() {
        Tensor x = tensor(Shape.of(2, 2, 1, 2), 1, 2, 3, 4, 5, 6, 7, 8);
        Tensor y = backend().flatten(x);
        assertThat(y.shape()).isEqualTo(Shape.of(2, 4));
        assertThat(values(y)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    }

    @Test
    default void unflattenIsTheInverse() {
        for (Shape shape : new Shape[] {Shape.of(3, 5, 4, 2), Shape.of(1, 1, 3, 3), Shape.of(2, 6, 1, 1)}) {
            // through an operation first, so that the values lie in memory as the backend likes them
            Tensor x = backend().relu(Contract.normal(backend(), 1, shape));
            Tensor back = backend().unflatten(backend().flatten(x), shape);
            assertThat(back.shape()).isEqualTo(shape);
            assertThat(values(back)).isEqualTo(values(x));
        }
    }
}
