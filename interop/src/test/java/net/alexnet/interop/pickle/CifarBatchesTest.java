package net.alexnet.interop.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import net.alexnet.data.Content;
import net.alexnet.data.Dataset;
import net.alexnet.data.DatasetException;
import net.alexnet.data.Datasets;
import net.alexnet.data.ImageDataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The files are Python's; the README beside them says how they were made.
class CifarBatchesTest {
    @TempDir
    Path root;

    @ParameterizedTest
    @ValueSource(strings = {"python2.pickle", "python3.pickle"})
    void readsTheFolderOfTheArchive(String batch) throws Exception {
        original(Files.createDirectory(root.resolve("cifar-10-batches-py")), file(batch));
        Dataset data = Datasets.open(root, 1, 0.2, List.of());
        assertThat(data.classes()).hasSize(10).startsWith("airplane").endsWith("truck");
        assertThat(data.training().size()).isEqualTo(5 * 3);
        assertThat(data.validation().size()).isEqualTo(3);
        assertThat(data.training().name(4)).isEqualTo("cifar-10-batches-py/data_batch_2#1");
        for (int i = 0; i < 3; i++) {
            assertThat(data.training().label(12 + i)).isEqualTo(List.of(6, 9, 0).get(i));
            byte[] samples = pixels(data.training(), 12 + i);
            assertThat(samples).startsWith(i, 100 + i, (byte) (200 + i), 1 + i, 101 + i);
            assertThat(samples[3 * 32]).isEqualTo((byte) (32 + i)); // row 1
            assertThat(samples[3 * 1024 - 1]).isEqualTo((byte) (200 + 1023 + i));
        }
    }

    @Test
    void evaluatesOnTheTestBatchByTheNamesOfClasses() throws Exception {
        original(root, file("python2.pickle"));
        List<String> reversed = new ArrayList<>(Datasets.open(root, 1, 0.2, List.of()).classes());
        Collections.reverse(reversed);
        ImageDataset set = Datasets.openForEvaluation(root, reversed, List.of()).images();
        assertThat(List.of(set.label(0), set.label(1), set.label(2))).containsExactly(3, 0, 9);
        assertThatThrownBy(() -> Datasets.openForEvaluation(root, List.of("cat", "dog"), List.of()))
                .hasMessageContaining("airplane");
        Files.delete(root.resolve("batches.meta"));
        assertThat(Datasets.open(root, 1, 0.2, List.of()).classes()).hasSize(10).startsWith("0", "1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data_batch_3", "test_batch"})
    void aMissingBatchIsNamed(String name) throws Exception {
        original(root, file("python2.pickle"));
        Files.delete(root.resolve(name));
        assertThatThrownBy(() -> Datasets.open(root, 1, 0.2, List.of())).isInstanceOf(DatasetException.class)
                .hasMessageContainingAll(root.toString(), "no " + name);
    }

    /// Each is a change of the valid file, of the same length.
    @ParameterizedTest
    @CsvSource({"K\\6K\\11K\\0e, K\\6K\\12K\\0e, image 1 has the label 10",
        "K\\6K\\11K\\0e, K\\6K\\11\\210\\210e, Long",
        "M\\0\\14\\206, M\\1\\14\\206, 3072", "K\\3M\\0, K\\4M\\0, each of the 3 labels", "U\\2u1, U\\2i1, 3072",
        "cnumpy\\nndarray, cposix\\nsystem\\n, posix.system",
        "U\\4data, U\\4dato, 'data'", "U\\6labels, U\\6lab3ls, 'labels'",
        "numpy.core.multiarray, numpy.core.multiarraz, 'data'", "T\\0$\\0\\0, T\\0$\\1\\0, cut"})
    void whatIsDamagedIsNamed(String old, String other, String why) throws Exception {
        String valid = new String(file("python2.pickle"), StandardCharsets.ISO_8859_1);
        String spoilt = valid.replace(bytes(old), bytes(other));
        original(root, spoilt.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(spoilt).isNotEqualTo(valid);
        assertThatThrownBy(() -> Datasets.open(root, 1, 0.2, List.of())).isInstanceOf(DatasetException.class)
                .hasMessageContainingAll(root.resolve("data_batch_1").toString(), why, "Only CIFAR-10", "class folders",
                        "Parquet", ".csv");
    }

    @Test
    void anyCutIsRefused() throws Exception {
        for (String name : List.of("python2.pickle", "python3.pickle")) {
            byte[] whole = file(name);
            for (int length = 0; length < whole.length; length += length < 300 ? 1 : 97) {
                Path cut = Files.write(root.resolve("test_batch"), Arrays.copyOf(whole, length));
                assertThatThrownBy(() -> new CifarBatches().open(cut)).isInstanceOf(DatasetException.class)
                        .hasMessageContaining(cut.toString());
            }
        }
    }

    @Test
    void aTextWithOtherCharactersThanBytesIsRefused() throws Exception {
        byte[] spoilt = file("python3.pickle");
        int at = new String(spoilt, StandardCharsets.ISO_8859_1).indexOf("\u00c2\u0080");
        spoilt[at] = (byte) 0xc4;
        Path file = Files.write(root.resolve("test_batch"), spoilt);
        assertThatThrownBy(() -> new CifarBatches().open(file)).isInstanceOf(DatasetException.class);
    }

    @Test
    void bytesOfAnotherEncodingThanLatin1AreRefused() throws Exception {
        String spoilt = new String(file("python3.pickle"), StandardCharsets.ISO_8859_1).replace("latin1", "utf-16");
        Path file = Files.write(root.resolve("test_batch"), spoilt.getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> new CifarBatches().open(file)).isInstanceOf(DatasetException.class)
                .hasMessageContainingAll(file.toString(), "'utf-16'", "latin1");
    }

    @Test
    void aClassInPlaceOfABatchIsNoStateDict() throws Exception {
        Path file = Files.writeString(root.resolve("test_batch"), "cfoo\nBar\n.");
        assertThatThrownBy(() -> new CifarBatches().open(file)).isInstanceOf(DatasetException.class)
                .hasMessageContainingAll(file.toString(), "foo.Bar", "cifar-10-python.tar.gz")
                .hasMessageNotContaining("state_dict");
    }

    static void original(Path folder, byte[] batch) throws IOException {
        for (int b = 1; b <= 5; b++) {
            Files.write(folder.resolve("data_batch_" + b), batch);
        }
        Files.write(folder.resolve("test_batch"), file("python2.pickle"));
        Files.write(folder.resolve("batches.meta"), file("batches.meta"));
        Files.writeString(folder.resolve("readme.html"), "<html>");
    }

    static byte[] file(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(CifarBatchesTest.class.getResourceAsStream("/cifar/" + name))) {
            return in.readAllBytes();
        }
    }

    private static byte[] pixels(ImageDataset images, int number) throws Exception {
        return ((Content.Raw) images.source(number).content()).image().samples();
    }

    /// `\n` and bytes in octal.
    private static String bytes(String escaped) {
        return escaped.translateEscapes();
    }
}
