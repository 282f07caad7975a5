package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.ResizeAndCenterCrop;
import net.alexnet.data.image.TestImages;
import net.alexnet.inference.TopClasses.ClassProbability;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Network;
import net.alexnet.nn.TinyNetworks;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PredictorTest {
    private static final List<String> CLASSES = List.of("a", "b", "c", "d", "e", "f");
    private static final Preprocessing GRAY = new Preprocessing(1, 12, 8, List.of(100.0), 0.02);
    private static final Preprocessing COLOR = new Preprocessing(3, 12, 8, List.of(100.0, 110.0, 120.0), 0.02);
    private static final TestImages.Codec CODEC = new TestImages.Codec();

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();

    private Predictor predictor(Preprocessing preprocessing, Views views) {
        AlexNet tiny = TinyNetworks.of(CLASSES.size()).withSize(TinyNetworks.INPUT, preprocessing.channels(), 0.001);
        Network network = Network.initialize(tiny.architecture(), tiny.initialization(), 3, backend);
        return new Predictor(new Model(new ModelCard(tiny, CLASSES, preprocessing, "test"), network), views, CODEC);
    }

    private static List<ClassProbability> classify(Predictor predictor, Image image) {
        return TopClasses.of(predictor, List.of(image), 6).getFirst();
    }

    @Test
    void anImageOfAnySizeIsResizedAndCropped() {
        for (Views views : Views.values()) {
            Predictor predictor = predictor(GRAY, views);
            for (int[] size : new int[][] {{12, 12}, {24, 24}, {40, 20}, {13, 31}, {5, 9}, {1, 1}}) {
                Image image = TestImages.noise(size[0], size[1], 1, 7);
                Image resized = ResizeAndCenterCrop.middle(image, 12, CODEC);
                assertThat(classify(predictor, image)).as("%d × %d", size[0], size[1])
                        .isEqualTo(classify(predictor, resized));
            }
        }
    }

    @Test
    void theMiddleOfALargeImageCounts() {
        Image small = TestImages.noise(12, 12, 1, 3);
        byte[] samples = new byte[36 * 12];
        for (int y = 0; y < 12; y++) {
            System.arraycopy(small.samples(), y * 12, samples, y * 36 + 12, 12);
        }
        Predictor predictor = predictor(GRAY, Views.CENTER);
        assertThat(classify(predictor, new Image(36, 12, 1, samples))).isEqualTo(classify(predictor, small));
    }

    @Test
    void aGrayImageForAColorModelHasThreeEqualChannels() {
        Image gray = TestImages.noise(20, 14, 1, 5);
        byte[] samples = new byte[20 * 14 * 3];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = gray.samples()[i / 3];
        }
        Predictor predictor = predictor(COLOR, Views.CENTER);
        assertThat(classify(predictor, gray)).isEqualTo(classify(predictor, new Image(20, 14, 3, samples)));
    }

    @Test
    void aColorImageForAGrayModelIsTurnedGray() {
        Image red = new Image(1, 1, 3, new byte[] {(byte) 200, 0, 0});
        Image gray = new Image(1, 1, 1, new byte[] {60}); // 0.299 · 200
        Predictor predictor = predictor(GRAY, Views.CENTER);
        assertThat(classify(predictor, red)).isEqualTo(classify(predictor, gray));
    }

    @Test
    void severalThreadsGetTheAnswersThatOneGets() {
        Predictor predictor = predictor(GRAY, Views.TEN);
        List<Image> images = IntStream.range(0, 8).mapToObj(i -> TestImages.noise(15, 13, 1, i)).toList();
        List<List<ClassProbability>> expected = images.stream().map(image -> classify(predictor, image)).toList();
        List<CompletableFuture<List<ClassProbability>>> threads = new ArrayList<>();
        for (Image image : images) {
            threads.add(CompletableFuture.supplyAsync(() -> classify(predictor, image),
                    task -> Thread.ofPlatform().start(task)));
        }
        assertThat(threads.stream().map(CompletableFuture::join)).containsExactlyElementsOf(expected);
        assertThat(backend.liveTensors()).as("left by calls").isEqualTo(
                (long) predictor.model().network().parameters().size());
    }
}
