package net.alexnet.weights.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import net.alexnet.tensor.Shape;
import net.alexnet.weights.Entry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The files themselves were read by PyTorch (`tools/weights.py check`); here is what can be seen without it.
class PyTorchWriterTest {
    private static final List<Entry> ENTRIES = List.of(
            Entry.of("features.0.weight", Shape.of(2, 3, 1, 1), () -> new float[] {1, -2, 3, 4, 5, Float.MIN_VALUE}),
            Entry.of("features.0.bias", Shape.of(2), () -> new float[] {0.5f, -0f}));

    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsRead() throws IOException {
        Path file = folder.resolve("state.pth");
        PyTorchWriter.write(file, ENTRIES);
        PyTorchFile read = PyTorchFile.open(file);
        assertThat(read.names()).containsExactly("features.0.weight", "features.0.bias");
        assertThat(read.values("features.0.weight", Shape.of(2, 3, 1, 1)).toArray(Entry.FLOAT))
                .containsExactly(1, -2, 3, 4, 5, Float.MIN_VALUE);
        assertThat(read.values("features.0.bias", Shape.of(2)).toArray(Entry.FLOAT)).containsExactly(0.5f, -0f);
    }

    @Test
    void recordsAreStoredAndAligned() throws IOException {
        Path file = folder.resolve("state.pth");
        PyTorchWriter.write(file, ENTRIES);
        byte[] bytes = Files.readAllBytes(file);
        try (ZipFile zip = new ZipFile(file.toFile())) {
            List<? extends ZipEntry> records = Collections.list(zip.entries());
            assertThat(records).extracting(ZipEntry::getName).contains("archive/data.pkl", "archive/byteorder",
                    "archive/version", "archive/data/0", "archive/data/1");
            assertThat(records).allSatisfy(one -> assertThat(one.getMethod()).isEqualTo(ZipEntry.STORED));
            byte[] bias = zip.getInputStream(zip.getEntry("archive/data/1")).readAllBytes(); // checks the CRC
            assertThat(bias).isEqualTo(floats(0.5f, -0f));
        }
        assertThat(place(bytes, floats(1, -2, 3, 4, 5, Float.MIN_VALUE)) % 64).isZero();
    }

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    private static int place(byte[] bytes, byte[] part) {
        for (int at = 0; at <= bytes.length - part.length; at++) {
            if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        throw new AssertionError("the values are not in the file as they are");
    }

    @Test
    void theSameTensorsGiveTheSameBytes() throws IOException {
        Path one = folder.resolve("one.pth");
        Path other = folder.resolve("other.pt");
        PyTorchWriter.write(one, ENTRIES);
        PyTorchWriter.write(other, ENTRIES);
        assertThat(other).hasSameBinaryContentAs(one);
    }

    @Test
    void aFailureLeavesNoFile() throws IOException {
        Path file = folder.resolve("state.pth");
        List<Entry> failing = List.of(ENTRIES.getFirst(), Entry.of("x", Shape.of(1), () -> {
            throw new UncheckedIOException(new IOException("gone"));
        }));
        assertThat(catchThrowable(() -> PyTorchWriter.write(file, failing)))
                .hasMessageContaining("gone");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PyTorchWriter.write(file, List.of(ENTRIES.getFirst(), ENTRIES.getFirst())))
                .withMessageContaining("features.0.weight");
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }
}
