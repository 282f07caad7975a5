package net.alexnet.interop;

import static net.alexnet.interop.ForeignFiles.narrow;
import static net.alexnet.interop.ForeignFiles.zeros;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import net.alexnet.data.image.MeanImage;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.ImageNet;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.interop.ImportResult.LayerOrigin;
import net.alexnet.io.Hashes;
import net.alexnet.io.NamedTensor;
import net.alexnet.io.Safetensors;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.AlexNet.Variant;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.tensor.Shape;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImporterTest {
    private static final ClassList THREE = new ClassList(List.of("ant", "bee", "cat"), List.of());

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();

    @TempDir
    private Path folder;
    private Path model = Path.of("");

    @BeforeEach
    void name() {
        model = folder.resolve("model.safetensors");
    }

    private Path foreign(AlexNet network, WeightLayout layout, Consumer<Map<String, NamedTensor>> change)
            throws IOException {
        return ForeignFiles.write(folder.resolve("foreign.safetensors"), network, layout, change);
    }

    private ImportResult imported(Path file, ImportOptions options) throws IOException {
        try (WeightFile weights = Importer.open(file)) {
            ImportResult imported = Importer.read(weights, options);
            imported.write(model);
            return imported;
        }
    }

    private static AlexNet torchvision(int classes) {
        return narrow(AlexNet.of(Variant.TORCHVISION), classes);
    }

    // --- what is taken over ------------------------------------------------------------------------------------------

    @Test
    void torchvisionImportHasACompleteCard() throws Exception {
        Path file = foreign(torchvision(1000), WeightLayout.TORCHVISION, _ -> {});
        imported(file, ImportOptions.of(WeightLayout.TORCHVISION)
                .source(PublishedModel.named("torchvision-alexnet").orElseThrow()));
        ModelCard card = Model.read(model).card();
        assertThat(card.network().variant()).isEqualTo(Variant.TORCHVISION);
        assertThat(card.network().input()).isEqualTo(224);
        assertThat(card.classes()).startsWith("tench", "goldfish").hasSize(1000);
        assertThat(card.wnids()).startsWith("n01440764", "n01443537").hasSize(1000);
        assertThat(card.views()).contains(1);
        assertThat(card.preprocessing().resize()).isEqualTo(256);
        assertThat(card.preprocessing().crop()).isEqualTo(224);
        assertThat(card.preprocessing().mean().getFirst()).isCloseTo(123.675, within(1e-9));
        assertThat(card.preprocessing().scale().getLast()).isCloseTo(1 / (255 * 0.225), within(1e-12));
        assertThat(card.provenance()).hasValueSatisfying(provenance -> {
            assertThat(provenance.file()).isEqualTo("foreign.safetensors");
            assertThat(provenance.layout()).isEqualTo("torchvision");
            assertThat(provenance.license()).isEqualTo("BSD-3-Clause");
            assertThat(provenance.address()).isEqualTo("https://download.pytorch.org/models/alexnet-owt-7be5be79.pth");
        });
        assertThat(card.provenance().orElseThrow().sha256()).isEqualTo(Hashes.hex(file));
    }

    @Test
    void everyTensorArrivesUnderOurName() throws Exception {
        Path file = foreign(torchvision(3), WeightLayout.TORCHVISION, _ -> {});
        imported(file, ImportOptions.of(WeightLayout.TORCHVISION).classes(THREE));
        try (WeightFile theirs = SafetensorsFile.open(file); WeightFile ours = SafetensorsFile.open(model)) {
            assertThat(ours.names()).isEqualTo(WeightLayout.PAPER.parameters());
            for (String name : ours.names()) {
                assertThat(ours.read(name)).as(name)
                        .containsExactly(theirs.read(WeightLayout.TORCHVISION.theirs(name)));
            }
        }
        assertThat(Model.read(model).on(backend).card().classes()).isEqualTo(THREE.names());
        assertThat(Model.read(model).card().views()).isEmpty(); // other classes than those of the published figures
    }

    @Test
    void theSameImportGivesTheSameBytes() throws Exception {
        Path file = foreign(torchvision(3), WeightLayout.TORCHVISION, _ -> {});
        imported(file, ImportOptions.of(WeightLayout.TORCHVISION).classes(THREE));
        byte[] first = Files.readAllBytes(model);
        imported(file, ImportOptions.of(WeightLayout.TORCHVISION).classes(THREE));
        assertThat(Files.readAllBytes(model)).isEqualTo(first);
    }

    /// The convolution of blue, green, red by the file's kernels, added up by hand, is what the imported net makes of red,
    /// green, blue.
    @Test
    void caffesFirstConvolutionIsReversedToRgb() throws Exception {
        AlexNet network = narrow(AlexNet.of(Variant.CAFFE), 3);
        Path file = foreign(network, WeightLayout.CAFFE, _ -> {});
        imported(file, ImportOptions.of(WeightLayout.CAFFE).classes(THREE));
        Model open = Model.read(model).on(backend);
        int side = 227;
        float[] rgb = new float[3 * side * side];
        Random random = new Random(3);
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = random.nextFloat() * 200 - 100;
        }
        Row conv1 = open.network().architecture().rows().getFirst();
        Tensor out = open.network().linear(conv1, backend.upload(Shape.of(1, 3, side, side), rgb));
        float[] maps = backend.download(out);
        try (WeightFile theirs = SafetensorsFile.open(file)) {
            float[] kernels = theirs.read("conv1.weight");
            float[] biases = theirs.read("conv1.bias");
            for (int[] place : new int[][] {{0, 0, 0}, {3, 17, 42}, {7, 54, 54}}) {
                double sum = biases[place[0]];
                for (int bgr = 0; bgr < 3; bgr++) {
                    for (int y = 0; y < 11; y++) {
                        for (int x = 0; x < 11; x++) {
                            float pixel = rgb[((2 - bgr) * side + 4 * place[1] + y) * side + 4 * place[2] + x];
                            sum += pixel * kernels[((place[0] * 3 + bgr) * 11 + y) * 11 + x];
                        }
                    }
                }
                double found = maps[(place[0] * 55 + place[1]) * 55 + place[2]];
                assertThat(found).isCloseTo(sum, within(1e-3)); // sums of 363 products of up to 100
            }
        }
        assertThat(open.card().preprocessing().mean()).containsExactly(123.0, 117.0, 104.0);
    }

    @Test
    void theZoosGraphReads224Pixels() throws Exception {
        AlexNet network = AlexNet.of(Variant.CAFFE).withSize(224, 3, 0.001).withClasses(3);
        Path file = foreign(network, WeightLayout.ONNX_ZOO, _ -> {});
        imported(file, ImportOptions.of(WeightLayout.ONNX_ZOO).classes(THREE));
        ModelCard card = Model.read(model).on(backend).card();
        assertThat(card.network()).isEqualTo(card.network().withSize(224, 3, card.network().width()));
        assertThat(card.network().architecture().rows().getFirst().out()).isEqualTo(Shape.of(8, 54, 54));
        assertThat(card.preprocessing().crop()).isEqualTo(224);
    }

    @Test
    void caffenetIsItsOwnVariant() throws Exception {
        Path file = foreign(narrow(AlexNet.of(Variant.CAFFENET), 3), WeightLayout.CAFFENET, _ -> {});
        imported(file, ImportOptions.of(WeightLayout.CAFFENET).classes(THREE));
        assertThat(Model.read(model).card().network().variant()).isEqualTo(Variant.CAFFENET);
    }

    /// Blobs had four axes before 2014.
    @Test
    void leadingAxesOfOneAreIgnored() throws Exception {
        AlexNet network = narrow(AlexNet.of(Variant.CAFFE), 3);
        Path file = foreign(network, WeightLayout.CAFFE, tensors -> {
            tensors.computeIfPresent("fc7.weight",
                    (name, weight) -> new NamedTensor(name, Shape.of(1, 1, 8, 8), weight.values()));
            tensors.computeIfPresent("conv1.bias",
                    (name, bias) -> new NamedTensor(name, Shape.of(1, 1, 1, 8), bias.values()));
        });
        imported(file, ImportOptions.of(WeightLayout.CAFFE).classes(THREE));
        assertThat(Model.read(model).on(backend).network().parameters()).hasSize(16);
    }

    // --- what is refused ---------------------------------------------------------------------------------------------

    @Test
    void everyTensorThatDoesNotFitIsNamed() throws Exception {
        Path file = foreign(torchvision(3), WeightLayout.TORCHVISION, tensors -> {
            tensors.remove("features.3.bias");
            tensors.remove("classifier.4.weight");
            tensors.put("features.1.weight", zeros("features.1.weight", 64));
            tensors.put("extra", zeros("extra", 2, 3));
            tensors.put("features.6.weight", zeros("features.6.weight", 8, 9, 3, 3));
            tensors.put("classifier.1.bias", zeros("classifier.1.bias", 4, 2));
        });
        assertThatThrownBy(() -> imported(file, ImportOptions.of(WeightLayout.TORCHVISION).classes(THREE)))
                .isInstanceOf(WeightFileException.class)
                .hasMessage(file
                        + ": its tensors are not those of torchvision; missing: features.3.bias (8), classifier.4.weight (8 × 8)"
                        + "; left over: features.1.weight (64), extra (2 × 3)"
                        + "; misshapen: features.6.weight (must be 8 × 8 × 3 × 3, found 8 × 9 × 3 × 3),"
                        + " classifier.1.bias (must be 8, found 4 × 2)");
        assertThat(model).doesNotExist();
    }

    @Test
    void oneLayerOfAnotherWidthIsNamed() throws Exception {
        AlexNet network = AlexNet.of(Variant.TORCHVISION).withSize(224, 3, 0.25).withClasses(3);
        Path file = foreign(network, WeightLayout.TORCHVISION,
                tensors -> tensors.put("features.3.weight", zeros("features.3.weight", 56, 16, 5, 5)));
        assertThatThrownBy(() -> imported(file, ImportOptions.of(WeightLayout.TORCHVISION).classes(THREE)))
                .hasMessageEndingWith(
                        "; misshapen: features.3.weight (must be 48 × 16 × 5 × 5, found 56 × 16 × 5 × 5)");
    }

    @Test
    void namesOfAnotherLayoutAreRecognized() throws Exception {
        Path file = foreign(narrow(AlexNet.of(Variant.CAFFE), 3), WeightLayout.ONNX_ZOO, _ -> {});
        assertThatThrownBy(() -> imported(file, ImportOptions.of(WeightLayout.TORCHVISION).classes(THREE)))
                .hasMessageContaining("missing: features.0.weight (").hasMessageContaining("left over: conv1_w_0 (")
                .hasMessageEndingWith(". The names are those of --net onnx-zoo");
    }

    // --- classes -----------------------------------------------------------------------------------------------------

    @Test
    void missingInformationNamesTheOption() throws Exception {
        Path three = foreign(torchvision(3), WeightLayout.TORCHVISION, _ -> {});
        refused(three, ImportOptions.of(WeightLayout.TORCHVISION), "3 outputs", "--classes FILE");
        refused(three, ImportOptions.of(WeightLayout.TORCHVISION).order(ImageNet.Order.SORTED),
                "3 outputs");
        refused(three, ImportOptions.of(WeightLayout.TORCHVISION)
                .classes(new ClassList(List.of("a", "b"), List.of())), "names 2 classes", "3");
        Path own = foreign(narrow(AlexNet.paper(), 1000), WeightLayout.PAPER, _ -> {});
        refused(own, ImportOptions.of(WeightLayout.PAPER), "--order sorted", "--order devkit");
        refused(own, ImportOptions.of(WeightLayout.PAPER).order(ImageNet.Order.DEVKIT), "--mean");
        refused(own, ImportOptions.of(WeightLayout.PAPER).order(ImageNet.Order.DEVKIT)
                .classes(THREE), "give one of them");
    }

    private void refused(Path file, ImportOptions options, String... said) {
        assertThatThrownBy(() -> imported(file, options)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(said);
        assertThat(model).doesNotExist();
    }

    @Test
    void orderOptionChoosesTheClasses() throws Exception {
        Path own = foreign(narrow(AlexNet.paper(), 1000), WeightLayout.PAPER, _ -> {});
        ImportOptions zeroMean = ImportOptions.of(WeightLayout.PAPER).mean(List.of(0.0));
        imported(own, zeroMean.order(ImageNet.Order.DEVKIT));
        assertThat(Model.read(model).card().classes()).startsWith("kit fox", "English setter");
        imported(own, zeroMean.order(ImageNet.Order.SORTED));
        assertThat(Model.read(model).card().classes()).startsWith("tench", "goldfish");
    }

    // --- pictures ----------------------------------------------------------------------------------------------------

    @Test
    void optionsOverrideThePublishersPreprocessing() throws Exception {
        Path file = foreign(torchvision(3), WeightLayout.TORCHVISION, _ -> {});
        imported(file, ImportOptions.of(WeightLayout.TORCHVISION).classes(THREE).mean(List.of(1.0, 2.0, 3.0))
                .scale(List.of(0.5)));
        Preprocessing preprocessing = Model.read(model).card().preprocessing();
        assertThat(preprocessing).isEqualTo(
                new Preprocessing(3, 256, 224, List.of(1.0, 2.0, 3.0), .5, Optional.empty()));
    }

    /// The middle of a mean image as large as the scaled images is subtracted.
    @Test
    void aMeanImageIsCroppedToTheInput() throws Exception {
        int side = 256;
        float[] rgb = new float[3 * side * side];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = 100 - i % 3 * 50 + (i / 3 % side == 14 ? 7 : 0);
        }
        Path file = foreign(narrow(AlexNet.of(Variant.CAFFE), 3), WeightLayout.CAFFE, _ -> {});
        imported(file, ImportOptions.of(WeightLayout.CAFFE).classes(THREE).mean(new MeanImage(side, 3, rgb)));
        ModelCard card = Model.read(model).card();
        MeanImage taken = card.preprocessing().meanImage().orElseThrow();
        assertThat(taken.side()).isEqualTo(227);
        assertThat(Arrays.copyOf(taken.values(), 6)).containsExactly(107, 57, 7, 100, 50, 0); // from pixel 14 on
        assertThat(card.preprocessing().mean().getFirst()).isCloseTo(100 + 7 / 256.0, within(1e-6));
        Files.delete(model);
        refused(file, ImportOptions.of(WeightLayout.CAFFE).classes(THREE).mean(new MeanImage(200, 3,
                new float[3 * 200 * 200])), "200 pixels", "227");
    }

    /// A mean overrides the mean image that the file states; the rest stays as the file states it.
    @Test
    void statedPreprocessingIsKept() throws Exception {
        float[] values = new float[224 * 224 * 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 251;
        }
        MeanImage image = new MeanImage(224, 3, values);
        Path own = stored(Optional.of(image));
        imported(own, ImportOptions.of(WeightLayout.PAPER));
        assertThat(Model.read(model).card().preprocessing().meanImage()).contains(image);
        imported(own, ImportOptions.of(WeightLayout.PAPER).mean(List.of(9.0)));
        assertThat(Model.read(model).card().preprocessing())
                .isEqualTo(new Preprocessing(3, 240, 224, List.of(9.0, 9.0, 9.0), .25, Optional.empty()));
        Files.delete(model);
        refused(own, ImportOptions.of(WeightLayout.CAFFE), "paper", "--net");
    }

    /// A model file of our own.
    private Path stored(Optional<MeanImage> image) throws IOException {
        return ForeignFiles.model(folder.resolve("stored.safetensors"), new ModelCard(narrow(AlexNet.paper(), 3),
                THREE.names(), new Preprocessing(3, 240, 224, List.of(1.0, 2.0, 3.0), .25, image), "trained"));
    }

    @Test
    void aGreyNetsMeanIsAsked() throws Exception {
        AlexNet gray = AlexNet.of(Variant.TORCHVISION).withSize(224, 1, 0.001).withClasses(3);
        Path file = foreign(gray, WeightLayout.TORCHVISION, _ -> {});
        refused(file, ImportOptions.of(WeightLayout.TORCHVISION).classes(THREE), "1 channels", "--mean");
    }

    // --- a part of the layers ------------------------------------------------------------------------------------------

    @Test
    void theOtherLayersAreInitialisedAndSaidToBe() throws Exception {
        Path file = foreign(torchvision(1000), WeightLayout.TORCHVISION,
                tensors -> tensors.remove("classifier.4.bias"));
        ImportResult imported = imported(file, ImportOptions.of(WeightLayout.TORCHVISION).classes(THREE)
                .only(List.of("conv*")));
        assertThat(imported.layers().stream().collect(Collectors.toMap(LayerOrigin::layer,
                layer -> layer.tensor().orElse("")))).containsEntry("conv5", "features.10.weight")
                .containsEntry("fc6", "").containsEntry("fc8", "").hasSize(8);
        AlexNet network = imported.card().network();
        assertThat(network.classes()).isEqualTo(3);
        assertThat(imported.card().origin()).contains("conv1, conv2, conv3, conv4, conv5", "initialized with seed 1");
        try (WeightFile theirs = SafetensorsFile.open(file); WeightFile ours = SafetensorsFile.open(model)) {
            assertThat(ours.read("conv4.bias")).containsExactly(theirs.read("features.8.bias"));
            assertThat(ours.read("fc8.weight")).containsExactly(network.initialization().segment(
                    network.architecture(), row(network, "fc8"), false, 1).toArray(ValueLayout.JAVA_FLOAT));
            assertThat(ours.shape("fc8.weight")).isEqualTo(Shape.of(3, 8));
        }
    }

    private static Row row(AlexNet network, String name) {
        return network.architecture().rows().stream().filter(row -> row.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void aPrefixOfAllNamesIsRemoved() throws Exception {
        Path file = foreign(torchvision(3), WeightLayout.TORCHVISION, tensors -> {
            for (String name : List.copyOf(tensors.keySet())) {
                NamedTensor tensor = Objects.requireNonNull(tensors.remove(name));
                tensors.put("model.net." + name, new NamedTensor("model.net." + name, tensor.shape(), tensor.values()));
            }
        });
        assertThat(imported(file, ImportOptions.of(WeightLayout.TORCHVISION).classes(THREE)).layers())
                .allSatisfy(layer -> assertThat(layer.tensor()).isPresent());
    }

    /// Such as a head of another name, which fine-tuning put there.
    @Test
    void tensorsThatAreNotAskedForMayBeLeftOver() throws Exception {
        Path file = foreign(torchvision(1000), WeightLayout.TORCHVISION, tensors -> {
            tensors.remove("classifier.6.weight");
            tensors.put("classifier.weight", zeros("classifier.weight", 10, 8));
        });
        ImportOptions options = ImportOptions.of(WeightLayout.TORCHVISION).classes(THREE);
        assertThatThrownBy(() -> imported(file, options)).isInstanceOf(WeightFileException.class)
                .hasMessageContainingAll("classifier.6.weight", "classifier.weight", "--only");
        assertThat(imported(file, options.only(List.of("conv*"))).layers()).hasSize(8);
    }

    @Test
    void aNewHeadsClassesMustBeNamed() throws Exception {
        Path file = foreign(torchvision(1000), WeightLayout.TORCHVISION, _ -> {});
        refused(file, ImportOptions.of(WeightLayout.TORCHVISION).only(List.of("conv*")),
                "fc8 is not taken", "--classes FILE");
    }

    @Test
    void whatIsNoNumberIsNoWeight() throws Exception {
        Path file = foreign(torchvision(3), WeightLayout.TORCHVISION, tensors -> tensors.put("classifier.4.bias",
                NamedTensor.of("classifier.4.bias", Shape.of(8), () -> new float[] {1, 2, Float.NaN, 4, 5, 6, 7,
                    Float.NEGATIVE_INFINITY})));
        assertThatThrownBy(() -> imported(file, ImportOptions.of(WeightLayout.TORCHVISION).classes(THREE)))
                .hasRootCauseInstanceOf(WeightFileException.class)
                .rootCause()
                .hasMessage(file + ": tensor 'classifier.4.bias' has 2 of 8 values that are NaN or infinite:"
                        + " its training diverged, or the file is damaged");
        assertThat(model).doesNotExist();
    }

    /// A model card may state any input, and layers that are not taken from the file are made of that size.
    @Test
    void aNetworkThatNoMemoryHoldsIsRefused() throws Exception {
        AlexNet huge = AlexNet.of(Variant.TORCHVISION).withSize(3000, 3, 1).withClasses(3);
        ModelCard card = new ModelCard(huge, THREE.names(),
                new Preprocessing(3, 3000, 3000, List.of(1.0, 2.0, 3.0), 1), "");
        Path file = folder.resolve("huge.safetensors");
        Safetensors.write(file, Model.metadata(card),
                List.of(zeros("conv1.weight", 64, 3, 11, 11), zeros("conv1.bias", 64)));
        assertThatThrownBy(() -> imported(file, ImportOptions.of(WeightLayout.PAPER).only(List.of("conv1"))
                .classes(THREE))).isInstanceOf(WeightFileException.class).hasMessageContaining("fc6")
                .hasMessageContaining("2^31");
    }

    @Test
    void aPatternMustMatchALayer() {
        ImportOptions options = ImportOptions.of(WeightLayout.PAPER);
        assertThat(options.only(List.of("fc?")).only).containsExactly("fc6", "fc7", "fc8");
        assertThat(options.only(List.of("conv2, fc8", "conv1")).only).containsExactly("conv1", "conv2", "fc8");
        assertThatThrownBy(() -> options.only(List.of(",", " "))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> options.only(List.of("conv1, pool*"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'pool*'", "conv1, conv2");
        assertThatThrownBy(() -> options.only(List.of("conv.*"))).isInstanceOf(IllegalArgumentException.class);
    }
}
