package net.alexnet.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.interop.keras.KerasFile;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.DropoutMasks;
import net.alexnet.nn.Layer.DropoutScaling;
import net.alexnet.nn.Network;
import net.alexnet.nn.Parameter;
import net.alexnet.tensor.Scope;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.reference.ReferenceBackend;
import net.alexnet.train.SgdOptimizer;
import net.alexnet.train.TrainingStep;
import net.alexnet.train.config.SgdConfig;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Narrow networks that Keras made, saved in each form and ran (`examples/keras/check.py`).
class KerasImportTest {
    private static final List<Double> MEAN = List.of(123.0, 117.0, 104.0);
    private static final ClassList CLASSES = new ClassList(List.of("a", "b", "c", "d", "e"), List.of());
    private static final Offset<Float> TOLERANCE = Offset.offset(1e-5f); // of probabilities

    @TempDir
    private Path folder;

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();

    private static Path fixture(String name) {
        return Expected.fixture("keras/" + name);
    }

    private static float[] expected(String name) throws IOException {
        try (WeightFile file = SafetensorsFile.open(fixture("expected.safetensors"))) {
            return file.read(name);
        }
    }

    /// The pictures of `check.py`, less the mean and scaled, as `(N, C, H, W)`.
    private static float[] pictures(int size, Preprocessing preprocessing) {
        float[] values = new float[2 * 3 * size * size];
        for (int i = 0; i < values.length; i++) {
            long pixel = (i * 7919L + 13) % 251; // in the order picture, row, column, color
            int color = i % 3;
            int place = i / 3 % (size * size);
            int picture = i / 3 / (size * size);
            values[(picture * 3 + color) * size * size + place] = (float) ((pixel - preprocessing.mean().get(color))
                    * preprocessing.scale().get(color));
        }
        return values;
    }

    private float[] probabilities(Model.Stored stored) throws IOException {
        Preprocessing preprocessing = stored.card().preprocessing();
        int size = preprocessing.crop();
        try (Scope _ = backend.scope()) {
            Tensor pictures = backend.upload(Shape.of(2, 3, size, size), pictures(size, preprocessing));
            return backend.download(stored.on(backend).network().probabilities(pictures));
        }
    }

    private Model.Stored imported(String name, ImportOptions options) throws IOException {
        Path model = folder.resolve("model.safetensors");
        try (WeightFile weights = Importer.open(fixture(name))) {
            Importer.read(weights, options.classes(CLASSES)).write(model);
        }
        return Model.read(model);
    }

    @ParameterizedTest
    @ValueSource(strings = {"paper.keras", "paper.h5"})
    void theWholeModelIsThePapersNetwork(String name) throws Exception {
        Model.Stored stored = imported(name, ImportOptions.of(WeightLayout.KERAS));
        AlexNet network = stored.card().network();
        assertThat(network.variant()).isEqualTo(Variant.PAPER);
        assertThat(network.towers()).isEqualTo(2);
        assertThat(network.responseNorm()).isTrue();
        assertThat(network.dropoutScaling()).isEqualTo(DropoutScaling.AT_TEST);
        assertThat(stored.card().preprocessing().mean()).isEqualTo(MEAN);
        assertThat(probabilities(stored)).containsExactly(expected("probabilities"), TOLERANCE);
    }

