package net.alexnet.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelImporter;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
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
}
