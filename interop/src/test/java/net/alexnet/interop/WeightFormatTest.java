package net.alexnet.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import net.alexnet.interop.caffe.CaffeNet;
import net.alexnet.io.WeightFile;
import net.alexnet.io.WeightFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightFormatTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"pytorch/zip.pth, PYTORCH", "pytorch/legacy.pth, PYTORCH", "pytorch/legacy4.pth, PYTORCH",
        "onnx/exported.onnx, ONNX", "onnx/external.onnx, ONNX", "onnx/hand.onnx, ONNX",
        "keras/paper.keras, KERAS", "keras/paper.h5, KERAS", "keras/paper.weights.h5, KERAS",
        "pytorch/expected.safetensors, SAFETENSORS", "python.safetensors, SAFETENSORS"})
    void tellsAFormatByItsContent(String name, WeightFormat expected) throws IOException {
        assertThat(WeightFormat.of(Expected.fixture(name))).isEqualTo(expected);
        try (WeightFile file = Importer.open(Expected.fixture(name))) {
            assertThat(file.names()).isNotEmpty();
        }
    }

    @Test
    void tellsCaffesOfBothGenerations() throws IOException {
        for (byte[] net : new byte[][] {CaffeNet.current(), CaffeNet.old()}) {
            Path file = Files.write(folder.resolve("net"), net);
            assertThat(WeightFormat.of(file)).isEqualTo(WeightFormat.CAFFE);
            assertThat(Importer.open(file).names()).hasSize(6);
        }
    }

    /// Nobody writes to the pipe, so that a reader would wait for ever.
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void refusesAPipe() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        assertTimeoutPreemptively(Duration.ofSeconds(10),
                () -> assertThatThrownBy(() -> Importer.open(pipe))
                        .isInstanceOf(WeightFileException.class).hasMessageStartingWith(pipe + ": ")
                        .hasMessageContaining("is a pipe or a device, expected a file of weights"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0801100318e301     | it looks like a mean image of Caffe
            80025d710058       | it is a pickle of Python, but torch.save did not write it
            1f8b0800           | gzip archive
            eeeeeeee           | it begins with 'eeeeeeee', expected weights: safetensors
            ffd8ffe0           | JPEG
            934e554d5059       | NumPy
            425a6839           | bzip2
            fd377a585a00       | xz
            ''                 | is empty, expected weights
            """)
    void saysWhatAnotherFileCouldBe(String hex, String expected) throws IOException {
        Path file = Files.write(folder.resolve("other"), HexFormat.of().parseHex(hex));
        assertThatThrownBy(() -> Importer.open(file)).isInstanceOf(WeightFileException.class)
                .hasMessageStartingWith(file + ": ").hasMessageContaining(expected);
        assertThatThrownBy(() -> Importer.open(folder))
                .hasMessageContaining("is a folder, expected a file of weights");
        assertThatThrownBy(() -> Importer.open(folder.resolve("none"))).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("no such file");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            <!DOCTYPE html><html>                                      | HTML
            \\n <html lang=en>                                       | HTML
            <?xml version="1.0"?><Error><Code>AccessDenied</Code>      | XML
            {"error": "Not found"}                                     | JSON
            {"metadata": {"total_size": 9}, "weight_map": {}}          | index
            version https://git-lfs.github.com/spec/v1                 | git lfs pull
            /annex/objects/SHA256E-s9--00.pth                          | git annex get
            name: "AlexNet"                                            | prototxt
            #!/bin/sh                                                  | script
            name: toy                                                  | text
            """)
    void namesTextsThatTookTheFilesPlace(String text, String expected) throws IOException {
        Path file = Files.writeString(folder.resolve("weights.pth"), text.translateEscapes());
        assertThatThrownBy(() -> Importer.open(file)).isInstanceOf(WeightFileException.class)
                .hasMessageStartingWith(file + ": ").hasMessageContaining(expected);
    }

    @Test
    void aSafetensorsFileThatIsCutInItsHeaderIsOneStill() throws IOException {
        Path file = Files.write(folder.resolve("cut"), HexFormat.of().parseHex("00100000000000007b2261223a"));
        assertThatThrownBy(() -> Importer.open(file)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining("is cut");
    }

    @Test
    void namesNumPysArchive() throws IOException {
        Path file = folder.resolve("weights.npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("conv1.npy"));
        }
        assertThatThrownBy(() -> Importer.open(file)).isInstanceOf(WeightFileException.class)
                .hasMessageContaining(".npz");
    }

    @Test
    void namesFoldersThatAFileBecame() throws IOException {
        Path torch = Files.createDirectories(folder.resolve("download/archive/data")).resolveSibling("data.pkl");
        Files.createFile(torch);
        for (Path unpacked : List.of(folder.resolve("download"), folder.resolve("download/archive"))) {
            assertThatThrownBy(() -> Importer.open(unpacked)).isInstanceOf(WeightFileException.class)
                    .hasMessageStartingWith(unpacked + ": ").hasMessageContaining("zip -0 -r");
        }
        Path keras = Files.createDirectories(folder.resolve("keras"));
        Files.createFile(keras.resolve("model.weights.h5"));
        assertThatThrownBy(() -> Importer.open(keras)).hasMessageContaining("model.weights.h5");
        Path tensorflow = Files.createDirectories(folder.resolve("tensorflow"));
        Files.createFile(tensorflow.resolve("saved_model.pb"));
        assertThatThrownBy(() -> Importer.open(tensorflow)).hasMessageContaining("SavedModel");
    }
}
