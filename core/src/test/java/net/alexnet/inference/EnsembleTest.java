package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.ListSet;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.TestImages;
import net.alexnet.inference.Ensemble.Input;
import net.alexnet.inference.Ensemble.Member;
import net.alexnet.inference.Ensemble.Outcome;
import net.alexnet.inference.Prediction.Score;
import net.alexnet.inference.TopClasses.ClassProbability;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Network;
import net.alexnet.nn.TinyNetworks;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Compares the counts and predictions of an [Ensemble] with those of a [Predictor] for each view by itself.
@Timeout(60)
class EnsembleTest {
    private static final List<String> CLASSES = List.of("a", "b", "c", "d", "e", "f");
    private static final Preprocessing SMALL = new Preprocessing(1, 12, 8, List.of(100.0), 0.02);
    private static final Preprocessing LARGE = new Preprocessing(1, 15, 12, List.of(90.0), 0.03);
    private static final int PICTURES = 7;

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();
    private final Network small = network(TinyNetworks.of(CLASSES.size()), 3);
    private final Network large = network(
            TinyNetworks.of(CLASSES.size()).withSize(12, 1, 0.001),
            4);

    @Test
    void tenViewsAreTheMeanOfTheirProbabilities() throws Exception {
        Run run = run(List.of(member(small, SMALL)), Views.TEN, 128, 2);
        for (int i = 0; i < PICTURES; i++) {
            assertSays(run.predictions.get(i), i, mean(List.of(row(small, SMALL, i, Crop.ten(12, 8)))));
        }
        assertThat(run.outcome.members()).containsExactly(run.outcome.average()); // one network is its own average
    }

    @Test
    void onePassAlsoCountsTheCenterView() throws Exception {
        Run ten = run(List.of(member(small, SMALL)), Views.TEN, 128, 2);
        Run one = run(List.of(member(small, SMALL)), Views.CENTER, 128, 2);
        assertThat(one.outcome.average().center()).isEmpty();
        assertThat(ten.outcome.average().center()).contains(one.outcome.average().views());
        assertThat(ten.outcome.average().views().loss()).isNotEqualTo(one.outcome.average().views().loss());
    }

    @Test
    void theLossIsOfTheMeanNotTheMeanOfLosses() throws Exception {
        Run run = run(List.of(member(small, SMALL)), Views.TEN, 128, 1);
        double sum = 0;
        for (int i = 0; i < PICTURES; i++) {
            sum -= Math.log(mean(List.of(row(small, SMALL, i, Crop.ten(12, 8))))[i % CLASSES.size()]);
        }
        assertThat(run.outcome.average().views().loss()).isCloseTo(sum / PICTURES, within(1e-6));
    }

    @Test
    void networksOfDifferentCropsAreAveragedPictureByPicture() throws Exception {
        Run run = run(List.of(member(small, SMALL), member(large, LARGE)), Views.TEN, 30, 2);
        for (int i = 0; i < PICTURES; i++) {
            double[] smalls = row(small, SMALL, i, Crop.ten(12, 8));
            double[] larges = row(large, LARGE, i, Crop.ten(15, 12));
            assertSays(run.predictions.get(i), i, mean(List.of(smalls, larges)));
        }
        Outcome outcome = run.outcome;
        assertThat(outcome.members()).hasSize(2);
        assertThat(outcome.members().get(0))
                .isEqualTo(run(List.of(member(small, SMALL)), Views.TEN, 30, 2).outcome.average());
        assertThat(outcome.members().get(1))
                .isEqualTo(run(List.of(member(large, LARGE)), Views.TEN, 30, 2).outcome.average());
        assertThat(outcome.average().views().loss()).isNotEqualTo(outcome.members().get(0).views().loss());
        assertThat(outcome.average().center()).isPresent();
    }

    @Test
    void networksMayShareTheirInput() throws Exception {
        Network other = network(TinyNetworks.of(CLASSES.size()), 9);
        Input shared = new Input(images(SMALL), SMALL);
        Run together = run(List.of(new Member(small, shared), new Member(other, shared)), Views.TEN, 30, 2);
        Run apart = run(List.of(member(small, SMALL), member(other, SMALL)), Views.TEN, 30, 2);
        assertThat(together.outcome).isEqualTo(apart.outcome);
        assertThat(together.predictions).isEqualTo(apart.predictions);
    }

    @Test
    void neitherBatchNorWorkersChangeAnything() throws Exception {
        List<Member> members = List.of(member(small, SMALL), member(large, LARGE));
        Run expected = run(members, Views.TEN, 1, 1);
        for (int batch : List.of(10, 25, 1000)) {
            for (int workers : List.of(1, 3)) {
                Run run = run(members, Views.TEN, batch, workers);
                assertThat(run.predictions).isEqualTo(expected.predictions);
                assertThat(run.outcome).isEqualTo(expected.outcome);
            }
        }
    }

