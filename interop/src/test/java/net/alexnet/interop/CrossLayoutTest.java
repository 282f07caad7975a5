package net.alexnet.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.alexnet.data.image.MeanImage;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What we wrote is read back as it was, or not at all, whatever the user says that it is: never as another network.
class CrossLayoutTest {
    private static final ClassList CLASSES = new ClassList(List.of("ant", "bee"), List.of());

    @TempDir
    private Path folder;

    static Stream<Arguments> ways() {
        return Stream.of(WeightLayout.values()).flatMap(from -> Stream.of(Exporter.Format.values())
                .flatMap(format -> Stream.of(WeightLayout.PAPER, from, WeightLayout.KERAS).distinct()
                        .filter(names -> format != Exporter.Format.ONNX || names == WeightLayout.PAPER)
                        .filter(names -> isKeras(format) == (names == WeightLayout.KERAS))
                        .map(names -> Arguments.of(from, names, format))));
    }

    private static boolean isKeras(Exporter.Format format) {
        return format == Exporter.Format.KERAS || format == Exporter.Format.KERAS_WEIGHTS;
    }

    @ParameterizedTest
    @MethodSource("ways")
    void equalOrRefusedButNeverDifferent(WeightLayout from, WeightLayout names, Exporter.Format format)
            throws Exception {
        Path model = model(from);
        Path exported = folder.resolve("exported");
        Exporter.write(exported, Model.read(model), names, format);
        List<WeightLayout> said = new ArrayList<>(List.of(WeightLayout.values()));
        int read = 0;
        for (Optional<WeightLayout> net : Stream.concat(Stream.of(Optional.<WeightLayout>empty()),
                said.stream().map(Optional::of)).toList()) {
            Path back = folder.resolve("back.safetensors");
            Files.deleteIfExists(back);
            Throwable refusal = catchThrowable(() -> read(exported, net, back));
            if (refusal != null) {
                assertThat(refusal).as("%s", net).isInstanceOfAny(IllegalArgumentException.class,
                        WeightFileException.class);
            } else {
                same(model, back);
                read++;
            }
        }
        assertThat(read).as("ways that were open").isEqualTo(2);
    }

    private Path model(WeightLayout layout) throws IOException {
        AlexNet network = ForeignFiles.narrow(AlexNet.of(layout.variant()), 2);
        if (layout == WeightLayout.ONNX_ZOO) {
            network = network.withSize(224, 3, network.width());
        }
        Path foreign = ForeignFiles.write(folder.resolve("foreign.safetensors"), network, layout, _ -> {});
        Path model = folder.resolve("model.safetensors");
        try (WeightFile file = Importer.open(foreign)) {
            Importer.read(file, told(ImportOptions.of(layout))).write(model);
        }
        return model;
    }

    private static ImportOptions told(ImportOptions options) {
        return options.classes(CLASSES).mean(List.of(1.0, 2.0, 3.0));
    }

    private static void read(Path file, Optional<WeightLayout> net, Path out) throws IOException {
        try (WeightFile weights = Importer.open(file)) {
            Importer.read(weights, ImportOptions.of(net.isPresent() ? net.get() : Importer.layout(weights))).write(out);
        }
    }

    private static void same(Path expected, Path found) throws IOException {
        ModelCard first = Model.read(expected).card();
        ModelCard second = Model.read(found).card();
        assertThat(second.network()).isEqualTo(first.network());
        assertThat(second.classes()).isEqualTo(first.classes());
        assertThat(second.preprocessing()).isEqualTo(first.preprocessing());
        try (WeightFile one = SafetensorsFile.open(expected);
                WeightFile other = SafetensorsFile.open(found)) {
            assertThat(other.names()).isEqualTo(one.names());
            for (String name : one.names()) {
                assertThat(other.read(name)).as(name).containsExactly(one.read(name));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SAFETENSORS")
    void aMeanImageComesBack(Exporter.Format format) throws Exception {
        AlexNet network = AlexNet.paper().withSize(67, 3, 0.001).withClasses(2);
        float[] means = new float[67 * 67 * 3];
        for (int i = 0; i < means.length; i++) {
            means[i] = i % 251;
        }
        Preprocessing preprocessing = new Preprocessing(3, 70, 67, List.of(1.0, 2.0, 3.0), 1,
                Optional.of(new MeanImage(67, 3, means)));
        Path model = ForeignFiles.model(folder.resolve("model.safetensors"),
                new ModelCard(network, CLASSES.names(), preprocessing, "trained"));
        Path exported = folder.resolve("exported");
        Exporter.write(exported, Model.read(model), isKeras(format) ? WeightLayout.KERAS : WeightLayout.PAPER, format);
        Path back = folder.resolve("back.safetensors");
        read(exported, Optional.empty(), back);
        assertThat(Model.read(back).card().preprocessing().meanImage()).isPresent();
        same(model, back);
    }

    /// As a fine-tuned base of convolutions has.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SAFETENSORS")
    void aSingleDenseLayerComesBack(Exporter.Format format) throws Exception {
        AlexNet network = AlexNet.of(AlexNet.Variant.TORCHVISION).withSize(67, 3, 0.125).withClasses(2)
                .withHead(List.of("fc6", "fc7"), true);
        Path model = ForeignFiles.model(folder.resolve("model.safetensors"), new ModelCard(network, CLASSES.names(),
                new Preprocessing(3, 70, 67, List.of(1.0, 2.0, 3.0), 1), "trained"));
        Path exported = folder.resolve("exported");
        Exporter.write(exported, Model.read(model), isKeras(format) ? WeightLayout.KERAS : WeightLayout.PAPER, format);
        Path back = folder.resolve("back.safetensors");
        read(exported, Optional.empty(), back);
        same(model, back);
    }
}
