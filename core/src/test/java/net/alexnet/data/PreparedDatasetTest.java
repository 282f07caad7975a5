package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import net.alexnet.data.image.ColorPca.Component;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.PixelStatistics;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.Hashes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A prepared dataset that is read, and one that was damaged.
class PreparedDatasetTest {
    private static final double CLOSE = 1e-4; // in 0..255 units

    private static final Dataset SOURCE = EncodedSet.dataset(
            EncodedSet.noise("train", 60, 7, 1), EncodedSet.noise("val", 20, 0, 2));

    @TempDir
    Path root;

    private Path folder;

    @BeforeEach
    void prepare() throws Exception {
        folder = root.resolve("out");
        Preparing.finished(SOURCE, folder);
    }

    private PreparedDataset open() throws IOException {
        return PreparedDataset.open(folder, EncodedSet.CODEC);
    }

    // --- statistics ------------------------------------------------------------------------------------------------

    @Test
    void statisticsAreThoseOfTheStoredPixelsInDoublePrecision() throws Exception {
        ImageDataset resizedImages = open().training();
        int values = 3 * Preparing.SIDE * Preparing.SIDE;
        double[] image = new double[values];
        double[] mean = new double[3];
        for (int i = 0; i < resizedImages.size(); i++) {
            byte[] samples = image(resizedImages, i).samples();
            for (int v = 0; v < values; v++) {
                image[v] += (samples[v] & 0xFF) / (double) resizedImages.size();
                mean[v % 3] += (samples[v] & 0xFF) / (resizedImages.size() * values / 3.0);
            }
        }
        double[][] covariance = new double[3][3];
        for (int i = 0; i < resizedImages.size(); i++) {
            byte[] samples = image(resizedImages, i).samples();
            for (int v = 0; v < values; v++) {
                int pixel = v - v % 3;
                for (int d = 0; d < 3; d++) {
                    covariance[v % 3][d] += ((samples[v] & 0xFF) - mean[v % 3])
                            * ((samples[pixel + d] & 0xFF) - mean[d]) / (resizedImages.size() * values / 3.0);
                }
            }
        }
        PixelStatistics stored = open().statistics();
        assertThat(stored.images()).isEqualTo(60 - 8);
        for (int v = 0; v < values; v++) {
            assertThat((double) stored.meanImage().values()[v]).isCloseTo(image[v], within(CLOSE));
        }
        double lastStd = Double.MAX_VALUE;
        for (int c = 0; c < 3; c++) {
            assertThat(stored.mean().get(c)).isCloseTo(mean[c], within(CLOSE));
            assertThat(stored.std().get(c)).isCloseTo(Math.sqrt(covariance[c][c]), within(CLOSE));
            Component component = stored.colorPca().components().get(c);
            assertThat(component.std()).isLessThanOrEqualTo(lastStd);
            lastStd = component.std();
            for (int row = 0; row < 3; row++) { // covariance · vector = deviation² · vector
                double product = 0;
                for (int d = 0; d < 3; d++) {
                    product += covariance[row][d] * component.vector().get(d);
                }
                double variance = component.std() * component.std();
                assertThat(product).isCloseTo(variance * component.vector().get(row), within(CLOSE));
            }
        }
    }

    // --- classes ---------------------------------------------------------------------------------------------------

    @Test
    void labelsAreMappedToAnotherListOfClasses() throws Exception {
        ImageDataset own = open().validation();
        List<String> others = List.of("none", "zebras", "bees", "Gämse", "ants");
        ImageDataset theirs = own.withClasses(others);
        assertThat(theirs.classes()).isEqualTo(others);
        for (int i = 0; i < own.size(); i++) {
            assertThat(others.get(theirs.label(i))).isEqualTo(own.classes().get(own.label(i)));
            assertThat(image(theirs, i).samples()).isEqualTo(image(own, i).samples());
        }
        assertThat(own.perClass()).containsExactly(10, 5, 5, 0);
        assertThat(theirs.perClass()).containsExactly(0, 0, 5, 5, 10);
    }

