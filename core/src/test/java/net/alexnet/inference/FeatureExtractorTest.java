package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.ListSet;
import net.alexnet.data.RejectedImage;
import net.alexnet.data.ResizedImages;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.Normalizer;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.TestImages;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Network;
import net.alexnet.nn.TinyNetworks;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FeatureExtractorTest {
    private static final Preprocessing PREPROCESSING = new Preprocessing(1, 12, 8, List.of(100.0), 0.02);
    private static final int PICTURES = 7;

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();
    private final AlexNet table = TinyNetworks.of(6);
    private final Network network = Network.initialize(table.architecture(), table.initialization(), 3, backend);

    @ParameterizedTest
    @ValueSource(strings = {"conv1", "norm1", "pool5", "fc6", "fc7", "relu7", "fc8", "softmax"})
    void agreesWithTheNetworkPictureByPicture(String name) throws Exception {
        FeatureLayer layer = FeatureLayer.of(network.architecture(), name);
        for (int batch : List.of(1, 3, 64)) {
            List<float[]> rows = extract(layer, Views.CENTER, batch);
            assertThat(rows).hasSize(PICTURES);
            for (int i = 0; i < PICTURES; i++) {
                assertThat(rows.get(i)).hasSize(layer.length())
                        .containsExactly(byHand(layer, i, Crop.center(12, 8)));
            }
        }
        assertThat(byHand(layer, 0, Crop.center(12, 8))).isNotEqualTo(byHand(layer, 1, Crop.center(12, 8)));
    }

    @Test
    void tenViewsAreAveraged() throws Exception {
        FeatureLayer layer = FeatureLayer.of(network.architecture(), "fc7");
        List<float[]> rows = extract(layer, Views.TEN, 32);
        for (int i = 0; i < PICTURES; i++) {
            int picture = i;
            List<float[]> views = Crop.ten(12, 8).stream().map(view -> byHand(layer, picture, view)).toList();
            for (int k = 0; k < layer.length(); k++) {
                int feature = k;
                assertThat((double) rows.get(i)[k])
                        .isCloseTo(views.stream().mapToDouble(view -> view[feature]).average().orElseThrow(),
                                within(1e-6));
            }
        }
    }

    @Test
    void aLayerWithWeightsIncludesItsActivation() {
        Architecture paper = AlexNet.paper().architecture();
        assertThat(FeatureLayer.of(paper, "fc7").end()).isEqualTo(FeatureLayer.of(paper, "relu7").end());
        assertThat(FeatureLayer.of(paper, "conv5").shape().dims()).containsExactly(256, 13, 13);
        assertThat(FeatureLayer.of(paper, "drop7").end()).isEqualTo(FeatureLayer.of(paper, "fc7").end() + 1);
        assertThat(FeatureLayer.of(paper, "fc8").end()).isEqualTo(paper.rows().size() - 1);
        Architecture original = AlexNet.of(Variant.ORIGINAL).architecture();
        assertThat(FeatureLayer.of(original, "conv1").end()).as("its activation is behind the pooling").isEqualTo(1);
        for (AlexNet.Variant one : AlexNet.Variant.values()) {
            FeatureLayer last = FeatureLayer.lastHidden(AlexNet.of(one).architecture());
            boolean four = one == AlexNet.Variant.FOUR;
            assertThat(last.name()).isEqualTo(four ? "conv4" : "fc7");
            assertThat(AlexNet.of(one).architecture().rows().get(last.end() - 1).name())
                    .isEqualTo(four ? "relu4" : "relu7");
        }
    }

    @Test
    void everyRowOfEveryTableCanBeAskedFor() {
        for (AlexNet.Variant one : AlexNet.Variant.values()) {
            Architecture architecture = AlexNet.of(one).architecture();
            List<String> names = architecture.rows().stream().map(Architecture.Row::name).toList();
            assertThat(names).doesNotHaveDuplicates();
            names.forEach(name -> assertThat(FeatureLayer.of(architecture, name).end()).isPositive());
        }
        assertThatThrownBy(() -> FeatureLayer.of(AlexNet.paper().architecture(), "fc9"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'fc9'", "conv1, relu1, norm1, pool1", "fc8, softmax");
    }

    @Test
    void brokenPicturesShiftNoRow() throws Exception {
        FeatureLayer layer = FeatureLayer.of(network.architecture(), "fc7");
        ImageDataset broken = ListSet.of(List.of("a"), IntStream.range(0, PICTURES).mapToObj(_ -> 0).toList(), i -> {
            if (i == 0 || i == 3) {
                throw new UnreadableImageException("broken " + i);
            }
            return square(i);
        });
        ResizedImages squares = new ResizedImages(broken, new TestImages.Codec(), 12, 1, 0);
        List<Integer> kept = new ArrayList<>();
        extractor(layer, Views.CENTER, 2).extract(squares.imagesOrBlack(), false, (picture, features) -> {
            if (squares.reason(picture) == null) {
                kept.add(picture);
                assertThat(features).containsExactly(byHand(layer, picture, Crop.center(12, 8)));
            }
        }, (_, _) -> {});
        assertThat(kept).containsExactly(1, 2, 4, 5, 6);
        assertThat(squares.rejected()).containsExactly(
                new RejectedImage(broken.name(0), "broken 0"), new RejectedImage(broken.name(3), "broken 3"));
    }

    @Test
    void leavesNoTensorBehind() throws Exception {
        long before = backend.liveTensors();
        extract(FeatureLayer.lastHidden(network.architecture()), Views.TEN, 4);
        assertThat(backend.liveTensors()).isEqualTo(before);
    }

    private List<float[]> extract(FeatureLayer layer, Views views, int batch) throws Exception {
        List<float[]> rows = new ArrayList<>();
        List<Integer> labels = IntStream.range(0, PICTURES).mapToObj(_ -> 0).toList();
        List<Integer> done = new ArrayList<>();
        extractor(layer, views, batch).extract(ListSet.of(List.of("a"), labels, FeatureExtractorTest::square), false,
                (picture, features) -> {
                    assertThat(picture).isEqualTo(rows.size());
                    rows.add(features);
                }, (now, _) -> done.add(now));
        assertThat(done.getLast()).isEqualTo(PICTURES);
        return rows;
    }

    private FeatureExtractor extractor(FeatureLayer layer, Views views, int batch) {
        return new FeatureExtractor(network, layer, PREPROCESSING, views, batch, 2);
    }

    private float[] byHand(FeatureLayer layer, int picture, Crop view) {
        Normalizer writer = new Normalizer(PREPROCESSING);
        try (Arena arena = Arena.ofConfined(); Scope _ = backend.scope()) {
            MemorySegment pixels = arena.allocate((long) writer.valuesPerView() * Float.BYTES, Float.BYTES);
            writer.write(square(picture), view, pixels, 0);
            Tensor input = backend.uploadImages(pixels, 1, 8, 8, 1);
            float[] values = backend.download(network.outputs(input, 0, layer.end()));
            return Arrays.copyOf(values, values.length);
        }
    }

    private static Image square(int number) {
        return TestImages.pattern(12, 12, 1, number);
    }
}
