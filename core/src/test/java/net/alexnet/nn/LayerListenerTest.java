package net.alexnet.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Conv;
import net.alexnet.nn.Network.Stage;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;

class LayerListenerTest {
    private static final Architecture TINY = AlexNet.small().withSize(16, 1, 0.01).architecture();

    @Test
    void isCalledForEveryPassInOrderAndChangesNothing() {
        try (ReferenceBackend backend = new ReferenceBackend()) {
            Network plain = Network.initialize(TINY, Initialization.HE, 1, backend);
            List<String> told = new ArrayList<>();
            Network withListener = plain.withListener((row, pass) -> told.add(row.name() + " " + pass));
            Tensor pictures = backend.upload(Shape.of(1, 1, 16, 16), ramp(256));

            assertThat(backend.download(withListener.probabilities(pictures)))
                    .isEqualTo(backend.download(plain.probabilities(pictures)));
            assertThat(told).isEqualTo(TINY.rows().stream().map(row -> row.name() + " FORWARD").toList());

            told.clear();
            assertThat(gradients(withListener, pictures)).isDeepEqualTo(gradients(plain, pictures));
            assertThat(told).startsWith("conv1 FORWARD", "relu1 FORWARD", "norm1 FORWARD", "pool1 FORWARD")
                    .endsWith("pool1 BACKWARD_DATA", "norm1 BACKWARD_DATA", "relu1 BACKWARD_DATA",
                            "conv1 BACKWARD_WEIGHTS")
                    .containsSubsequence("fc8 FORWARD", "fc8 BACKWARD_WEIGHTS", "fc8 BACKWARD_DATA",
                            "drop7 BACKWARD_DATA", "conv2 BACKWARD_WEIGHTS", "conv2 BACKWARD_DATA")
                    .doesNotContain("conv1 BACKWARD_DATA", "softmax FORWARD").doesNotHaveDuplicates();
        }
    }

    @Test
    void tellsTheOutputsThatAreComputed() {
        try (ReferenceBackend reference = new ReferenceBackend()) {
            Network plain = Network.initialize(TINY, Initialization.HE, 1, reference);
            Backend fusing = (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(),
                    new Class<?>[] {Backend.class},
                    (_, method, given) -> method.getName().equals("fusesNormalizeMaxPool")
                            ? (Object) true
                            : method.invoke(reference, given));
            Map<String, float[]> told = new LinkedHashMap<>();
            Network fused = Network.initialize(TINY, Initialization.HE, 1, fusing)
                    .withListener(new LayerListener() {
                        @Override
                        public void done(Row row, Pass pass) {
                            // times are of no interest
                        }

                        @Override
                        public void output(Row row, Tensor out) {
                            told.put(row.name(), reference.download(out));
                        }
                    });
            Tensor pictures = reference.upload(Shape.of(1, 1, 16, 16), ramp(256));
            fused.probabilities(pictures);
            assertThat(told).containsKeys("relu1", "pool1").doesNotContainKeys("norm1", "norm2");
            for (int i = 1; i <= TINY.rows().size(); i++) {
                float[] out = told.get(TINY.rows().get(i - 1).name());
                if (out != null && !(TINY.rows().get(i - 1).layer() instanceof Conv)) {
                    assertThat(out).isEqualTo(reference.download(plain.outputs(pictures, 0, i)));
                }
            }
        }
    }

    private static float[][] gradients(Network network, Tensor pictures) {
        List<float[]> gradients = new ArrayList<>();
        List<Stage> stages = network.forward(pictures, new DropoutMasks(1, 0));
        Tensor dLogits = network.backend().crossEntropy(stages.getLast().out(), new int[] {2}).gradient();
        network.backward(stages, dLogits, (_, dy) -> gradients.add(network.backend().download(dy)));
        return gradients.toArray(float[][]::new);
    }

    private static float[] ramp(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = i % 17 / 17f - 0.5f;
        }
        return values;
    }
}
