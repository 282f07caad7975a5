package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import net.alexnet.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is written is read back by other readers, to the last bit.
class FeatureFileTest {
    private static final String HOSTILE = "a,\"b\"\t\\n\nünï 🐝.jpg";

    @TempDir
    Path folder;

    @SuppressWarnings("ArrayRecordComponent") // compared value by value
    private record Line(String file, Optional<String> label, float[] features) {}

    private static List<Line> lines(int rows, int length) {
        Random random = new Random(5);
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            float[] features = new float[length];
            for (int k = 0; k < length; k++) {
                features[k] = random.nextInt(3) == 0 ? 0 : (float) random.nextGaussian();
            }
            features[0] = List.of(Float.MIN_VALUE, -0f, Float.MAX_VALUE, 1 / 3f).get(i % 4);
            lines.add(new Line(i == 1 ? HOSTILE : "class/" + i + ".jpg",
                    i % 3 == 2 ? Optional.empty() : Optional.of("label " + i % 5), features));
        }
        return lines;
    }

    private Path write(String name, Shape shape, List<Line> lines) throws IOException {
        Path file = folder.resolve(name);
        try (FeatureFile out = FeatureFile.create(file, shape)) {
            for (Line line : lines) {
                out.add(line.file(), line.label(), line.features());
            }
            assertThat(file).doesNotExist();
            out.finish();
        }
        return file;
    }

    @Test
    void npy() throws Exception {
        List<Line> lines = lines(13, 2 * 3 * 4);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(write("features.npy", Shape.of(2, 3, 4), lines)))
                .order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[8];
        bytes.get(magic);
        assertThat(magic).containsExactly(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0);
        byte[] header = new byte[Short.toUnsignedInt(bytes.getShort())];
        bytes.get(header);
        assertThat(bytes.position() % 64).isZero();
        assertThat(new String(header, StandardCharsets.US_ASCII).strip())
                .isEqualTo("{'descr': '<f4', 'fortran_order': False, 'shape': (13, 2, 3, 4), }");
        assertThat(header[header.length - 1]).isEqualTo((byte) '\n');
        for (Line line : lines) {
            for (float feature : line.features()) {
                assertThat(bytes.getInt()).isEqualTo(Float.floatToRawIntBits(feature));
            }
        }
        assertThat(bytes.hasRemaining()).isFalse();
        List<String> names = Files.readAllLines(folder.resolve("features.npy.files.tsv"));
        assertThat(names).hasSize(14).startsWith("file\tlabel", "class/0.jpg\tlabel 0",
                "a,\"b\"\\t\\\\n\\nünï 🐝.jpg\tlabel 1", "class/2.jpg\t");
    }

    /// The names' place is taken while the file is written, so that it ends between the two.
    @Test
    void anArrayIsNeverBesideTheNamesOfAnother() throws Exception {
        Path file = write("features.npy", Shape.of(5), lines(3, 5));
        Path names = folder.resolve("features.npy.files.tsv");
        try (FeatureFile next = FeatureFile.create(file, Shape.of(5))) {
            next.add("a", Optional.empty(), new float[5]);
            Files.delete(names);
            Files.createDirectories(names.resolve("not empty"));
            assertThatThrownBy(next::finish).isInstanceOf(IOException.class).hasMessageContaining("files.tsv");
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void csv() throws Exception {
        List<Line> lines = lines(11, 6);
        Path file = write("features.CSV", Shape.of(6), lines);
        try (MappingIterator<String[]> read = new CsvMapper().readerForArrayOf(String.class)
                .with(CsvParser.Feature.WRAP_AS_ARRAY).readValues(file.toFile())) {
            assertThat(read.next()).containsExactly("file", "label", "f0", "f1", "f2", "f3", "f4", "f5");
            for (Line line : lines) {
                String[] cells = read.next();
                assertThat(cells[0]).isEqualTo(line.file());
                assertThat(cells[1]).isEqualTo(line.label().orElse(""));
                for (int k = 0; k < 6; k++) {
                    assertThat(Float.floatToRawIntBits(Float.parseFloat(cells[k + 2])))
                            .isEqualTo(Float.floatToRawIntBits(line.features()[k]));
                }
            }
            assertThat(read.hasNext()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"f.npy", "f.csv"})
    void theSameRowsGiveTheSameBytesAndNothingIsLeftHalfDone(String name) throws Exception {
        byte[] first = Files.readAllBytes(write(name, Shape.of(5), lines(9, 5)));
        assertThat(Files.readAllBytes(write("2" + name, Shape.of(5), lines(9, 5)))).isEqualTo(first);
        try (FeatureFile broken = FeatureFile.create(folder.resolve(name), Shape.of(5))) {
            broken.add("a", Optional.empty(), new float[5]);
            assertThatThrownBy(() -> broken.add("a", Optional.empty(), new float[4])).hasMessageContaining("found 4");
        }
        assertThat(Files.readAllBytes(folder.resolve(name))).isEqualTo(first);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).noneMatch(file -> file.toString().endsWith(".tmp"));
        }
        Files.createDirectory(folder.resolve("taken-" + name));
        assertThatThrownBy(() -> FeatureFile.create(folder.resolve("taken-" + name), Shape.of(5)))
                .isInstanceOf(IOException.class).hasMessageContaining("it is a folder");
    }

    @ParameterizedTest
    @ValueSource(strings = {"f.npy", "f.csv"})
    void twoWritersOfOneNameDoNotCollide(String name) throws Exception {
        byte[] expected = Files.readAllBytes(write("expected-" + name, Shape.of(5), lines(2, 5)));
        Path own = Files.writeString(folder.resolve(name + ".tmp"), "a user's own");
        try (FeatureFile one = FeatureFile.create(folder.resolve(name), Shape.of(5))) {
            for (Line line : lines(2, 5)) {
                one.add(line.file(), line.label(), line.features());
            }
            write(name, Shape.of(5), lines(9, 5));
            one.finish();
        }
        assertThat(Files.readAllBytes(folder.resolve(name))).isEqualTo(expected);
        assertThat(own).hasContent("a user's own");
    }

    @ParameterizedTest
    @CsvSource({"f.txt,f.txt", "f.parquet,CSV", "F.PARQUET,CSV"})
    void anotherExtensionIsRefused(String name, String fact) {
        assertThatThrownBy(() -> FeatureFile.create(folder.resolve(name), Shape.of(5)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll(".npy", ".csv", name, fact);
    }
}
