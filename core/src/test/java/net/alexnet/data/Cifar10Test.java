package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.TestImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Cifar10Test {
    private static final int RECORD = 3073;
    private static final TrainValidationSplit HOLD_OUT = new TrainValidationSplit(0.2, 1);
    /// As in the original, with an empty line at the end.
    private static final String NAMES = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";

    @TempDir
    Path root;

    @Test
    void readsTheSixFilesInTheirOrder() throws Exception {
        original(root);
        Dataset data = open();
        assertThat(data.classes()).hasSize(10).startsWith("airplane").endsWith("truck");
        assertThat(data.synsets()).isEmpty();
        long stamp = data.training().source(4).stamp();
        assertThat(data.training().size()).isEqualTo(5 * 3);
        assertThat(data.validation().size()).isEqualTo(2);
        assertThat(data.training().name(4)).isEqualTo("data_batch_2.bin#1");
        assertThat(data.training().label(4)).isEqualTo(3);
        assertThat(data.training().label(14)).isEqualTo(7);
        assertThat(data.validation().name(1)).isEqualTo("test_batch.bin#1");
        byte[] changed = batch(3, 2);
        changed[2 * RECORD - 1] ^= 1;
        Files.write(root.resolve("data_batch_2.bin"), changed);
        assertThat(open().training().source(4).stamp()).isNotEqualTo(stamp);
        assertThat(open().training().source(5).stamp()).isEqualTo(data.training().source(5).stamp());
        assertThatThrownBy(() -> data.training().label(15)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void interleavesThePlanes() throws Exception {
        original(root);
        Image image = open().training().source(1).content().resized(new TestImages.Codec(), 32, 3);
        assertThat(image.width()).isEqualTo(32);
        assertThat(image.samples()).startsWith(0, 100, (byte) 200, 1, 101, (byte) 201);
        assertThat(image.samples()[3 * 32]).isEqualTo((byte) 32); // row 1
        Image gray = open().training().source(1).content().resized(new TestImages.Codec(), 32, 1);
        assertThat(gray.channels()).isEqualTo(1);
        assertThat(gray.samples()).startsWith(82, 83); // .587 · 100 + .114 · 200 = 81.5
    }

    @Test
    void findsTheFolderOfTheArchive() throws Exception {
        assertThat(Cifar10.in(root).present()).isFalse();
        original(Files.createDirectory(root.resolve("cifar-10-batches-bin")));
        assertThat(Cifar10.in(root).present()).isTrue();
        assertThat(open().training().size()).isEqualTo(15);
    }

    @Test
    void namesComeFromTheFileOrElseFromTheCaller() throws Exception {
        original(root);
        List<String> reversed = new ArrayList<>(open().classes());
        Collections.reverse(reversed);
        EvaluationSet set = Cifar10.in(root).openForEvaluation(reversed, List.of());
        assertThat(set.images().label(1)).isEqualTo(9 - 1);
        assertThatThrownBy(() -> Cifar10.in(root).openForEvaluation(List.of("cat", "dog"), List.of()))
                .hasMessageContaining("not among the known classes: airplane");
        Files.delete(root.resolve("batches.meta.txt"));
        assertThat(open().classes()).startsWith("0", "1").hasSize(10);
        assertThat(Cifar10.in(root).open(HOLD_OUT, reversed).classes()).isEqualTo(reversed);
        assertThat(Cifar10.in(root).openForEvaluation(reversed, List.of()).images().label(1)).isEqualTo(1);
        assertThatThrownBy(() -> Cifar10.in(root).openForEvaluation(List.of("cat", "dog"), List.of()))
                .hasMessageContaining("has 2 classes");
    }

    @Test
    void refusesWhatIsMissingOrDamaged() throws Exception {
        original(root);
        Files.delete(root.resolve("data_batch_3.bin"));
        refused("holds no data_batch_3.bin", "data_batch_1.bin to data_batch_5.bin and test_batch.bin");
        Files.write(root.resolve("data_batch_3.bin"), new byte[2 * RECORD - 1]);
        refused("data_batch_3.bin has 6145 bytes", "3073");
        Files.write(root.resolve("data_batch_3.bin"), new byte[0]);
        refused("data_batch_3.bin has 0 bytes");
        byte[] wrong = new byte[2 * RECORD];
        wrong[RECORD] = 10;
        Files.write(root.resolve("data_batch_3.bin"), wrong);
        refused("data_batch_3.bin: image 1 has the label 10, expected 0 to 9");
        Files.writeString(root.resolve("batches.meta.txt"), "cat\ndog\n");
        refused("batches.meta.txt has 2 classes");
    }

    /// Three pictures in each training batch, their labels from the batch's number on; two in the test batch, 0 and 1.
    private static void original(Path folder) throws IOException {
        for (int b = 1; b <= 5; b++) {
            Files.write(folder.resolve("data_batch_" + b + ".bin"), batch(3, b));
        }
        Files.write(folder.resolve("test_batch.bin"), batch(2, 0));
        Files.writeString(folder.resolve("batches.meta.txt"), NAMES);
    }

    /// Picture `i` has the label `first + i`; its planes begin with 0, 100 and 200, and every sample is one more than
    /// the one before.
    private static byte[] batch(int count, int first) {
        byte[] records = new byte[count * RECORD];
        for (int i = 0; i < count; i++) {
            records[i * RECORD] = (byte) (first + i);
            for (int at = 0; at < 1024; at++) {
                for (int plane = 0; plane < 3; plane++) {
                    records[i * RECORD + 1 + plane * 1024 + at] = (byte) (100 * plane + at);
                }
            }
        }
        return records;
    }

    private Dataset open() throws IOException {
        return Cifar10.in(root).open(HOLD_OUT, List.of());
    }

    private void refused(String... why) {
        assertThatThrownBy(this::open)
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(root.toString())
                .hasMessageContainingAll(why);
    }
}
