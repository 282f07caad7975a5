package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.alexnet.data.image.MeanImage;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Network;
import net.alexnet.nn.Parameter;
import net.alexnet.nn.TinyNetworks;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelTest {
    private static final List<String> CLASSES = List.of("T-shirt/top", "größer \"als\" ∞", "猫");

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();
    private final AlexNet table = TinyNetworks.of(CLASSES.size());
    private final Network network = Network.initialize(table.architecture(), table.initialization(), 7, backend);
    private final ModelCard card = new ModelCard(
            table, CLASSES, new Preprocessing(1, 10, 8, List.of(72.9403), 1 / 90.0211), "trained as test");

    private Path file = Path.of("");

    @BeforeEach
    void name(@TempDir Path folder) {
        file = folder.resolve("model.safetensors");
    }

    @Test
    void comesBackFromItsFileAsItWas() throws Exception {
        Safetensors.write(file, Model.metadata(card), network.entries());
        Model read = Model.read(file).on(backend);
        assertThat(read.card()).isEqualTo(card);
        assertThat(Model.cardOf(file)).isEqualTo(card);
        assertThat(read.network().architecture()).isEqualTo(network.architecture());
        for (int i = 0; i < network.parameters().size(); i++) {
            Parameter written = network.parameters().get(i);
            Parameter back = read.network().parameters().get(i);
            assertThat(back.name()).isEqualTo(written.name());
            assertThat(backend.download(back.value())).containsExactly(backend.download(written.value()));
        }
    }

    @Test
    void carriesItsMeanImageAsATensor() throws Exception {
        AlexNet color = table.withSize(8, 3, 1.0 / 12);
        Network colored = Network.initialize(color.architecture(), color.initialization(), 7, backend);
        float[] means = new float[8 * 8 * 3];
        for (int i = 0; i < means.length; i++) {
            means[i] = i;
        }
        MeanImage image = new MeanImage(8, 3, means);
        Preprocessing preprocessing = new Preprocessing(3, 10, 8, List.of(1.0, 2.0, 3.0), 1, Optional.of(image));
        ModelCard whole = new ModelCard(color, CLASSES, preprocessing, "");
        List<NamedTensor> entries = new ArrayList<>(colored.entries());
        entries.addAll(Model.entries(whole));
        Safetensors.write(file, Model.metadata(whole), entries);
        assertThat(Model.read(file).on(backend).card()).usingRecursiveComparison().isEqualTo(whole);
        try (WeightFile tensors = SafetensorsFile.open(file)) {
            assertThat(tensors.shape("mean_image")).isEqualTo(Shape.of(3, 8, 8));
            assertThat(tensors.read("mean_image")).startsWith(0, 3, 6); // the reds of the first row
        }
        Safetensors.write(file, Model.metadata(whole), colored.entries());
        assertThatThrownBy(() -> Model.read(file).on(backend)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("there is no tensor 'mean_image'");
    }

    /// The metadata of a run that was trained here, letter for letter: files written before there were wnids and scales of
    /// each channel are read, and the same run still gives the same bytes.
    @Test
    void theMetadataOfATrainedModelStaysAsItWas() throws Exception {
        Map<String, String> metadata = Model.metadata(card);
        assertThat(metadata).containsOnlyKeys("format", "network", "classes", "preprocessing", "origin")
                .containsEntry("preprocessing", "{\"channels\":1,\"resize\":10,\"crop\":8,\"mean\":[72.9403],\"scale\":"
                        + 1 / 90.0211 + ",\"mean_image\":false}");
        ModelCard color = new ModelCard(table.withSize(8, 3, 0.001), CLASSES,
                new Preprocessing(3, 10, 8, List.of(1.0, 2.0, 3.0), 0.5), "");
        assertThat(Model.metadata(color).get("preprocessing")).contains("\"scale\":0.5,");
        writeChanged(changed -> changed.put("preprocessing",
                "{\"channels\":1,\"resize\":10,\"crop\":8,\"mean\":[7],\"scale\":2,\"mean_image\":false}"));
        assertThat(Model.read(file).on(backend).card().preprocessing())
                .isEqualTo(new Preprocessing(1, 10, 8, List.of(7.0), 2));
    }

    @Test
    void theCardOfImportedWeightsComesBackAsItWas() throws Exception {
        AlexNet color = table.withSize(8, 3, 0.001);
        Preprocessing preprocessing = new Preprocessing(
                3, 10, 8, List.of(1.0, 2.0, 3.0), List.of(0.5, 0.25, 0.125), Optional.empty());
        ModelCard whole = new ModelCard(color, CLASSES, preprocessing, "imported",
                List.of("n01440764", "n01443537", "n01484850"), Optional.of(10),
                Optional.of(new Provenance("a.pth", "00ff", "torchvision", null, "https://example.org")),
                List.of("fc6", "fc8"));
        Safetensors.write(file, Model.metadata(whole), List.of());
        assertThat(Model.read(file).card()).isEqualTo(whole);
        assertThat(Model.metadata(whole)).containsEntry("color_order", "rgb").containsEntry("views", "10")
                .containsEntry("provenance", "{\"file\":\"a.pth\",\"sha256\":\"00ff\",\"layout\":\"torchvision\","
                        + "\"address\":\"https://example.org\"}");
        assertThat(Model.read(file).untrainedLayers()).containsExactly("fc6", "fc8");
        assertThat(Model.metadata(whole).get("preprocessing")).contains("\"scale\":[0.5,0.25,0.125]");
        Map<String, String> turned = new HashMap<>(Model.metadata(whole));
        turned.put("color_order", "bgr");
        Safetensors.write(file, turned, List.of());
        assertThatThrownBy(() -> Model.read(file)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("'bgr'");
    }

    @ParameterizedTest
    @EnumSource
    void spellsEveryTable(Variant of) throws Exception {
        AlexNet large = AlexNet.of(of).withClasses(2);
        Preprocessing preprocessing = new Preprocessing(3, large.input(), large.input(), List.of(1.0, 2.0, 3.0), 1);
        ModelCard whole = new ModelCard(large, List.of("a", "b"), preprocessing, "");
        Safetensors.write(file, Model.metadata(whole), List.of());
        // the card is read before the weights, of which there are none here
        assertThatThrownBy(() -> Model.read(file).on(backend))
                .hasMessageContaining("there is no tensor 'conv1.weight'");
    }

    @Test
    void aFileOfOtherWeightsIsRefused() throws Exception {
        Safetensors.write(file, Map.of("format", "pt"), network.entries());
        assertThatThrownBy(() -> Model.read(file).on(backend)).isInstanceOf(WeightFileException.class)
                .hasMessageContainingAll(file.toString(), "'format'", "alexnet-1", "pt");
    }

    @Test
    void aFileWithoutMetadataIsRefused() throws Exception {
        Safetensors.write(file, Map.of(), network.entries());
        assertThatThrownBy(() -> Model.read(file).on(backend)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("found no metadata");
    }

    @ParameterizedTest
    @ValueSource(strings = {"network", "classes", "preprocessing", "origin"})
    void aMissingKeyIsNamed(String key) throws Exception {
        writeChanged(metadata -> metadata.remove(key));
        assertThatThrownBy(() -> Model.read(file).on(backend)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining(file.toString()).hasMessageContaining("there is no '" + key + "'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            network       | {"variant":
            network       | null
            wnids         | null
            wnids         | [1
            views         | many
            provenance    | {"file": 1,
            network       | {}
            network       | {"variant": "vgg"}
            network       | {"variant": "small", "layers": 3}
            network       | {"variant": "small", "channels": 7}
            classes       | ["a", "b"
            classes       | {"a": 1}
            classes       | null
            classes       | ["a", null, "b"]
            preprocessing | {}
            preprocessing | null
            preprocessing | [1]
            preprocessing | {"channels": 1, "resize": 10, "crop": 8, "mean": [null], "scale": 1}
            preprocessing | {"channels": 1, "resize": 10, "crop": 8, "mean": [0]}
            preprocessing | {"channels": 1, "resize": 10, "crop": 8, "mean": [0], "scale": []}
            preprocessing | {"channels": 1, "resize": 10, "crop": 8, "mean": [0], "scale": [1, 2]}
            preprocessing | {"channels": 1, "resize": 10, "crop": 99, "mean": [0], "scale": 1}
            """)
    void damagedMetadataIsAnErrorThatNamesTheFileAndTheKey(String key, String value) throws Exception {
        writeChanged(metadata -> metadata.put(key, value));
        assertThatThrownBy(() -> Model.read(file).on(backend)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining(file.toString()).hasMessageContaining("'" + key + "'")
                .message().doesNotContain("net.alexnet", "java.");
    }

    @Test
    void aCardThatContradictsItselfIsRefused() throws Exception {
        writeChanged(metadata -> metadata.put("classes", "[\"a\", \"b\"]"));
        assertThatThrownBy(() -> Model.read(file).on(backend)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("contradicts itself: the network has 3 outputs, but there are 2 class names");
    }

    @Test
    void weightsOfAnotherWidthAreRefusedByName() throws Exception {
        AlexNet wider = table.withSize(8, 1, 2.0 / 96 * 8);
        Network other = Network.initialize(wider.architecture(), wider.initialization(), 7, backend);
        Safetensors.write(file, Model.metadata(card), other.entries());
        assertThatThrownBy(() -> Model.read(file).on(backend)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("'conv1.weight' must have the shape 8 × 1 × 5 × 5, found 16 × 1 × 5 × 5");
    }

    @Test
    void aFileThatWasCutIsRefused() throws Exception {
        Safetensors.write(file, Model.metadata(card), network.entries());
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> Model.read(file).on(backend)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining(file.toString()).hasMessageContaining("cut");
    }

    private interface Change {
        void to(Map<String, String> metadata);
    }

    private void writeChanged(Change change) throws IOException {
        Map<String, String> metadata = new HashMap<>(Model.metadata(card));
        change.to(metadata);
        Safetensors.write(file, metadata, network.entries());
    }
}
