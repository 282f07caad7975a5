package net.alexnet.interop.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import net.alexnet.data.Dataset;
import net.alexnet.data.DatasetException;
import net.alexnet.data.Datasets;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.PictureTable;
import net.alexnet.data.image.UnreadableImageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The files are pyarrow's; the README beside them says how they were made.
class ParquetPicturesTest {
    @TempDir
    Path root;

    @Test
    void readsAFolderAsHuggingFaceHasIt() throws Exception {
        write("data/train-00000-of-00001.parquet", file("pictures.parquet"));
        write("data/test-00000-of-00001.parquet", file("pictures.parquet"));
        Files.writeString(root.resolve("README.md"), "a card");
        Dataset data = Datasets.open(root, 1, 0.2, List.of());
        assertThat(data.classes()).containsExactly("ant", "bee", "fly");
        assertThat(data.training().perClass()).containsExactly(4, 4, 4);
        assertThat(data.validation().name(7)).isEqualTo("data/test-00000-of-00001.parquet#7");
        for (int i = 0; i < 12; i++) {
            assertThat(data.training().label(i)).isEqualTo(i % 3);
            assertThat(red(data.training(), i)).isEqualTo(10 * i);
        }
        assertThat(Datasets.openForEvaluation(root, List.of("fly", "bee", "ant"), List.of()).images().label(0))
                .isEqualTo(2);
        assertThatThrownBy(() -> Datasets.openForEvaluation(root, List.of("fly", "bee"), List.of()))
                .isInstanceOf(DatasetException.class).hasMessageContaining("ant");
    }

    @Test
    void readsPagesOfVersion2AndLabelsThatAreTexts() throws Exception {
        PictureTable table = new ParquetPictures().open(write("a.parquet", file("pages2.parquet")));
        assertThat(table.classes()).isEmpty();
        assertThat(table.labels()).containsExactly("left", "right");
        assertThat(table.codes()).containsExactly(0, 0, 0, 0, 1, 1);
        ImageDataset all = Datasets.openForEvaluation(root, List.of("right", "left"), List.of()).images();
        assertThat(IntStream.range(0, 6).map(all::label)).containsExactly(1, 1, 1, 1, 0, 0);
        assertThat(red(all, 5)).isEqualTo(50);
        assertThatThrownBy(() -> all.source(2).content()).isInstanceOf(UnreadableImageException.class);
    }

    @Test
    void aLabelWithoutANameIsRefused() throws Exception {
        byte[] bytes = file("pictures.parquet");
        int names = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(", \"fly\"");
        Arrays.fill(bytes, names, names + 7, (byte) ' '); // two classes for the labels 0 to 2
        write("a.parquet", bytes);
        assertThatThrownBy(() -> Datasets.open(root, 1, 0.2, List.of())).isInstanceOf(DatasetException.class)
                .hasMessageContainingAll("label 2", "ant, bee");
    }

    @Test
    void whatIsNotParquetIsRefused() throws Exception {
        byte[] bytes = file("pictures.parquet");
        refused(new byte[0]);
        refused(Arrays.copyOf(bytes, bytes.length - 1));
        refused("PAR1 no Parquet PAR1".getBytes(StandardCharsets.US_ASCII));
        ByteBuffer end = ByteBuffer.wrap(bytes.clone()).order(ByteOrder.LITTLE_ENDIAN);
        refused(end.putInt(bytes.length - 8, Integer.MAX_VALUE).array());
        byte[] encrypted = bytes.clone();
        encrypted[bytes.length - 1] = 'E';
        refused(encrypted);
        byte[] renamed = new String(bytes, StandardCharsets.ISO_8859_1).replace("label", "lable")
                .replace("ClassLabel", "ClassIndex")
                .getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> refusedOpen(renamed)).hasMessageContaining("label");
    }

    @Test
    void anIndexBeyondTheDictionaryIsRefused() throws Exception {
        String valid = new String(file("pages2.parquet"), StandardCharsets.ISO_8859_1);
        String indices = "\u000c\u0001\u0001\u00030"; // all are there; of 1 bit, packed: 0, 0, 0, 0, 1, 1
        assertThat(valid).containsOnlyOnce(indices);
        byte[] spoilt = valid.replace(indices, "\u000c\u0001\u0001\u000c\u0005") // six times 5
                .getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> refusedOpen(spoilt)).isInstanceOf(DatasetException.class)
                .hasMessageContainingAll("a.parquet", "column label", "entry 5", "dictionary of 2");
    }

    /// Lists in lists, and maps in maps.
    @Test
    void aDeepDescriptionIsRefused() throws Exception {
        byte[] par1 = "PAR1".getBytes(StandardCharsets.US_ASCII);
        for (String nested : List.of("\u0019".repeat(100_000), "\u001b" + "\u0001\u00bb".repeat(100_000))) {
            byte[] footer = nested.getBytes(StandardCharsets.ISO_8859_1);
            byte[] bytes = ByteBuffer.allocate(footer.length + 12).order(ByteOrder.LITTLE_ENDIAN).put(par1).put(footer)
                    .putInt(footer.length).put(par1).array();
            assertThatThrownBy(() -> refusedOpen(bytes)).isInstanceOf(DatasetException.class)
                    .hasMessageContainingAll("a.parquet", "20 deep");
        }
    }

    /// Every size in a damaged file may lie. Nothing but the two exceptions comes of it.
    @Test
    void damageIsNoCrash() throws Exception {
        Random random = new Random(5);
        for (String name : List.of("pictures.parquet", "pages2.parquet")) {
            byte[] whole = file(name);
            int refused = 0;
            for (int i = 0; i < 300; i++) {
                byte[] bytes = whole.clone();
                for (int k = 0; k < 3; k++) {
                    bytes[random.nextInt(bytes.length)] = (byte) (random.nextBoolean() ? 0xFF : random.nextInt());
                }
                try {
                    PictureTable table = new ParquetPictures().open(write("a.parquet", bytes));
                    for (int row = 0; row < table.codes().length; row++) {
                        table.pictures().apply(row).content();
                    }
                } catch (DatasetException | UnreadableImageException e) {
                    refused++;
                }
            }
            assertThat(refused).isGreaterThan(10);
        }
    }

    private void refused(byte[] bytes) {
        assertThatThrownBy(() -> refusedOpen(bytes)).isInstanceOf(DatasetException.class)
                .hasMessageContaining("a.parquet");
    }

    private void refusedOpen(byte[] bytes) throws IOException {
        new ParquetPictures().open(write("a.parquet", bytes));
    }

    private static int red(ImageDataset images, int index) throws IOException, UnreadableImageException {
        return ImageIO.read(new ByteArrayInputStream(images.source(index).content().bytes())).getRGB(3, 3) >> 16 & 0xFF;
    }

    private Path write(String name, byte[] bytes) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.resolveSibling(""));
        return Files.write(file, bytes);
    }

    private static byte[] file(String name) throws IOException {
        try (InputStream in = ParquetPicturesTest.class.getResourceAsStream("/parquet/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
