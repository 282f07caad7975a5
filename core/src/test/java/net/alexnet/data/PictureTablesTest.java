package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.alexnet.data.image.TestImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureTablesTest {
    @TempDir
    Path root;

    /// A file's text is its labels.
    private static final class Labels implements PictureTable.Reader {
        @Override
        public boolean reads(String name) {
            return name.endsWith(".labels");
        }

        @Override
        public PictureTable open(Path file) throws IOException {
            List<String> all = List.of(Files.readString(file).split(" "));
            List<String> labels = all.stream().distinct().toList();
            return new PictureTable(List.of("ant", "bee"), labels, all.stream().mapToInt(labels::indexOf).toArray(),
                    i -> () -> new Content.Encoded(TestImages.Codec.file(2, 2, i)));
        }
    }

    private Dataset open() throws Exception {
        return PictureTables.in(root, new Labels()).open(new TrainValidationSplit(0.2, 1), List.of());
    }

    /// As ImageNet's test set, whose labels are kept secret.
    @Test
    void aFileWithoutLabelsIsLeftOut() throws Exception {
        Files.writeString(root.resolve("train-0.labels"), "0 1 0 1");
        Files.writeString(root.resolve("validation-0.labels"), "1 0");
        Files.writeString(root.resolve("test-0.labels"), "-1 -1 -1");
        Dataset data = open();
        assertThat(data.training().perClass()).containsExactly(2, 2);
        assertThat(data.validation().perClass()).containsExactly(1, 1);
        assertThat(data.warnings()).singleElement().asString().contains("test-0.labels");
        Files.delete(root.resolve("validation-0.labels"));
        assertThatThrownBy(
                () -> PictureTables.in(root, new Labels()).openForEvaluation(List.of("ant", "bee"), List.of()))
                .isInstanceOf(DatasetException.class).hasMessageContaining("test-0.labels");
        Files.writeString(root.resolve("test-0.labels"), "-1 1");
        assertThatThrownBy(this::open).isInstanceOf(DatasetException.class).hasMessageContaining("-1");
    }
}