    @Test
    void weightsAloneNeedTheMean() throws Exception {
        assertThatThrownBy(() -> imported("plain.weights.h5", ImportOptions.of(WeightLayout.KERAS)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("--mean");
        String name = "paper.weights.h5"; // of 96 pixels, which shapes do not tell
        assertThatThrownBy(() -> imported(name, ImportOptions.of(WeightLayout.KERAS).mean(MEAN)))
                .isInstanceOf(WeightFileException.class).hasMessageContaining("reads 32 values");
        try (WeightFile alone = KerasFile.open(fixture(name)); WeightFile whole = KerasFile.open(fixture("paper.h5"))) {
            assertThat(alone.names()).containsExactlyElementsOf(whole.names()).hasSize(16);
            assertThat(alone.shape("conv2/kernel")).isEqualTo(Shape.of(8, 4, 5, 5));
            for (String tensor : whole.names()) {
                assertThat(alone.read(tensor)).as(tensor).containsExactly(whole.read(tensor));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain.keras", "plain.h5"})
    void programsWithoutNormalizationAreKnown(String name) throws Exception {
        Model.Stored stored = new ForeignModels().open(fixture(name));
        AlexNet network = stored.card().network();
        assertThat(network.input()).isEqualTo(227);
        assertThat(network.towers()).isEqualTo(1);
        assertThat(network.responseNorm()).isFalse();
        assertThat(stored.card().preprocessing().mean().getFirst()).isEqualTo(127.5);
        assertThat(stored.card().classes()).hasSize(5);
        assertThat(probabilities(stored)).containsExactly(expected("plain.probabilities"), TOLERANCE);
    }

    @Test
    void plainWeightsAloneAreTakenFor227Pixels() throws Exception {
        Model.Stored stored = imported("plain.weights.h5", ImportOptions.of(WeightLayout.KERAS)
                .mean(List.of(127.5)).scale(List.of(1 / 127.5)));
        assertThat(probabilities(stored)).containsExactly(expected("plain.probabilities"), TOLERANCE);
    }

    /// Three steps of `PaperSGD`, the rate lower in the last: each parameter moves as ours does, to a thousandth of how far it
    /// moves.
    @Test
    void theExampleTrainsAsWeDo() throws Exception {
        Model.Stored stored = imported("paper.keras", ImportOptions.of(WeightLayout.KERAS));
        AlexNet network = stored.card().network().withDropout(0, DropoutScaling.AT_TEST);
        Preprocessing preprocessing = stored.card().preprocessing();
        List<Float> losses = new ArrayList<>();
        try (Scope _ = backend.scope()) {
            Network learning = Network.of(network.architecture(), stored.weights(), backend);
            TrainingStep step = new TrainingStep(learning,
                    new SgdOptimizer(learning, new SgdConfig(1e-5, 0.9, 0.0005, 2, false)));
            for (int i = 0; i < 3; i++) {
                Tensor pictures = backend.upload(Shape.of(2, 3, 96, 96), pictures(96, preprocessing));
                step.run(pictures, new int[] {1, 3}, new DropoutMasks(1, i), i == 2 ? 0.1 : 1,
                        (_, loss) -> losses.add(backend.download(loss.value())[0]));
            }
            float[] expectedLosses = expected("losses");
            for (int i = 0; i < 3; i++) {
                assertThat(losses.get(i)).isCloseTo(expectedLosses[i], Offset.offset(1e-4f));
            }
            for (Parameter parameter : learning.parameters()) {
                requireSameMovement(parameter, stored.weights().read(parameter.name()));
            }
        }
    }

    private void requireSameMovement(Parameter parameter, float[] before) throws IOException {
        Path expected = fixture("expected.safetensors");
        float[] theirs = expected("after." + parameter.layer() + (parameter.bias() ? ".bias" : ".weight"));
        float[] ours = backend.download(parameter.value());
        double moved = 0;
        double apart = 0;
        for (int i = 0; i < before.length; i++) {
            moved = Math.max(moved, Math.abs(theirs[i] - before[i]));
            apart = Math.max(apart, Math.abs(theirs[i] - ours[i]));
        }
        assertThat(moved).as(parameter.name() + " of " + expected).isPositive();
        assertThat(apart / moved).as(parameter.name()).isLessThan(1e-3);
    }

    @Test
    void anotherNetworkIsRefused() throws Exception {
        byte[] bytes = Files.readAllBytes(fixture("plain.keras"));
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        for (String change : List.of("\"pool_size\": [3, 3]>\"pool_size\": [2, 2]", "\"relu\">\"tanh\"",
                "\"strides\": [4, 4]>\"strides\": [3, 3]")) {
            String[] both = change.split(">", -1);
            Path file = folder.resolve("changed.keras");
            Files.write(file, text.replaceFirst(Pattern.quote(both[0]), both[1])
                    .getBytes(StandardCharsets.ISO_8859_1));
            assertThatThrownBy(() -> new ForeignModels().open(file)).as(change)
                    .isInstanceOf(WeightFileException.class).hasMessageContaining("operator");
        }
    }

    /// Without the metadata that our file has, as after Keras saved it again.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = {"ORIGINAL", "SMALL", "FOUR"})
    void theConfigurationOfAnExportTellsItsNetwork(Variant variant) throws Exception {
        AlexNet network = ForeignFiles.narrow(AlexNet.of(variant), 5);
        Preprocessing preprocessing = new Preprocessing(3, 256, network.input(), List.of(1.0, 2.0, 3.0),
                List.of(0.5, 1.0, 0.25), Optional.empty());
        Model.Stored stored = Model.read(ForeignFiles.model(folder.resolve("m.safetensors"),
                new ModelCard(network, CLASSES.names(), preprocessing, "trained")));
        Path exported = folder.resolve("exported.keras");
        Exporter.write(exported, stored, WeightLayout.KERAS, Exporter.Format.KERAS);
        KerasFile file = KerasFile.open(exported);
        AlexNet found = new KerasNetwork(file, new RenamedWeights(file, WeightLayout.KERAS), Optional.of(5)).network();
        assertThat(found.withInitialization(network.initialization()).withSize(found.input(), 3, network.width()))
                .isEqualTo(network);
        assertThat(file.graph().orElseThrow().mean()).isEqualTo(preprocessing.mean());
        assertThat(file.graph().orElseThrow().scale().get(2)).isEqualTo(0.25);
    }

    @Test
    void whatKerasDoesNotHaveIsNotExported() throws Exception {
        AlexNet network = ForeignFiles.narrow(AlexNet.of(Variant.ORIGINAL), 5);
        Model.Stored stored = Model.read(ForeignFiles.model(folder.resolve("m.safetensors"), new ModelCard(network,
                CLASSES.names(), new Preprocessing(3, 256, 224, List.of(0.0, 0.0, 0.0), 1), "trained")));
        Path exported = folder.resolve("exported.keras");
        assertThatThrownBy(() -> Exporter.write(exported, stored, WeightLayout.KERAS, Exporter.Format.KERAS))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(".weights.h5");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(folder.resolve("m.safetensors"));
        }
    }
}
