package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.alexnet.data.image.TestImages;
import net.alexnet.data.image.UnreadableImageException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvManifestTest {
    @TempDir
    Path root;

    private Path csv;

    @BeforeEach
    void pictures() throws IOException {
        csv = root.resolve("list/pictures.csv");
        Files.createDirectories(csv.resolveSibling("a"));
        for (int i = 1; i <= 3; i++) {
            Files.write(csv.resolveSibling("a/" + i + ", grün.jpg"), TestImages.Codec.file(i, 3, 2));
        }
        Files.write(root.resolve("outside.jpg"), TestImages.Codec.file(9, 3, 2));
    }

    @Test
    void readsColumnsInAnyOrder() throws Exception {
        Path outside = root.resolve("outside.jpg");
        Files.writeString(csv, "\uFEFFSplit,Label,note,Path\r\ntrain,fly,,\"a/1, grün.jpg\"\r\n\r\n"
                + "train,\"an \"\"ant\"\"\",\"two\nlines\",\"a/2, grün.jpg\"\r\nval,fly,x," + outside);
        Dataset data = open();
        assertThat(data.classes()).containsExactly("an \"ant\"", "fly");
        assertThat(names(data.training())).containsExactly("a/1, grün.jpg", "a/2, grün.jpg");
        assertThat(data.training().label(0)).isEqualTo(1);
        assertThat(data.training().source(1).content().bytes()).isEqualTo(TestImages.Codec.file(2, 3, 2));
        assertThat(names(data.validation())).containsExactly(outside.toString());
        assertThat(data.validation().source(0).content().bytes()).isEqualTo(TestImages.Codec.file(9, 3, 2));
    }

    @Test
    void withoutSplitAShareIsHeldOut() throws Exception {
        Files.writeString(csv, "file,class\n\"a/1, grün.jpg\",1\n\"a/2, grün.jpg\",0\n\"a/3, grün.jpg\",1\n");
        Dataset data = open();
        assertThat(data.classes()).containsExactly("0", "1");
        assertThat(data.training().size()).isEqualTo(2);
        assertThat(data.validation().size()).isEqualTo(1);
        assertThat(Datasets.openForEvaluation(csv, List.of("x", "y"), List.of()).images().perClass())
                .containsExactly(1, 2);
        assertThatThrownBy(() -> Datasets.openForEvaluation(csv, List.of("x"), List.of()))
                .isInstanceOf(DatasetException.class).hasMessageContaining("label 1");
    }

    @Test
    void filesThatAreNotThereAreUnreadable() throws Exception {
        Files.writeString(csv, "path,label\nno.jpg,x\na,y\n" + root.resolve("outside.jpg") + ",x\n");
        ImageDataset images = Datasets.openForEvaluation(csv, List.of("x", "y"), List.of()).images();
        for (int i = 0; i < 2; i++) {
            Sample.Source source = images.source(i);
            assertThatThrownBy(source::content).isInstanceOf(UnreadableImageException.class);
        }
        assertThat(images.source(2).content().bytes()).isNotEmpty();
    }

    @Test
    void whatCannotBeIsRefused() throws Exception {
        refused("path,label\n../outside.jpg,x\n", "line 2", "../outside.jpg");
        refused("path,label\na/../../outside.jpg,x\n", "line 2", "outside.jpg");
        refused("path,label\n\"nul\0.jpg\",x\n", "line 2");
        refused("path,label\n,x\n", "line 2");
        refused("path,label\na,x\n./a,x\n", "line 3", "line 2");
        refused("path,label\na\n", "line 2");
        refused("path,label\nmy photo, nice.jpg,ant\n", "line 2", "3", "2", "quotes");
        refused("path,label\na,\n", "line 2", "no label");
        refused("path;label\na;x\n", csv.toString(), ";", "commas");
        refused("path,label,split\na,x,practice\n", "line 2", "practice");
        refused("path,label\n\"a,x\n", csv.toString());
        refused("path,label\n", csv.toString());
        refused("", "path", "label");
        refused("name,label\na,x\n", "name, label");
        refused("path,label\na,x\nb,x\n", "x");
        Files.write(csv, "path,label\nä,x\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(this::open).isInstanceOf(DatasetException.class).hasMessageContaining("UTF-8");
    }

    private void refused(String text, String... named) throws IOException {
        Files.writeString(csv, text);
        assertThatThrownBy(this::open).isInstanceOf(DatasetException.class).hasMessageContainingAll(named);
    }

    private Dataset open() throws IOException {
        return Datasets.open(csv, 1, 0.5, List.of());
    }

    private static List<String> names(ImageDataset images) {
        return images.samples().stream().map(Sample::name).toList();
    }
}
