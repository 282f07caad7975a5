package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetsTest {

    @TempDir
    Path root;

    @Test
    void choosesTheFormatByTheFilesInTheFolder() throws Exception {
        Files.write(
                root.resolve("train-images-idx3-ubyte"),
                new byte[] {0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 1, 5, 6, 7, 8});
        Files.write(root.resolve("train-labels-idx1-ubyte"), new byte[] {0, 0, 8, 1, 0, 0, 0, 4, 0, 0, 1, 1});
        Dataset data = Datasets.open(root, 1, 0.2, List.of());
        assertThat(data.training().size()).isEqualTo(2);
        assertThat(Datasets.openForEvaluation(root, List.of("a", "b"), List.of()).images().size())
                .isEqualTo(4);
    }

    @Test
    void prefersIdxToCifarToIlsvrcToClassFolders() throws Exception {
        Files.createDirectories(root.resolve("ants"));
        Files.write(root.resolve("ILSVRC2012_img_val.tar"), new byte[1024]);
        assertThatThrownBy(() -> Datasets.open(root, 1, 0.2, List.of()))
                .hasMessageContaining("but no ILSVRC2012_img_train.tar");
        assertThatThrownBy(() -> Datasets.openForEvaluation(root, List.of("ants", "bees"), List.of()))
                .hasMessageContaining("ILSVRC2012_devkit_t12.tar.gz");
        Files.write(root.resolve("test_batch.bin"), new byte[3073]);
        assertThatThrownBy(() -> Datasets.open(root, 1, 0.2, List.of()))
                .hasMessageContaining("holds no data_batch_1.bin");
        EvaluationSet cifar = Datasets.openForEvaluation(root, ClassNames.numbers(10), List.of());
        assertThat(cifar.images().size()).isEqualTo(1);
        Files.createFile(root.resolve("t10k-labels-idx1-ubyte"));
        assertThatThrownBy(() -> Datasets.open(root, 1, 0.2, List.of()))
                .hasMessageContaining("train-images-idx3-ubyte");
    }

    @Test
    void aFolderWithNothingKnownNamesEveryForm() {
        assertThatThrownBy(() -> Datasets.open(root, 1, 0.2, List.of()))
                .hasMessageStartingWith(root + " holds no pictures")
                .hasMessageContainingAll("folder of pictures per class", "WebDataset", "Parquet", ".csv", "CIFAR-10",
                        "IDX", "ILSVRC-2012");
    }

    @Test
    void saysWhatWasExpectedWhereThereIsNoFolder() throws Exception {
        assertThatThrownBy(() -> Datasets.open(root.resolve("no"), 1, 0.2, List.of()))
                .isInstanceOf(DatasetException.class)
                .hasMessageContainingAll(root.resolve("no").toString(), Datasets.FORMS);
        Path file = Files.createFile(root.resolve("file.dat"));
        assertThatThrownBy(() -> Datasets.openForEvaluation(file, List.of("a"), List.of()))
                .hasMessageContainingAll(file + " is a file", Datasets.FORMS);
        Path zip = Files.writeString(root.resolve("pictures"), "PK\u0003\u0004");
        assertThatThrownBy(() -> Datasets.openForEvaluation(zip, List.of("a"), List.of()))
                .hasMessageContainingAll(zip.toString(), "zip");
        assertThatThrownBy(() -> Datasets.open(root, 1, 0.2, List.of("a", "a")))
                .hasMessageContaining("'a' twice");
    }
}
