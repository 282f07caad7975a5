package net.alexnet.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.alexnet.exchange.ImportOptions.Pictures;
import net.alexnet.image.MeanImage;
import net.alexnet.model.Model;
import net.alexnet.model.ModelCard;
import net.alexnet.net.AlexNet;
import net.alexnet.weights.SafetensorsFile;
import net.alexnet.weights.WeightFile;
import net.alexnet.weights.WeightFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What we wrote is read back as it was, or not at all, whatever the user says that it is: never as another network.
class CrossDialectTest {
    private static final ClassList CLASSES = new ClassList(List.of("ant", "bee"), List.of());

    @TempDir
    private Path folder;

    static Stream<Arguments> ways() {
        return Stream.of(Dialect.values()).flatMap(from -> Stream.of(ExportFormat.values())
                .flatMap(format -> Stream.of(Dialect.PAPER, from).distinct()
                        .filter(names -> format != ExportFormat.ONNX || names == Dialect.PAPER)
                        .map(names -> Arguments.of(from, names, format))));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void equalOrRefusedButNeverDifferent(Dialect from, Dialect names, ExportFormat format) throws Exception {
        Path model = model(from);
        Path exported = folder.resolve("exported");
        Exporter.write(exported, Model.read(model), names, format);
        List<Dialect> said = new ArrayList<>(List.of(Dialect.values()));
        if (format == ExportFormat.PYTORCH) {
            said.retainAll(List.of(names)); // such a file has nothing but names, so its user must know
        }
        int read = 0;
        for (Optional<Dialect> net : Stream.concat(Stream.of(Optional.<Dialect>empty()),
                said.stream().map(Optional::of)).toList()) {
            Path back = folder.resolve("back.safetensors");
            Files.deleteIfExists(back);
            Throwable refusal = catchThrowable(() -> read(exported, net, format, from, back));
            if (refusal != null) {
                assertThat(refusal).as("%s", net).isInstanceOfAny(ChoiceException.class, WeightFileException.class);
            } else {
                same(model, back);
                read++;
            }
        }
        assertThat(read).as("ways that were open").isEqualTo(2 - (isAmbiguous(names, format) ? 1 : 0));
    }

    /// Three dialects call their layers the same, and a state dict says nothing more.
    private static boolean isAmbiguous(Dialect names, ExportFormat format) {
        return format == ExportFormat.PYTORCH && names != Dialect.TORCHVISION && names != Dialect.ONNX_ZOO;
    }

    private Path model(Dialect dialect) throws IOException {
        AlexNet network = ForeignFiles.narrow(AlexNet.of(dialect.table()), 2);
        if (dialect == Dialect.ONNX_ZOO) {
            network = network.withSize(224, 3, network.width());
        }
        Path foreign = ForeignFiles.write(folder.resolve("foreign.safetensors"), network, dialect, _ -> {});
        Path model = folder.resolve("model.safetensors");
        try (WeightFile file = Importer.open(foreign)) {
            Importer.read(file, told(ImportOptions.of(dialect))).write(model);
        }
        return model;
    }

    private static ImportOptions told(ImportOptions options) {
        return options.withClasses(CLASSES).withPictures(new Pictures(Optional.empty(), Optional.empty(),
                Optional.of(List.of(1.0, 2.0, 3.0)), Optional.empty(), Optional.empty()));
    }

    /// As a user would who knows what a state dict does not say.
    private static void read(Path file, Optional<Dialect> net, ExportFormat format, Dialect from, Path out)
            throws IOException {
        try (WeightFile weights = Importer.open(file)) {
            ImportOptions options = ImportOptions.of(net.isPresent() ? net.get() : Importer.dialect(weights));
            if (format == ExportFormat.PYTORCH) {
                options = told(options);
                if (options.dialect() == Dialect.PAPER) {
                    options = options.withTable(from.table()).withPictures(new Pictures(Optional.empty(),
                            Optional.of(from == Dialect.ONNX_ZOO ? 224 : AlexNet.of(from.table()).input()),
                            options.pictures().mean(), Optional.empty(),
                            from.conventions().map(Dialect.Conventions::scale)));
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
        try (SafetensorsFile one = SafetensorsFile.open(expected);
                SafetensorsFile other = SafetensorsFile.open(found)) {
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
        Path foreign = ForeignFiles.write(folder.resolve("foreign.safetensors"), network, Dialect.PAPER, _ -> {});
        Path model = folder.resolve("model.safetensors");
        try (WeightFile file = Importer.open(foreign)) {
            Importer.read(file, ImportOptions.of(Dialect.PAPER).withTable(AlexNet.Table.ORIGINAL).withClasses(CLASSES)
                    .withPictures(new Pictures(Optional.of(70), Optional.of(67), Optional.empty(),
                            Optional.of(new MeanImage(67, 3, means)), Optional.empty())))
                    .write(model);
        }
        Path exported = folder.resolve("exported.onnx");
        Exporter.write(exported, Model.read(model), Dialect.PAPER, ExportFormat.ONNX);
        Path back = folder.resolve("back.safetensors");
        read(exported, Optional.empty(), ExportFormat.ONNX, Dialect.PAPER, back);
        assertThat(Model.read(back).card().preprocessing().meanImage()).isPresent();
        same(model, back);
    }
}