    @Test
    void classifiesWithTheSameViews() throws Exception {
        Predictor classifier = new Predictor(
                new Model(new ModelCard(TinyNetworks.of(CLASSES.size()), CLASSES, SMALL, "test"), small), Views.TEN,
                new TestImages.Codec());
        List<Image> images = IntStream.range(0, PICTURES).mapToObj(i -> square(SMALL, i)).toList();
        List<List<ClassProbability>> predictions = TopClasses.of(classifier, images, Prediction.TOP);
        Run run = run(List.of(member(small, SMALL)), Views.TEN, 128, 1);
        for (int i = 0; i < PICTURES; i++) {
            assertThat(predictions.get(i)).isEqualTo(run.predictions.get(i).best().stream()
                    .map(predicted -> new ClassProbability(CLASSES.get(predicted.label()), predicted.probability()))
                    .toList());
        }
    }

    @Test
    void stopsWhenAskedAndFreesItsTensors() throws Exception {
        long before = backend.liveTensors();
        List<Prediction> predictions = new ArrayList<>();
        List<Long> done = new ArrayList<>();
        assertThat(new Ensemble(List.of(member(small, SMALL), member(large, LARGE)), Views.TEN, 20, 2)
                .evaluate((now, _) -> done.add(now), predictions::add, () -> done.size() == 2))
                .isEmpty();
        assertThat(done).containsExactly(2L, 4L); // two pictures make a batch of 20 views
        assertThat(predictions).hasSize(4);
        assertThat(backend.liveTensors()).isEqualTo(before);
    }

    @Test
    void refusesNetworksThatCannotBeAveraged() {
        Member one = member(small, SMALL);
        Member fewer = member(network(TinyNetworks.of(4), 1), SMALL);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Ensemble(List.of(one, fewer), Views.TEN, 20, 2))
                .withMessageContaining("number of classes");
        Member others = new Member(small, new Input(ListSet.of(CLASSES, List.of(0), i -> square(SMALL, i)), SMALL));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Ensemble(List.of(one, others), Views.TEN, 20, 2))
                .withMessageContaining("same pictures");
    }

    // --- by hand ---------------------------------------------------------------------------------------------------

    private record Run(Outcome outcome, List<Prediction> predictions) {}

    private static Run run(List<Member> members, Views views, int batch, int workers) throws Exception {
        List<Prediction> predictions = new ArrayList<>();
        Outcome outcome = new Ensemble(members, views, batch, workers)
                .evaluate((_, _) -> {}, predictions::add, () -> false)
                .orElseThrow();
        assertThat(predictions).hasSize(PICTURES);
        return new Run(outcome, predictions);
    }

    private static void assertSays(Prediction prediction, int picture, double[] expected) {
        assertThat(prediction.name()).isEqualTo("picture-" + picture);
        assertThat(prediction.label()).isEqualTo(picture % CLASSES.size());
        Map<Integer, Float> said = new LinkedHashMap<>();
        prediction.best().forEach(predicted -> said.put(predicted.label(), predicted.probability()));
        assertThat(said).hasSize(Prediction.TOP);
        said.forEach((label, probability) -> assertThat(probability.doubleValue())
                .isCloseTo(expected[label], within(1e-6)));
        assertThat(prediction.best()).extracting(Score::probability).isSortedAccordingTo((a, b) -> Float.compare(b, a));
    }

    /// The mean over views of a picture, each cut out by itself and classified alone.
    private static double[] row(Network network, Preprocessing preprocessing, int picture, List<Crop> views) {
        Preprocessing alone = new Preprocessing(
                1, preprocessing.crop(), preprocessing.crop(), preprocessing.mean(), preprocessing.scale(),
                Optional.empty());
        AlexNet table = TinyNetworks.of(CLASSES.size()).withSize(alone.crop(), 1, 0.001);
        Predictor classifier = new Predictor(new Model(new ModelCard(table, CLASSES, alone, "test"), network),
                Views.CENTER,
                new TestImages.Codec());
        double[] mean = new double[CLASSES.size()];
        for (Crop view : views) {
            Image part = TestImages.view(view, square(preprocessing, picture));
            for (ClassProbability prediction : TopClasses.of(classifier, List.of(part), CLASSES.size()).getFirst()) {
                mean[CLASSES.indexOf(prediction.name())] += prediction.probability() / views.size();
            }
        }
        return mean;
    }

    private static double[] mean(List<double[]> rows) {
        return IntStream.range(0, CLASSES.size())
                .mapToDouble(c -> rows.stream().mapToDouble(row -> row[c]).average().orElseThrow())
                .toArray();
    }

    private Network network(AlexNet table, long seed) {
        return Network.initialize(table.architecture(), table.initialization(), seed, backend);
    }

    private static Member member(Network network, Preprocessing preprocessing) {
        return new Member(network, new Input(images(preprocessing), preprocessing));
    }

    private static ImageDataset images(Preprocessing preprocessing) {
        List<Integer> labels = IntStream.range(0, PICTURES).map(i -> i % CLASSES.size()).boxed().toList();
        return ListSet.of(CLASSES, labels, i -> square(preprocessing, i));
    }

    private static Image square(Preprocessing preprocessing, int number) {
        return TestImages.noise(preprocessing.resize(), preprocessing.resize(), 1, number);
    }
}
