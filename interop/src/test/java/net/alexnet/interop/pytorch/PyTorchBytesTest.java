package net.alexnet.interop.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TimeZone;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import net.alexnet.io.MappedWeights;
import net.alexnet.io.NamedTensor;
import net.alexnet.tensor.Shape;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is written has the records that PyTorch itself writes: `few.pth` is from `tools/weights.py`.
class PyTorchBytesTest {
    @TempDir
    private Path folder;
    private Path file = Path.of("");

    @BeforeEach
    void name() {
        file = folder.resolve("model.pth");
    }

    /// The archive of `few.pth` has another name and more records, which PyTorch does not need; its pickle says the same.
    @Test
    void recordsAreThoseOfPyTorch() throws IOException {
        PyTorchWriter.write(file, Map.of(), few());

        MappedWeights expected = PyTorchFile.open(fewOfPyTorch());
        MappedWeights written = PyTorchFile.open(file);
        assertThat(written.names()).isEqualTo(expected.names());
        for (String name : expected.names()) {
            assertThat(written.values(name, expected.shape(name)).mismatch(expected.values(name))).as(name)
                    .isEqualTo(-1);
        }
        Map<String, byte[]> theirs = records(fewOfPyTorch());
        Map<String, byte[]> ours = records(file);
        assertThat(ours.remove("data.pkl")).isNotEmpty();
        assertThat(ours).hasSize(2 + few().size());
        assertThat(ours).allSatisfy((name, bytes) -> assertThat(bytes).isEqualTo(theirs.get(name)));
    }

    @Test
    void writtenTensorsAreReadBack() throws IOException {
        PyTorchWriter.write(file, Map.of(), List.of(
                NamedTensor.of("features.0.weight", Shape.of(2, 3, 1, 1),
                        () -> new float[] {1, -2, 3, 4, 5, Float.MIN_VALUE}),
                NamedTensor.of("features.0.bias", Shape.of(2), () -> new float[] {0.5f, -0f})));
        MappedWeights read = PyTorchFile.open(file);
        assertThat(read.names()).containsExactly("features.0.weight", "features.0.bias");
        assertThat(read.values("features.0.weight", Shape.of(2, 3, 1, 1)).toArray(NamedTensor.FLOAT))
                .containsExactly(1, -2, 3, 4, 5, Float.MIN_VALUE);
        assertThat(read.values("features.0.bias", Shape.of(2)).toArray(NamedTensor.FLOAT)).containsExactly(0.5f, -0f);
    }

    @Test
    void recordsAreStoredAndBeginAtMultiplesOf64() throws IOException {
        PyTorchWriter.write(file, Map.of(), few());

        try (var zip = org.apache.commons.compress.archivers.zip.ZipFile.builder().setPath(file).get()) {
            List<ZipArchiveEntry> entries = Collections.list(zip.getEntriesInPhysicalOrder());
            assertThat(entries.getFirst().getName()).isEqualTo("archive/data.pkl");
            assertThat(entries).allSatisfy(entry -> {
                assertThat(entry.getMethod()).isEqualTo(ZipEntry.STORED);
                assertThat(entry.getDataOffset() % 64).as(entry.getName()).isZero();
                assertThat(entry.getGeneralPurposeBit().usesDataDescriptor()).isFalse();
            });
        }
    }

    /// Another time zone is another time: a zip has local ones.
    @Test
    void bytesDependOnTheTensorsOnly() throws IOException {
        PyTorchWriter.write(file, Map.of(), few());
        TimeZone here = TimeZone.getDefault();
        Path other = folder.resolve("other.pt");
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));
            PyTorchWriter.write(other, Map.of(), few());
        } finally {
            TimeZone.setDefault(here);
        }
        assertThat(other).hasSameBinaryContentAs(file);
    }

    /// More than 2^31 values are too many to be written in a test; their shape is not.
    @Test
    void sizesBeyondIntAreWrittenAsLong() {
        String pickle = HexFormat.of()
                .formatHex(PyTorchWriter.pickle(List.of(new NamedTensor("w", Shape.of(65536, 65536), () -> {
                    throw new IllegalStateException("a pickle holds no values");
                }))));
        assertThat(pickle).contains("8a080000000001000000" + "74"); // LONG1 of eight bytes, 2^32; TUPLE: the storage
    }

    @Test
    void asksForEveryTensorOnceAndInOrder() throws IOException {
        List<String> asked = new ArrayList<>();
        List<NamedTensor> entries = new ArrayList<>();
        for (String name : List.of("b", "a", "c")) {
            entries.add(NamedTensor.of(name, Shape.of(2), () -> {
                asked.add(name);
                return new float[] {1, 2};
            }));
        }
        PyTorchWriter.write(file, Map.of(), entries);
        assertThat(asked).containsExactly("b", "a", "c");
    }

    @Test
    void failureKeepsThePreviousFile() throws IOException {
        PyTorchWriter.write(file, Map.of(), few());
        byte[] before = Files.readAllBytes(file);
        AtomicInteger asked = new AtomicInteger();
        NamedTensor good = NamedTensor.of("a", Shape.of(2), () -> new float[asked.incrementAndGet() + 1]);
        NamedTensor broken = NamedTensor.of("b", Shape.of(1), () -> {
            throw new IllegalStateException("the device is gone");
        });
        NamedTensor misshapen = NamedTensor.of("c", Shape.of(2, 2), () -> new float[3]);

        assertThatThrownBy(() -> PyTorchWriter.write(file, Map.of(), List.of(good, broken)))
                .hasMessage("the device is gone");
        assertThat(asked).hasValue(1);
        assertThatThrownBy(() -> PyTorchWriter.write(file, Map.of(), List.of(misshapen)))
                .hasMessage("tensor 'c' of shape 2 × 2 needs 4 values, found 3");

        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        assertThat(folder).isDirectoryNotContaining(path -> !path.equals(file));
    }

    private Path fewOfPyTorch() throws IOException {
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("/weights/pytorch/few.pth"))) {
            return Files.write(folder.resolve("few.pth"), in.readAllBytes());
        }
    }

    /// The tensors of `few.pth`: the i-th value of each is i / 8.
    private static List<NamedTensor> few() {
        List<NamedTensor> entries = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            entries.add(eighths("t" + i, 2, i + 1));
        }
        entries.add(eighths("conv", 2, 1, 1, 3));
        entries.add(eighths("vector", 300));
        entries.add(eighths("scalar"));
        return entries;
    }

    private static NamedTensor eighths(String name, int... dims) {
        Shape shape = Shape.of(dims);
        return NamedTensor.of(name, shape, () -> {
            float[] values = new float[(int) shape.elements()];
            for (int i = 0; i < values.length; i++) {
                values[i] = i / 8f;
            }
            return values;
        });
    }

    /// By their names below the archive's folder. Sums are checked, as the JDK does of streams only.
    private static Map<String, byte[]> records(Path file) throws IOException {
        Map<String, byte[]> records = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8)) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                try (InputStream in = zip.getInputStream(entry)) {
                    byte[] bytes = in.readAllBytes();
                    CRC32 sum = new CRC32();
                    sum.update(bytes);
                    assertThat(sum.getValue()).as(entry.getName()).isEqualTo(entry.getCrc());
                    records.put(entry.getName().substring(entry.getName().indexOf('/') + 1), bytes);
                }
            }
        }
        return records;
    }
}
