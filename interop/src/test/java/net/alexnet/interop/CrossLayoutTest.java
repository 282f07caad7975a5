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
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelCard;
import net.alexnet.interop.ImportOptions.Pictures;
import net.alexnet.io.SafetensorsFile;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import net.alexnet.nn.AlexNet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What we wrote is read back as it was, or not at all, whatever the user says that it is: never as another network.
class CrossLayoutTest {
    private static final ClassList CLASSES = new ClassList(List.of("ant", "bee"), List.of());

    @TempDir
    private Path folder;

    static Stream<Arguments> ways() {
        return Stream.of(WeightLayout.values()).flatMap(from -> Stream.of(ExportFormat.values())
                .flatMap(format -> Stream.of(WeightLayout.PAPER, from).distinct()
                        .filter(names -> format != ExportFormat.ONNX || names == WeightLayout.PAPER)
                        .map(names -> Arguments.of(from, names, format))));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void equalOrRefusedButNeverDifferent(WeightLayout from, WeightLayout names, ExportFormat format) throws Exception {
        Path model = model(from);
        Path exported = folder.resolve("exported");
        Exporter.write(exported, Model.read(model), names, format);
        List<WeightLayout> said = new ArrayList<>(List.of(WeightLayout.values()));
        if (format == ExportFormat.PYTORCH) {
            said.retainAll(List.of(names)); // such a file has nothing but names, so its user must know
        }
        int read = 0;
        for (Optional<WeightLayout> net : Stream.concat(Stream.of(Optional.<WeightLayout>empty()),
                said.stream().map(Optional::of)).toList()) {
            Path back = folder.resolve("back.safetensors");
            Files.deleteIfExists(back);
            Throwable refusal = catchThrowable(() -> read(exported, net, format, from, back));
            if (refusal != null) {
                assertThat(refusal).as("%s", net).isInstanceOfAny(ImportException.class, WeightFileException.class);
            } else {
                same(model, back);
                read++;
            }
        }
        assertThat(read).as("ways that were open").isEqualTo(2 - (isAmbiguous(names, format) ? 1 : 0));
    }

    /// Three layouts call their layers the same, and a state dict says nothing more.
    private static boolean isAmbiguous(WeightLayout names, ExportFormat format) {
        return format == ExportFormat.PYTORCH && names != WeightLayout.TORCHVISION && names != WeightLayout.ONNX_ZOO;
    }

    private Path model(WeightLayout layout) throws IOException {
        AlexNet network = ForeignFiles.narrow(AlexNet.of(layout.table()), 2);
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
        return options.withClasses(CLASSES).withPictures(new Pictures(Optional.empty(), Optional.empty(),
                Optional.of(List.of(1.0, 2.0, 3.0)), Optional.empty(), Optional.empty()));
    }

    /// As a user would who knows what a state dict does not say.
    private static void read(Path file, Optional<WeightLayout> net, ExportFormat format, WeightLayout from, Path out)
            throws IOException {
        try (WeightFile weights = Importer.open(file)) {
            ImportOptions options = ImportOptions.of(net.isPresent() ? net.get() : Importer.layout(weights));
            if (format == ExportFormat.PYTORCH) {
                options = told(options);
                if (options.layout() == WeightLayout.PAPER) {
                    options = options.withTable(from.table()).withPictures(new Pictures(Optional.empty(),
                            Optional.of(from == WeightLayout.ONNX_ZOO ? 224 : AlexNet.of(from.table()).input()),
                            options.pictures().mean(), Optional.empty(),
                            from.conventions().map(WeightLayout.Conventions::scale)));
                }
            }
            Importer.read(weights, options).write(out);
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

    @Test
    void anOnnxFilesMeanImageComesBack() throws Exception {
        AlexNet network = AlexNet.original().withSize(67, 3, 0.001).withClasses(2);
        float[] means = new float[67 * 67 * 3];
        for (int i = 0; i < means.length; i++) {
            means[i] = i % 251;
        }
        Path foreign = ForeignFiles.write(folder.resolve("foreign.safetensors"), network, WeightLayout.PAPER, _ -> {});
        Path model = folder.resolve("model.safetensors");
        try (WeightFile file = Importer.open(foreign)) {
            Importer.read(file,
                    ImportOptions.of(WeightLayout.PAPER).withTable(AlexNet.Variant.ORIGINAL).withClasses(CLASSES)
                            .withPictures(new Pictures(Optional.of(70), Optional.of(67), Optional.empty(),
                                    Optional.of(new MeanImage(67, 3, means)), Optional.empty())))
                    .write(model);
        }
        Path exported = folder.resolve("exported.onnx");
        Exporter.write(exported, Model.read(model), WeightLayout.PAPER, ExportFormat.ONNX);
        Path back = folder.resolve("back.safetensors");
        read(exported, Optional.empty(), ExportFormat.ONNX, WeightLayout.PAPER, back);
        assertThat(Model.read(back).card().preprocessing().meanImage()).isPresent();
        same(model, back);
    }
}
