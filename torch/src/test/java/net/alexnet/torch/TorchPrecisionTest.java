package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.function.Function;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.Window;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/// Products in bfloat16, held to the reference with operands rounded alike.
class TorchPrecisionTest {
    private static final double TOLERANCE = 1e-2; // of the greatest value: libtorch rounds results to 8 bits as well

    @AutoClose
    private final Backend torch = TorchBackend.open("cpu", 2, Precision.BFLOAT16);
    @AutoClose
    private final Backend reference = new ReferenceBackend(Precision.BFLOAT16);
    @AutoClose
    private final Backend exact = new ReferenceBackend();

    @Test
    void denseAgreesWithTheReference() {
        agrees(engine -> {
            Tensor x = normal(engine, 1, Shape.of(5, 300));
            Tensor weight = normal(engine, 2, Shape.of(65, 300));
            Tensor dy = normal(engine, 3, Shape.of(5, 65));
            var gradients = engine.denseParameterGradients(x, dy);
            return List.of(engine.dense(x, weight, normal(engine, 4, Shape.of(65))),
                    engine.denseInputGradient(dy, weight), gradients.weight(), gradients.bias());
        });
    }

    @Test
    void convolutionAgreesWithTheReference() {
        Window window = Window.of(3, 1, 1);
        agrees(engine -> {
            Tensor x = normal(engine, 1, Shape.of(2, 8, 9, 9));
            Tensor weight = normal(engine, 2, Shape.of(6, 4, 3, 3));
            Tensor dy = normal(engine, 3, Shape.of(2, 6, 9, 9));
            Tensor bias = normal(engine, 4, Shape.of(6));
            var gradients = engine.convolveParameterGradients(x, dy, weight.shape(), window, 2);
            return List.of(engine.convolve(x, weight, bias, window, 2),
                    engine.convolve(x, weight, bias, window, 2, true),
                    engine.convolveInputGradient(dy, weight, x, window, 2, false), gradients.weight(),
                    gradients.bias());
        });
    }

    /// 1 + 2⁻⁹ is no bfloat16.
    @Test
    void operandsAndResultsAreRounded() {
        float between = 1 + 0x1p-9f;
        for (Backend engine : List.of(torch, reference)) {
            Tensor x = engine.upload(Shape.of(1, 1), new float[] {between});
            Tensor one = engine.upload(Shape.of(1, 1), new float[] {1});
            Tensor bias = engine.upload(Shape.of(1), new float[] {0x1p-9f});
            assertThat(engine.download(engine.dense(x, one, bias))).containsExactly(1);
            assertThat(engine.download(engine.denseInputGradient(x, one))).containsExactly(1);
            assertThat(engine.describe()).contains("bfloat16");
        }
        Tensor x = exact.upload(Shape.of(1, 1), new float[] {between});
        assertThat(exact.download(exact.denseInputGradient(x, exact.upload(Shape.of(1, 1), new float[] {1}))))
                .containsExactly(between);
    }

    private void agrees(Function<Backend, List<Tensor>> operations) {
        List<Tensor> found = operations.apply(torch);
        List<Tensor> expected = operations.apply(reference);
        for (int i = 0; i < found.size(); i++) {
            float[] a = torch.download(found.get(i));
            float[] b = reference.download(expected.get(i));
            assertThat(a).hasSameSizeAs(b);
            double greatest = 0;
            double difference = 0;
            for (int j = 0; j < a.length; j++) {
                greatest = Math.max(greatest, Math.abs(b[j]));
                difference = Math.max(difference, Math.abs(a[j] - b[j]));
            }
            assertThat(difference / greatest).as("result %d", i).isLessThan(TOLERANCE);
        }
    }

    private static Tensor normal(Backend engine, int seed, Shape shape) {
        Random random = new Random(seed);
        float[] values = new float[(int) shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return engine.upload(shape, values);
    }
}
