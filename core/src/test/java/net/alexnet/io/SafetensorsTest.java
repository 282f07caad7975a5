package net.alexnet.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import net.alexnet.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    @TempDir
    Path folder;

    @Test
    void readsBackTheWrittenTensors() throws IOException {
        Path file = folder.resolve("model.safetensors");
        float[] many = new float[100_003]; // more than one write buffer, and no multiple of it
        for (int i = 0; i < many.length; i++) {
            many[i] = (float) Math.sin(i);
        }
        float[] odd = {Float.NaN, Float.NEGATIVE_INFINITY, -0f, Float.MIN_VALUE};
        Map<String, String> metadata = Map.of("classes", "[\"Kätzchen\",\"犬\"]", "net", "a \"b\"\n");

        Safetensors.write(
                file,
                metadata,
                List.of(entry("zeta", many, many.length), entry("alpha", odd, 2, 2), entry("scalar", new float[] {7})));

        try (WeightFile read = SafetensorsFile.open(file)) {
            assertThat(read.metadata()).isEqualTo(metadata);
            assertThat(read.names()).containsExactly("zeta", "alpha", "scalar");
            assertThat(read.shape("alpha")).isEqualTo(Shape.of(2, 2));
            assertThat(read.read("zeta")).isEqualTo(many);
            assertThat(read.read("alpha", Shape.of(2, 2))).isEqualTo(odd);
            assertThat(read.read("scalar", Shape.of())).containsExactly(7);
            assertThatThrownBy(() -> read.read("alpha", Shape.of(4)))
                    .isInstanceOf(WeightFileException.class)
                    .hasMessage(file + ": tensor 'alpha' must have the shape 4, found 2 × 2");
            assertThatThrownBy(() -> read.read("beta"))
                    .isInstanceOf(WeightFileException.class)
                    .hasMessageContaining(file + ": there is no tensor 'beta'; there are zeta, alpha, scalar");
        }
    }

    @Test
    void writesTheBytesOfTheSpecification() throws IOException {
        Path file = folder.resolve("tiny.safetensors");

        Safetensors.write(file, Map.of("b", "2", "a", "1"), List.of(entry("w", new float[] {1, -2}, 1, 2)));

        String header = "{\"__metadata__\":{\"a\":\"1\",\"b\":\"2\"},"
                + "\"w\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}";
        String padded = header + " ".repeat((64 - (8 + header.length()) % 64) % 64); // the data begins at a cache line
        ByteBuffer expected = ByteBuffer.allocate(8 + padded.length() + 8).order(ByteOrder.LITTLE_ENDIAN);
        expected.putLong(padded.length()).put(padded.getBytes(StandardCharsets.UTF_8)).putFloat(1).putFloat(-2);
        assertThat(Files.readAllBytes(file)).isEqualTo(expected.array());
    }

    @Test
    void lastingValuesAreTheMappedFile() throws IOException {
        Path file = folder.resolve("tiny.safetensors");
        float[] values = {1, -2, Float.MIN_VALUE, 4};
        Safetensors.write(file, Map.of(), List.of(entry("w", values, 2, 2)));
        MemorySegment lasting;
        try (WeightFile read = SafetensorsFile.openLasting(file)) {
            lasting = read.values("w", Shape.of(2, 2));
            assertThatExceptionOfType(WeightFileException.class).isThrownBy(() -> read.values("w", Shape.of(4)))
                    .withMessageContainingAll("'w'", "2 × 2", "4");
        }
        assertThat(lasting.toArray(ValueLayout.JAVA_FLOAT)).as("after the file was closed").isEqualTo(values);
        assertThat(lasting.isMapped()).isTrue();
        assertThat(lasting.isReadOnly()).isTrue();
        assertThat(lasting.address() % 64).isZero();
        try (WeightFile read = SafetensorsFile.open(file)) {
            MemorySegment copy = read.values("w", Shape.of(2, 2));
            assertThat(copy.isMapped()).isFalse();
            assertThat(copy.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(values);
        }
    }

    @Test
    void readsWhatPythonWrote() throws IOException, URISyntaxException {
        URL golden = Objects.requireNonNull(getClass().getResource("/weights/python.safetensors"));

        try (WeightFile read = SafetensorsFile.open(Path.of(golden.toURI()))) {
            assertThat(read.metadata()).isEqualTo(Map.of("made by", "Python", "größe", "klein"));
            assertThat(read.names()).containsExactlyInAnyOrder("conv1.weight", "half", "double", "count");
            assertThat(read.read("conv1.weight", Shape.of(2, 1, 1, 3))).containsExactly(1, 2, 3, -4, .5f, 1e-9f);
            assertThat(read.read("half")).containsExactly(1, -2.5f, 65504);
            assertThat(read.read("double", Shape.of(1, 2))).containsExactly(.1f, -7);
            assertThatThrownBy(() -> read.read("count")).hasMessageContaining("tensor 'count' holds I64; only F32");
        }
    }

    @Test
    void readsUnalignedBrainFloats() throws IOException {
        byte[] header = "{\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,4]}}"
                .getBytes(StandardCharsets.UTF_8);
        assertThat(header.length % 2).isOne();
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length).put(header).putShort((short) 0x3f80).putShort((short) 0xc049);
        Path file = Files.write(folder.resolve("brain.safetensors"), bytes.array());

        try (WeightFile read = SafetensorsFile.open(file)) {
            assertThat(read.read("b")).containsExactly(1, -3.140625f);
        }
    }

    @Test
    void readsAFileWithoutTensors() throws IOException {
        Path file = folder.resolve("none.safetensors");

        Safetensors.write(file, Map.of(), List.of());

        try (WeightFile read = SafetensorsFile.open(file)) {
            assertThat(read.names()).isEmpty();
        }
    }

    @Test
    void refusesDuplicateNamesAndValuesOfAnotherShape() {
        Path file = folder.resolve("bad.safetensors");
        NamedTensor w = entry("w", new float[] {1}, 1);

        assertThatThrownBy(() -> Safetensors.write(file, Map.of(), List.of(w, w)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the tensor name 'w' is given twice");
        assertThatThrownBy(() -> Safetensors.write(file, Map.of(), List.of(entry("__metadata__", new float[] {1}, 1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is reserved");
        assertThatThrownBy(() -> Safetensors.write(file, Map.of(), List.of(entry("w", new float[] {1, 2}, 3))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tensor 'w' of shape 3 needs 3 values, found 2");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFailedWriteLeavesTheFileBeforeItWhole() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Safetensors.write(file, Map.of(), List.of(entry("w", new float[] {1}, 1)));
        byte[] before = Files.readAllBytes(file);
        Supplier<float[]> broken = () -> {
            throw new IllegalStateException("the device is gone");
        };

        assertThatThrownBy(() -> Safetensors.write(file, Map.of(), List.of(NamedTensor.of("w", Shape.of(1), broken))))
                .hasMessage("the device is gone");

        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        assertThat(folder).isDirectoryNotContaining(path -> !path.equals(file));
    }

    @Test
    void writesOnAThreadThatWasInterrupted() throws IOException {
        Path file = folder.resolve("model.safetensors");

        Thread.currentThread().interrupt();
        Safetensors.write(file, Map.of(), List.of(entry("w", new float[] {1}, 1)));

        assertThat(Thread.interrupted()).isTrue();
        try (WeightFile read = SafetensorsFile.open(file)) {
            assertThat(read.read("w")).containsExactly(1);
        }
    }

    private static NamedTensor entry(String name, float[] values, int... dims) {
        return NamedTensor.of(name, Shape.of(dims), () -> values);
    }
}