    @Test
    void classesThatAreNotKnownAreRefused() throws Exception {
        ImageDataset own = open().validation();
        assertThatThrownBy(() -> own.withClasses(List.of("ants", "none"))).isInstanceOf(DatasetException.class)
                .hasMessageContainingAll("bees", "Gämse");
    }

    // --- damage ----------------------------------------------------------------------------------------------------

    @Test
    void anAlteredImageIsNamedAndOthersAreStillRead() throws Exception {
        int victim = 30; // in the second shard
        ImageDataset resizedImages = open().training();
        int inFirst = open().shards().getFirst().pictures();
        long at = ShardWriter.IMAGE_OFFSET
                + (victim - inFirst) * ShardWriter.recordBytes(4 + 3L * Preparing.SIDE * Preparing.SIDE) + 100;
        flip(folder.resolve("train-000001.tar"), at);
        for (int i = 0; i < resizedImages.size(); i++) {
            if (i != victim) {
                image(resizedImages, i);
            }
        }
        assertThatThrownBy(() -> image(resizedImages, victim)).isInstanceOf(UnreadableImageException.class)
                .hasMessageContaining(folder.resolve("train-000001.tar") + ", record ")
                .hasMessageContainingAll(resizedImages.name(victim), "altered");
        PreparedDataset dataset = open(); // sizes are right
        assertThatThrownBy(() -> dataset.verify(2, new Preparing())).isInstanceOf(DatasetException.class)
                .hasMessageContaining(folder.resolve("train-000001.tar") + " was altered: its SHA-256 is");
    }

    @Test
    void aWholeDatasetIsVerified() throws Exception {
        Preparing heard = new Preparing();
        open().verify(2, heard);
        assertThat(heard.stages).containsExactly("verifying");
    }

    @Test
    void verifyingFindsAnAlteredByteBetweenImages() throws Exception {
        flip(folder.resolve("val-000000.tar"), 3); // in the first member's name
        image(open().validation(), 0);
        assertThatThrownBy(() -> open().verify(2, new Preparing())).hasMessageContaining("val-000000.tar was altered");
    }

    @Test
    void aCutShardIsNamed() throws Exception {
        Path shard = folder.resolve("train-000001.tar");
        long bytes = Files.size(shard);
        try (FileChannel file = FileChannel.open(shard, StandardOpenOption.WRITE)) {
            file.truncate(bytes - 1);
        }
        assertThatThrownBy(this::open).isInstanceOf(DatasetException.class)
                .hasMessageContaining(shard + " has " + (bytes - 1) + " bytes, expected " + bytes);
    }

    /// The JVM throws an error when a mapped page is not there any more.
    @Test
    void aShardThatIsCutWhileItIsReadIsNamedWithTheRecord() throws Exception {
        ImageDataset resizedImages = open().training();
        String name = resizedImages.name(3);
        Path shard = folder.resolve("train-000000.tar");
        truncate(shard);
        assertThatThrownBy(() -> image(resizedImages, 3)).isInstanceOf(UnreadableImageException.class)
                .hasMessageContainingAll(shard + ", record ", name)
                .hasMessageContaining("can no longer be read from the disk");
    }

    @Test
    void anIndexThatIsCutWhileItIsReadIsNamedWithTheRecord() throws Exception {
        ImageDataset resizedImages = open().training();
        Path index = folder.resolve("train-000000.idx");
        truncate(index);
        assertThatThrownBy(() -> resizedImages.label(3)).isInstanceOf(UncheckedIOException.class)
                .hasMessageContainingAll(index.toString(), "can no longer be read");
    }

