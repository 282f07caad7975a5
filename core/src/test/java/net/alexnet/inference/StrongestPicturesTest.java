package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.alexnet.inference.StrongestPictures.Excited;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Activation;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Initialization;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StrongestPicturesTest {
    private static final int COUNT = 14;
    private static final int TWIN = 10; // of picture 3
    private static final int AREA = 16 * 16;

    @ParameterizedTest
    @EnumSource
    void keepsTheGreatestValuesOfEachMapOverSeveralBatches(Activation activation) {
        Architecture tiny = AlexNet.small().withSize(16, 1, 0.05).withLayers(activation, true, true).architecture();
        try (ReferenceBackend backend = new ReferenceBackend()) {
            Network network = Network.initialize(tiny, Initialization.HE, 1, backend);
            float[] pictures = pictures();
            StrongestPictures strongest = new StrongestPictures();
            Network watched = strongest.watch(network);
            for (int first = 0; first < COUNT; first += 5) {
                int count = Math.min(5, COUNT - first);
                float[] batch = Arrays.copyOfRange(pictures, first * AREA, (first + count) * AREA);
                watched.probabilities(backend.upload(Shape.of(count, 1, 16, 16), batch));
            }
            for (String name : List.of("conv1", "conv2", "conv5")) {
                FeatureLayer layer = FeatureLayer.of(tiny, name);
                float[] maps = backend.download(
                        layer.outputs(network, backend.upload(Shape.of(COUNT, 1, 16, 16), pictures)));
                for (int unit = 0; unit < layer.shape().dim(0); unit++) {
                    assertThat(strongest.of(name, unit)).as(name + ", " + unit).hasValue(expected(maps, layer, unit));
                }
                assertThat(strongest.of(name, layer.shape().dim(0))).isEmpty();
            }
            assertThat(strongest.of("pool1", 0)).isEmpty();
        }
    }

    @Test
    void keepsNothingOfTheNetwork() throws Exception {
        StrongestPictures strongest = new StrongestPictures();
        WeakReference<ReferenceBackend> backend = watchedOnce(strongest);
        for (int i = 0; i < 100 && backend.get() != null; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertThat(backend.get()).isNull();
        assertThat(strongest.of("conv1", 0)).isPresent();
    }

    private static WeakReference<ReferenceBackend> watchedOnce(StrongestPictures strongest) {
        try (ReferenceBackend backend = new ReferenceBackend()) {
            Architecture tiny = AlexNet.small().withSize(16, 1, 0.05).architecture();
            strongest.watch(Network.initialize(tiny, Initialization.HE, 1, backend))
                    .probabilities(backend.upload(Shape.of(COUNT, 1, 16, 16), pictures()));
            return new WeakReference<>(backend);
        }
    }

    private static float[] pictures() {
        Random random = new Random(5);
        float[] pictures = new float[COUNT * AREA];
        for (int i = 0; i < pictures.length; i++) {
            pictures[i] = (float) random.nextGaussian() * (1 + i / AREA % 4);
        }
        System.arraycopy(pictures, 3 * AREA, pictures, TWIN * AREA, AREA);
        return pictures;
    }

    private static List<Excited> expected(float[] maps, FeatureLayer layer, int unit) {
        int area = layer.shape().dim(1) * layer.shape().dim(2);
        List<Excited> all = new ArrayList<>();
        for (int picture = 0; picture < COUNT; picture++) {
            float most = 0;
            for (int i = 0; i < area; i++) {
                most = Math.max(most, maps[(picture * layer.shape().dim(0) + unit) * area + i]);
            }
            if (most > 0) {
                all.add(new Excited(picture, most));
            }
        }
        all.sort((a, b) -> Float.compare(b.value(), a.value())); // stable: the twin comes second
        return all.subList(0, Math.min(StrongestPictures.MOST, all.size()));
    }
}
