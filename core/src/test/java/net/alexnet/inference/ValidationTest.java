package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.alexnet.data.ListSet;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.TestImages;
import net.alexnet.inference.TopClasses.ClassProbability;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Network;
import net.alexnet.nn.TinyNetworks;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// [Validation] and [Predictor] must agree picture by picture, for every size of batch.
@Timeout(60)
class ValidationTest {
    private static final List<String> CLASSES = List.of("a", "b", "c", "d", "e", "f");
    private static final Preprocessing PREPROCESSING = new Preprocessing(1, 12, 8, List.of(100.0), 0.02);
    private static final int PICTURES = 11;

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();
    private final AlexNet table = TinyNetworks.of(CLASSES.size());
    private final Network network = Network.initialize(table.architecture(), table.initialization(), 3, backend);
    private final Predictor classifier = new Predictor(
            new Model(new ModelCard(table, CLASSES, PREPROCESSING, "test"), network), Views.CENTER,
            new TestImages.Codec());

    @Test
    void countsEveryPictureOnceWhateverTheBatch() throws Exception {
        TopKErrors.Report expected = byHand();
        assertThat(expected.missedTop1()).isBetween(1L, PICTURES - 1L); // or the test would prove nothing
        for (int batch : List.of(1, 4, PICTURES, 64)) {
            TopKErrors.Report report = validation(batch).evaluate(network, (_, _) -> {}, () -> false).orElseThrow();
            assertThat(report.images()).isEqualTo(PICTURES);
            assertThat(report.missedTop1()).isEqualTo(expected.missedTop1());
            assertThat(report.missedTop5()).isEqualTo(expected.missedTop5());
            assertThat(report.confusions()).isEqualTo(expected.confusions());
            assertThat(report.loss()).isCloseTo(expected.loss(), within(1e-6));
        }
    }

    @Test
    void reportsItsProgress() throws Exception {
        List<Long> done = new ArrayList<>();
        validation(4).evaluate(network, (now, total) -> {
            assertThat(total).isEqualTo(PICTURES);
            done.add(now);
        }, () -> false);
        assertThat(done).containsExactly(4L, 8L, 11L);
    }

    @Test
    void stopsWhenAsked() throws Exception {
        List<Long> done = new ArrayList<>();
        Optional<TopKErrors.Report> report = validation(4)
                .evaluate(network, (now, _) -> done.add(now), () -> done.size() == 2);
        assertThat(report).isEmpty();
        assertThat(done).containsExactly(4L, 8L);
    }

    @Test
    void leavesNoTensorBehind() throws Exception {
        long before = backend.liveTensors();
        validation(4).evaluate(network, (_, _) -> {}, () -> false);
        TopClasses.of(classifier, List.of(square(0)), 2);
        assertThat(backend.liveTensors()).isEqualTo(before);
    }

    @Test
    void refusesAnEmptyDataset() {
        Validation empty = Validation.on(ListSet.of(CLASSES, List.of(), ValidationTest::square), PREPROCESSING, 4, 1);
        assertThatThrownBy(() -> empty.evaluate(network, (_, _) -> {}, () -> false))
                .hasMessageContaining("no pictures to evaluate");
    }

    @Test
    void classifiesBestFirstWithProbabilitiesThatSumToOne() {
        List<List<ClassProbability>> predictions = TopClasses.of(classifier, List.of(square(0), square(1)), 99);
        assertThat(predictions).hasSize(2);
        for (List<ClassProbability> one : predictions) {
            assertThat(one).extracting(ClassProbability::name).containsExactlyInAnyOrderElementsOf(CLASSES);
            assertThat(one).isSortedAccordingTo((a, b) -> Float.compare(b.probability(), a.probability()));
            assertThat(one.stream().mapToDouble(ClassProbability::probability).sum()).isCloseTo(1, within(1e-5));
        }
    }

    @Test
    void aPictureIsTheSameAloneAndAmongOthers() {
        List<Image> images = IntStream.range(0, 5).mapToObj(ValidationTest::square).toList();
        List<List<ClassProbability>> together = TopClasses.of(classifier, images, 3);
        assertThat(together).allSatisfy(one -> assertThat(one).hasSize(3));
        for (int i = 0; i < images.size(); i++) {
            assertThat(TopClasses.of(classifier, List.of(images.get(i)), 3)).containsExactly(together.get(i));
        }
    }

    @Test
    void onlyTheCenterCounts() {
        Image square = square(1);
        byte[] samples = square.samples().clone();
        for (int i = 0; i < 2 * 12; i++) {
            samples[i] = 0; // the two rows above the middle 8 of 12
        }
        List<Image> pictures = List.of(square, new Image(12, 12, 1, samples));
        List<List<ClassProbability>> predictions = TopClasses.of(classifier, pictures, 6);
        assertThat(predictions.getFirst()).isEqualTo(predictions.getLast());
    }

    private TopKErrors.Report byHand() {
        TopKErrors scores = new TopKErrors(CLASSES.size());
        for (int i = 0; i < PICTURES; i++) {
            float[] row = new float[CLASSES.size()];
            for (ClassProbability prediction : TopClasses.of(classifier, List.of(square(i)), CLASSES.size())
                    .getFirst()) {
                row[CLASSES.indexOf(prediction.name())] = prediction.probability();
            }
            scores.add(row, new int[] {label(i)}, 1);
        }
        return scores.report();
    }

    private static Validation validation(int batch) {
        List<Integer> labels = IntStream.range(0, PICTURES).map(ValidationTest::label).boxed().toList();
        return Validation.on(ListSet.of(CLASSES, labels, ValidationTest::square), PREPROCESSING, batch, 2);
    }

    private static int label(int picture) {
        return picture % CLASSES.size();
    }

    private static Image square(int number) {
        return TestImages.pattern(12, 12, 1, number);
    }
}
