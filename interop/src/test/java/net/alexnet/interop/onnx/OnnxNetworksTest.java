package net.alexnet.interop.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.AtomicFiles;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Activation;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Initialization;
import net.alexnet.nn.Network;
import net.alexnet.nn.Parameter;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.reference.ReferenceBackend;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// onnxruntime computes what [Network] does, for every variant and its options, except for
/// the normalization within channels, at any batch size.
class OnnxNetworksTest {
    private static final double TOLERANCE = 1e-4; // absolute, of probabilities

    /// Samples as the paper has them, so that the norms' sums of squares matter beside k.
    private static final double DEVIATION = 60;

    private static final int HEADS = 20; // to draw at most

    @Example
    void paperAt224() throws Exception {
        assertAgrees(AlexNet.paper().withSize(224, 3, 0.1).withClasses(20), 1);
    }

    @Example
    void caffeAt227() throws Exception {
        assertAgrees(AlexNet.of(Variant.CAFFE).withSize(227, 3, 0.1).withClasses(20), 3);
    }

    @Example
    void caffenetAt227() throws Exception {
        assertAgrees(AlexNet.of(Variant.CAFFENET).withSize(227, 3, 0.1).withClasses(20), 6);
    }

    @Example
    void torchvisionAt224() throws Exception {
        assertAgrees(AlexNet.of(Variant.TORCHVISION).withSize(224, 3, 0.1).withClasses(20), 4);
    }

    @Example
    void fineTunedConvolutionsAt224() throws Exception {
        assertAgrees(AlexNet.of(Variant.TORCHVISION).withSize(224, 3, 0.1).withClasses(6)
                .withHead(List.of("fc6", "fc7"), true), 7);
    }

    @Example
    void smallAt32() throws Exception {
        assertAgrees(AlexNet.small().withSize(32, 3, 0.1), 5);
    }

    @Property(tries = 60)
    void anyVariantWithAnyOptions(@ForAll("networks") AlexNet network, @ForAll long seed) throws Exception {
        assertAgrees(network, seed);
    }

    @Provide
    Arbitrary<AlexNet> networks() {
        Arbitrary<Boolean> either = Arbitraries.of(true, false);
        return Arbitraries.of(Variant.class).flatMap(table -> Combinators.combine(
                table == Variant.SMALL || table == Variant.FOUR
                        ? Arbitraries.integers().between(8, 33)
                        : Arbitraries.integers().between(67, 90),
                Arbitraries.of(1, 3), Arbitraries.integers().between(2, 9), Arbitraries.of(1, 2),
                Arbitraries.of(Activation.class), either, either, Arbitraries.of(0, 0.3, 0.5))
                .as((input, channels, classes, towers, activation, norm, overlapping, dropout) -> AlexNet.of(table)
                        .withSize(input, channels, 0.05).withClasses(classes).withTowers(towers)
                        .withLayers(activation, norm, overlapping)
                        .withDropout(dropout.doubleValue(), AlexNet.of(table).dropoutScaling())
                        .withInitialization(Initialization.HE))
                .filter(network -> network.variant() != Variant.ORIGINAL || !network.responseNorm())); // norms within channels
    }

    private static void assertAgrees(AlexNet table, long seed) throws IOException, OrtException {
        Path folder = Files.createTempDirectory("onnx");
        try (ReferenceBackend backend = new ReferenceBackend()) {
            Network network = Network.initialize(table.architecture(), Initialization.HE, seed, backend);
            float[] pictures = noise(7 * table.channels() * table.input() * table.input(), seed);
            Tensor input = backend.upload(shape(table, 7), pictures);
            float chance = 1f / table.classes();
            spread(network, input, chance);
            float[] expected = backend.download(network.probabilities(input));
            assertThat(expected[greatest(expected)]).as("classes that can be told apart")
                    .isGreaterThan(1.2f * chance).isLessThan(0.999f);

            Path file = folder.resolve("model.onnx");
            OnnxWriter.write(file, card(table), network.entries());
            try (OnnxRun run = new OnnxRun(file)) {
                assertThat(run.inputShape()).containsExactly(-1, table.channels(), table.input(), table.input());
                for (int batch : new int[] {1, 7}) {
                    float[] found = run.probabilities(
                            Arrays.copyOf(pictures, pictures.length / 7 * batch), batch, table.channels(),
                            table.input(), table.input());
                    assertThat(found).hasSize(batch * table.classes());
                    assertThat(IntStream.range(0, found.length).mapToDouble(i -> Math.abs(found[i] - expected[i])).max()
                            .orElseThrow()).as(table + ", batch " + batch).isLessThanOrEqualTo(TOLERANCE);
                }
            }
        } finally {
            AtomicFiles.deleteTree(folder);
        }
    }

    /// Biases that matter, and a head scaled so that logits reach 3: else every softmax would be flat or a single 1. Nor do
    /// equal logits tell classes apart, whatever their size, and two of them are equal now and then; such a head is drawn anew.
    private static void spread(Network network, Tensor pictures, float chance) {
        Backend backend = network.backend();
        Random random = new Random(1);
        for (Parameter parameter : network.parameters()) {
            if (parameter.bias()) {
                change(parameter, backend, _ -> (float) random.nextGaussian());
            }
        }
        scaleHead(network, pictures);
        for (int draw = 1; draw < HEADS
                && !isApart(backend.download(network.probabilities(pictures)), chance); draw++) {
            head(network).forEach(parameter -> change(parameter, backend, old -> random.nextBoolean() ? old : -old));
            scaleHead(network, pictures);
        }
    }

    private static boolean isApart(float[] probabilities, float chance) {
        return probabilities[greatest(probabilities)] > 1.2f * chance;
    }

    private static void scaleHead(Network network, Tensor pictures) {
        Backend backend = network.backend();
        float[] logits = backend.download(
                network.outputs(pictures, 0, network.architecture().rows().size() - 1));
        float reach = 0;
        for (float logit : logits) {
            reach = Math.max(reach, Math.abs(logit));
        }
        float factor = 3 / reach;
        head(network).forEach(parameter -> change(parameter, backend, old -> old * factor));
    }

    private static List<Parameter> head(Network network) {
        List<Parameter> all = network.parameters();
        return all.subList(all.size() - 2, all.size());
    }

    private static void change(Parameter parameter, Backend backend, UnaryOperator<Float> change) {
        float[] values = backend.download(parameter.value());
        for (int i = 0; i < values.length; i++) {
            values[i] = change.apply(values[i]);
        }
        backend.assign(parameter.value(), values);
    }

    private static int greatest(float[] values) {
        return IntStream.range(0, values.length).reduce(0, (a, b) -> values[b] > values[a] ? b : a);
    }

    private static float[] noise(int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (DEVIATION * random.nextGaussian());
        }
        return values;
    }

    private static Shape shape(AlexNet table, int batch) {
        return Shape.of(batch, table.channels(), table.input(), table.input());
    }

    private static ModelCard card(AlexNet table) {
        List<String> classes = IntStream.range(0, table.classes()).mapToObj(i -> "class " + i).toList();
        List<Double> mean = Collections.nCopies(table.channels(), 0.0);
        return new ModelCard(table, classes,
                new Preprocessing(table.channels(), table.input(), table.input(), mean, 1), "a test");
    }
}
