package net.alexnet.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelImporter;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForeignModelsTest {
    @TempDir
    Path folder;

    private final ModelImporter importer = new ForeignModels();

    private Path foreign(WeightLayout layout) throws IOException {
        AlexNet network = ForeignFiles.narrow(AlexNet.of(layout.variant()), 1000);
        return ForeignFiles.write(folder.resolve("foreign.safetensors"), network, layout, _ -> {});
    }

    @Test
    void theServiceLoaderFindsIt() {
        assertThat(ModelImporter.installed()).hasSize(1).first().isInstanceOf(ForeignModels.class);
    }

    @Test
    void aForeignFileHasTheCardAndTheWeightsOfItsImport() throws Exception {
        Path foreign = foreign(WeightLayout.ONNX_ZOO); // conv1 reads blue first
        assertThat(importer.reads(foreign)).isTrue();
        Model.Stored opened = importer.open(foreign);
        Path model = folder.resolve("model.safetensors");
        Importer.read(Importer.open(foreign), ImportOptions.of(WeightLayout.ONNX_ZOO)).write(model);
        Model.Stored imported = Model.read(model);
        assertThat(opened.card()).isEqualTo(imported.card());
        assertThat(opened.weights().names()).containsExactlyElementsOf(imported.weights().names());
        for (String name : imported.weights().names()) {
            assertThat(opened.weights().values(name).mismatch(imported.weights().values(name))).as(name).isEqualTo(-1);
        }
    }

    @Test
    void aModelFileIsOpenedToo() throws Exception {
        Path model = folder.resolve("model.safetensors");
        Importer.read(Importer.open(foreign(WeightLayout.TORCHVISION)), ImportOptions.of(WeightLayout.TORCHVISION))
                .write(model);
        assertThat(importer.open(model).card().classes()).isEqualTo(Model.cardOf(model).classes());
    }

    @Test
    void aFileThatDoesNotTellItsNetworkIsRefused() throws Exception {
        Path foreign = foreign(WeightLayout.CAFFE); // the names are those of three layouts
        assertThatThrownBy(() -> importer.open(foreign)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining(foreign.toString()).hasMessageContaining("--net caffe");
    }

    @Test
    void otherFilesAndUnknownNamesAreNotRead() throws Exception {
        assertThat(importer.reads(Files.writeString(folder.resolve("notes.txt"), "no weights"))).isFalse();
        assertThat(importer.reads(folder)).isFalse();
        assertThat(importer.reads(folder.resolve("none.pth"))).isFalse();
        assertThat(importer.reads(Path.of("no-such-model"))).isFalse();
    }

    @Test
    void aPublishedNameThatWasNotPulledSaysHowToPullIt() {
        assertThat(importer.reads(Path.of("bvlc_alexnet"))).isTrue();
        assertThatThrownBy(() -> importer.open(Path.of("bvlc_alexnet"))).isInstanceOf(IOException.class)
                .hasMessageContaining("alexnet pull bvlc_alexnet");
    }

    /// torchvision's names, changed as training programs change them.
    private Path changed(Consumer<Map<String, NamedTensor>> change) throws IOException {
        AlexNet network = ForeignFiles.narrow(AlexNet.of(WeightLayout.TORCHVISION.variant()), 1000);
        return ForeignFiles.write(folder.resolve("changed.safetensors"), network, WeightLayout.TORCHVISION, change);
    }

    @Test
    void aFileOfConvolutionsIsAModelWithoutTrainedDenseLayers() throws Exception {
        Path whole = changed(_ -> {});
        Model.Stored all = importer.open(whole);
        assertThat(all.untrainedLayers()).isEmpty();
        Path convolutions = changed(tensors -> tensors.keySet().removeIf(name -> name.startsWith("classifier")));
        Model.Stored some = importer.open(convolutions);
        assertThat(some.untrainedLayers()).containsExactly("fc6", "fc7", "fc8");
        assertThat(some.card().network().input()).isEqualTo(224);
        assertThat(some.card().preprocessing()).isEqualTo(all.card().preprocessing());
        assertThat(some.weights().read("conv3.weight")).containsExactly(all.weights().read("conv3.weight"));
        assertThat(some.weights().shape("fc8.weight").dim(0)).isEqualTo(some.card().classes().size());
        try (ReferenceBackend backend = new ReferenceBackend()) {
            assertThat(some.on(backend).card().untrained()).hasSize(3);
        }
    }

    @Test
    void anotherHeadIsNotTaken() throws Exception {
        Path head = changed(tensors -> {
            tensors.keySet().removeIf(name -> name.startsWith("classifier"));
            for (String name : List.of("classifier.1", "head.fc")) { // one of the names is the layout's, with other values
                tensors.put(name + ".weight", ForeignFiles.zeros(name + ".weight", 5, 8));
                tensors.put(name + ".bias", ForeignFiles.zeros(name + ".bias", 5));
            }
        });
        Model.Stored opened = importer.open(head);
        assertThat(opened.untrainedLayers()).containsExactly("fc6", "fc7", "fc8");
        assertThat(opened.card().network().input()).isEqualTo(224);
    }

    @Test
    void classesThatNothingNamesAreNumbered() throws Exception {
        Path five = ForeignFiles.write(folder.resolve("five.safetensors"),
                ForeignFiles.narrow(AlexNet.of(WeightLayout.TORCHVISION.variant()), 5), WeightLayout.TORCHVISION,
                _ -> {});
        Model.Stored opened = importer.open(five);
        assertThat(opened.untrainedLayers()).isEmpty();
        assertThat(opened.card().classes()).hasSize(5).last().asString().contains("4");
    }

    @Test
    void batchNormalizationIsNotLeftOut() throws Exception {
        Path normalized = changed(tensors -> {
            tensors.keySet().removeIf(name -> name.startsWith("classifier"));
            tensors.put("features.1.running_mean", ForeignFiles.zeros("features.1.running_mean", 8));
        });
        assertThatThrownBy(() -> importer.open(normalized)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("features.1.running_mean");
    }

    @Test
    void theNetworkMayBeBehindAPrefixBesideOtherTensors() throws Exception {
        Path prefixed = changed(tensors -> {
            Map<String, NamedTensor> all = new LinkedHashMap<>(tensors);
            tensors.clear();
            all.forEach((name, tensor) -> tensors.put("backbone.net." + name,
                    new NamedTensor("backbone.net." + name, tensor.shape(), tensor.values())));
            tensors.keySet().removeIf(name -> name.contains("classifier"));
            tensors.put("projector.0.weight", ForeignFiles.zeros("projector.0.weight", 4, 4));
        });
        assertThat(importer.open(prefixed).untrainedLayers()).containsExactly("fc6", "fc7", "fc8");
    }

    @Test
    void twoNetworksInAFileAreNamed() throws Exception {
        Path two = changed(tensors -> {
            Map<String, NamedTensor> all = new LinkedHashMap<>(tensors);
            tensors.clear();
            for (String prefix : List.of("encoder_q.", "encoder_k.")) {
                all.forEach((name, tensor) -> tensors.put(prefix + name,
                        new NamedTensor(prefix + name, tensor.shape(), tensor.values())));
            }
        });
        assertThatThrownBy(() -> importer.open(two)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("encoder_q.").hasMessageContaining("encoder_k.");
    }
}