    private static void truncate(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            file.truncate(0);
        }
    }

    @Test
    void aMissingFileIsNamed() throws Exception {
        Files.delete(folder.resolve("val-000000.idx"));
        assertThatThrownBy(this::open).isInstanceOf(DatasetException.class)
                .hasMessageContaining("val-000000.idx is missing");
        Files.delete(folder.resolve("train-000000.tar"));
        assertThatThrownBy(this::open).hasMessageContaining("train-000000.tar is missing");
    }

    @Test
    void anAlteredIndexIsNamed() throws Exception {
        flip(folder.resolve("train-000000.idx"), 24);
        PreparedDataset dataset = open();
        assertThatThrownBy(() -> dataset.verify(2, new Preparing())).isInstanceOf(DatasetException.class)
                .hasMessageContaining("train-000000.idx was altered");
    }

    /// Such as somebody made who wrote the checksums too.
    @Test
    void anIndexThatPointsOutsideOfItsShardIsRefused() throws Exception {
        Path index = folder.resolve("train-000000.idx");
        String before = Hashes.hex(index);
        try (RandomAccessFile file = new RandomAccessFile(index.toFile(), "rw")) {
            file.seek(16 + 5);
            file.write(0x7F);
        }
        edit(before, Hashes.hex(index));
        assertThatThrownBy(this::open).isInstanceOf(DatasetException.class)
                .hasMessageContaining("record 0");
    }

    /// A few bytes a record would otherwise repeat a long name.
    @Test
    void anIndexWhoseNamesOverlapIsRefused() throws Exception {
        Path index = folder.resolve("train-000000.idx");
        String before = Hashes.hex(index);
        try (RandomAccessFile file = new RandomAccessFile(index.toFile(), "rw")) {
            file.seek(16 + 40 + 32); // where the name of record 1 begins
            file.writeInt(0);
        }
        edit(before, Hashes.hex(index));
        assertThatThrownBy(this::open).isInstanceOf(DatasetException.class)
                .hasMessageContaining("record 1");
    }

    @Test
    void aNameThatLeadsOutOfTheFolderIsRefused() throws Exception {
        edit("train-000000.tar", "../../../secret.tar");
        assertThatThrownBy(this::open).isInstanceOf(DatasetException.class)
                .hasMessageContaining("'../../../secret.tar', expected 'train-000000.tar'");
    }

    @Test
    void anotherVersionIsReportedAsSuch() throws Exception {
        edit("alexnet-dataset-1", "alexnet-dataset-2");
        assertThatThrownBy(this::open).isInstanceOf(DatasetException.class)
                .hasMessageContaining("is of the format 'alexnet-dataset-2', expected 'alexnet-dataset-1'")
                .hasMessageContaining("Remove " + folder);
        assertThat(PreparedDataset.isIn(folder)).isTrue();
        Files.writeString(folder.resolve("dataset.json"), "{\"format\": \"alexnet-dataset-1\", \"source\": 3}");
        assertThatThrownBy(this::open).isInstanceOf(DatasetException.class)
                .hasMessageContaining("dataset.json cannot be understood");
        Files.writeString(folder.resolve("dataset.json"), "not JSON");
        assertThatThrownBy(this::open).isInstanceOf(DatasetException.class)
                .hasMessageContaining("dataset.json cannot be understood");
    }

    /// Other programs call a file of theirs so too.
    @ParameterizedTest
    @ValueSource(strings = {"not JSON", "", "[1, 2]", "{}", "{\"images\": [{\"format\": \"alexnet-dataset-1\"}]}",
        "{\"format\": 1}", "{\"format\": \"coco\"}"})
    void anotherProgramsFileMakesNoDataset(String text) throws Exception {
        Files.writeString(folder.resolve("dataset.json"), text);
        assertThat(PreparedDataset.isIn(folder)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            /classes                               | null          | classes
            /classes                               | []            | 0 classes, but counts for 4
            /classes/1                             | null          | classes
            /training/shards                       | null          | shards
            /training/shards                       | []            | 52 by its classes, 0 by its shards
            /training/shards/0                     | null          | shards
            /training/shards/0/pictures            | 0             | of 0 pictures in
            /training/pictures                     | -1            | a split of -1 pictures
            /training/pictures                     | null          | pictures
            /training/rejected                     | -1            | -1 left out
            /training                              | {"pictures": 0, "per_class": [0, 0, 0, 0], "rejected": 0, "shards": []} | no training picture
            /training/per_class/0                  | null          | per_class
            /training/per_class                    | [1, 51]       | 4 classes, but counts for 2 in training
            /validation/per_class                  | [30, -10, 0, 0] | expected the same number by all
            /validation                            | null          | validation
            /synsets                               | [null]        | synsets
            /synsets                               | [{"wnid": "n00000001", "ilsvrc_id": 1, "words": ""}] | 1 synsets
            /duplicates/groups                     | -1            | -1 groups of equal pictures
            /duplicates/near                       | -1            | -1 near copies
            /preparation/encoding                  | null          | encoding
            /preparation/side                      | 100000        | 8 to 1024 pixels
            /statistics/mean                       | [1, 2]        | 2 means
            /statistics/mean/0                     | null          | mean
            /statistics/mean/0                     | 1e999         | Infinity
            /statistics/deviation/2                | "NaN"         | NaN
            /statistics/principal_components/0     | null          | principal_components
            /statistics/principal_components/0/vector/0 | "NaN"    | NaN
            /statistics/principal_components/0/deviation | 1e999   | Infinity
            /statistics/mean_image/0               | null          | mean_image
            /statistics/mean_image/0/0             | null          | mean_image
            /statistics/mean_image/0/0/0           | null          | mean_image
            /statistics/mean_image/0/0/0           | "NaN"         | NaN
            /statistics/mean_image/0/0/0           | 256           | 256
            /statistics/mean_image                 | []            | a mean image of 0 values, expected 768
            """)
    void anEditedDescriptionIsRefusedWithItsFault(String pointer, String value, String said) throws Exception {
        Path file = folder.resolve("dataset.json");
        JsonNode json = Json.INDENTED.readTree(Files.readAllBytes(file));
        int last = pointer.lastIndexOf('/');
        JsonNode parent = json.at(pointer.substring(0, last));
        JsonNode replacement = Json.INDENTED.readTree(value);
        switch (parent) {
            case ObjectNode object -> object.set(pointer.substring(last + 1), replacement);
            case ArrayNode array -> array.set(Integer.parseInt(pointer.substring(last + 1)), replacement);
            default -> throw new AssertionError(pointer);
        }
        Files.write(file, Json.INDENTED.writeValueAsBytes(json));
        assertThatThrownBy(this::open).isInstanceOf(DatasetException.class)
                .hasMessageContaining(file.toString()).hasMessageContaining(said)
                .hasMessageNotContaining("net.alexnet");
    }

    @Test
    void inconsistentStatisticsAreRefused() throws Exception {
        edit("\"side\" : 16", "\"side\" : 15");
        assertThatThrownBy(this::open).isInstanceOf(DatasetException.class)
                .hasMessageContaining("has statistics that cannot be");
    }

    @Test
    void openingAnotherFolderSaysWhatToDo() throws Exception {
        assertThatThrownBy(() -> PreparedDataset.open(root, EncodedSet.CODEC)).isInstanceOf(DatasetException.class)
                .hasMessageContaining("it has no dataset.json");
        assertThat(PreparedDataset.isIn(root)).isFalse();
        assertThat(PreparedDataset.isIn(folder)).isTrue();
        Path begun = root.resolve("begun");
        Preparing preparing = new Preparing();
        preparing.stop = () -> true;
        preparing.run(SOURCE, begun, Preparing.SETTINGS);
        assertThat(PreparedDataset.isIn(begun)).isTrue();
        assertThatThrownBy(() -> PreparedDataset.open(begun, EncodedSet.CODEC))
                .hasMessageContaining("is not finished; continue with: ./alexnet prepare");
    }

    private static Image image(ImageDataset images, int index) throws UnreadableImageException {
        return images.source(index).image(new byte[0]);
    }

    private void edit(String from, String to) throws IOException {
        Path file = folder.resolve("dataset.json");
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }

    private static void flip(Path path, long at) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(at);
            int value = file.read();
            file.seek(at);
            file.write(Objects.checkIndex(value, 256) ^ 1);
        }
    }
}
