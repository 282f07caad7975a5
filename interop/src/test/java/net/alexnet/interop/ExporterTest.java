package net.alexnet.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import net.alexnet.data.image.MeanImage;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Layer.DropoutScaling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ExporterTest {
    private static final ClassList CLASSES = new ClassList(
            List.of("tench", "goldfish"), List.of("n01440764", "n01443537"));

    @TempDir
    private Path folder;

    private Path imported(String name, Path file, ImportOptions options) throws IOException {
        Path model = folder.resolve(name);
        try (WeightFile weights = Importer.open(file)) {
            Importer.read(weights, options).write(model);
        }
        return model;
    }

    private static void sameTensors(Path expected, Path found) throws IOException {
        try (WeightFile one = SafetensorsFile.open(expected);
                WeightFile other = SafetensorsFile.open(found)) {
            assertThat(other.names()).isEqualTo(one.names());
            for (String name : one.names()) {
                assertThat(other.shape(name)).isEqualTo(one.shape(name));
                assertThat(other.read(name)).as(name).containsExactly(one.read(name));
            }
        }
    }

    /// In, out and in again: the exported file is the foreign one, and the second model the first, bit for bit.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "KERAS") // has formats of its own
    void exportOfAnImportIsTheImportedFile(WeightLayout layout) throws Exception {
        AlexNet network = ForeignFiles.narrow(AlexNet.of(layout.variant()), 2);
        if (layout == WeightLayout.ONNX_ZOO) {
            network = network.withSize(224, 3, network.width());
        }
        Path foreign = ForeignFiles.write(folder.resolve("foreign.safetensors"), network, layout, _ -> {});
        ImportOptions options = ImportOptions.of(layout).classes(CLASSES);
        if (layout == WeightLayout.PAPER) {
            options.mean(List.of(1.0, 2.0, 3.0));
        }
        Path model = imported("model.safetensors", foreign, options);
        Path exported = folder.resolve("exported.safetensors");
        Exporter.write(exported, Model.read(model), layout, Exporter.Format.SAFETENSORS);
        sameTensors(foreign, exported);
        Path again = imported("again.safetensors", exported, ImportOptions.of(layout));
        sameTensors(model, again);
        ModelCard first = Model.read(model).card();
        ModelCard second = Model.read(again).card();
        assertThat(second.network()).isEqualTo(first.network());
        assertThat(second.classes()).isEqualTo(first.classes());
        assertThat(second.wnids()).isEqualTo(first.wnids());
        assertThat(second.preprocessing()).isEqualTo(first.preprocessing());
    }

    @Test
    void aMeanImageAndTheNetworksOptionsComeAlong() throws Exception {
        AlexNet network = AlexNet.of(Variant.TORCHVISION).withSize(63, 3, 0.001).withClasses(2)
                .withLayers(AlexNet.Activation.TANH, true, true).withDropout(0.25, DropoutScaling.AT_TRAINING);
        float[] means = new float[63 * 63 * 3];
        means[5] = 99;
        ModelCard card = new ModelCard(network, CLASSES.names(), new Preprocessing(3, 70, 63, List.of(1.0, 2.0, 3.0), 1,
                Optional.of(new MeanImage(63, 3, means))), "trained");
        Path model = ForeignFiles.model(folder.resolve("model.safetensors"), card);
        Path exported = folder.resolve("exported.safetensors");
        Exporter.write(exported, Model.read(model), WeightLayout.PAPER, Exporter.Format.SAFETENSORS);
        ModelCard back = Model.read(imported("again.safetensors", exported, ImportOptions.of(WeightLayout.PAPER)))
                .card();
        assertThat(back.network()).isEqualTo(network);
        assertThat(back.preprocessing()).isEqualTo(card.preprocessing());
        assertThat(back.preprocessing().meanImage()).isPresent();
    }

    @Test
    void ourOwnNamesMakeAModelFile() throws Exception {
        AlexNet network = ForeignFiles.narrow(AlexNet.of(Variant.TORCHVISION), 2);
        Path foreign = ForeignFiles.write(folder.resolve("f.safetensors"), network, WeightLayout.TORCHVISION, _ -> {});
        Path model = imported("model.safetensors", foreign,
                ImportOptions.of(WeightLayout.TORCHVISION).classes(CLASSES));
        Path copy = folder.resolve("copy.safetensors");
        Exporter.write(copy, Model.read(model), WeightLayout.PAPER, Exporter.Format.SAFETENSORS);
        assertThat(Files.readAllBytes(copy)).isEqualTo(Files.readAllBytes(model));
        assertThat(Exporter.usual(Model.read(model).card(), Exporter.Format.PYTORCH))
                .isEqualTo(WeightLayout.TORCHVISION);
    }

    @Test
    void theNamesOfAnotherNetworkAreRefused() throws Exception {
        AlexNet network = ForeignFiles.narrow(AlexNet.of(Variant.CAFFE), 2);
        Path foreign = ForeignFiles.write(folder.resolve("f.safetensors"), network, WeightLayout.CAFFE, _ -> {});
        Path model = imported("model.safetensors", foreign, ImportOptions.of(WeightLayout.CAFFE).classes(CLASSES));
        Path out = folder.resolve("out.safetensors");
        assertThatThrownBy(
                () -> Exporter.write(out, Model.read(model), WeightLayout.CAFFENET, Exporter.Format.SAFETENSORS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("caffenet stand for the network caffenet",
                        "variant is caffe and not caffenet");
        assertThat(out).doesNotExist();
    }

    /// The table alone does not say what a network computes: nor do names.
    @ParameterizedTest
    @CsvSource({
        "TORCHVISION, TANH, false, 224, activation is tanh and not relu",
        "TORCHVISION, RELU, true, 224, response_norm is true and not false",
        "CAFFE, RELU, true, 224, input is 224 and not 227"})
    void namesOfANetworkWithOtherOptionsAreRefused(WeightLayout layout, AlexNet.Activation activation,
            boolean norm,
            int input, String said) throws Exception {
        AlexNet network = AlexNet.of(layout.variant()).withSize(input, 3, 0.001).withClasses(2)
                .withLayers(activation, norm, true);
        Path foreign = ForeignFiles.write(folder.resolve("f.safetensors"), network, WeightLayout.PAPER, _ -> {});
        ModelCard card = new ModelCard(network, List.of("a", "b"),
                new Preprocessing(3, 256, input, List.of(0.0, 0.0, 0.0), 1), "trained");
        Model.Stored stored = new Model.Stored(card, SafetensorsFile.openLasting(foreign));
        for (Exporter.Format format : List.of(Exporter.Format.PYTORCH, Exporter.Format.SAFETENSORS)) {
            assertThatThrownBy(() -> Exporter.write(folder.resolve("out"), stored, layout, format))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(said);
            assertThat(Exporter.usual(card, format)).isEqualTo(WeightLayout.PAPER);
        }
    }

    /// ONNX has no operator for the normalization within channels of 2012's own network.
    @Test
    void anOriginalNetworkIsNotExportedToOnnx() throws Exception {
        AlexNet network = ForeignFiles.narrow(AlexNet.of(Variant.ORIGINAL), 2);
        Path model = ForeignFiles.model(folder.resolve("model.safetensors"), new ModelCard(network, CLASSES.names(),
                new Preprocessing(3, 256, network.input(), List.of(1.0, 2.0, 3.0), 1), "trained"));
        assertThatThrownBy(() -> Exporter.write(folder.resolve("out.onnx"), Model.read(model), WeightLayout.PAPER,
                Exporter.Format.ONNX)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("ONNX");
    }

    @Test
    void extensionChoosesTheFormat() {
        assertThat(Exporter.Format.of(Path.of("a.b/net.PTH"))).contains(Exporter.Format.PYTORCH);
        assertThat(Exporter.Format.of(Path.of("net.onnx"))).contains(Exporter.Format.ONNX);
        assertThat(Exporter.Format.of(Path.of("net.safetensors"))).contains(Exporter.Format.SAFETENSORS);
        assertThat(Exporter.Format.of(Path.of("net.keras"))).contains(Exporter.Format.KERAS);
        assertThat(Exporter.Format.of(Path.of("net.weights.h5"))).contains(Exporter.Format.KERAS_WEIGHTS);
        assertThat(Exporter.Format.of(Path.of("net"))).isEmpty();
    }
}
