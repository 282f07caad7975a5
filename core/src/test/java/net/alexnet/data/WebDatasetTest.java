package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.alexnet.data.image.TestImages;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebDatasetTest {
    @TempDir
    Path root;

    @Test
    void aFolderOfTarsHasItsPartsByTheirNames() throws Exception {
        tar("set-train-000.tar", "a/1.jpg", 1, "a/1.cls", "0", "2.seg.png", 2, "2.txt", " 1\n", "2.notes", "x");
        tar("set-train-001.tar", "1.WEBP", 3, "1.json", "{\"caption\": \"c\", \"label\": 2}");
        tar("set-val-000.tar", "1.jpeg", 4, "1.cls", "1", "1.json", "{broken");
        tar("set-test-000.tar", "1.jpeg", 5); // without labels, and not needed for evaluation
        assertThatThrownBy(() -> open(root)).hasMessageContaining("set-test-000.tar/1.jpeg has no label");
        assertThat(Datasets.openForEvaluation(root, List.of("x", "y"), List.of()).images().label(0)).isEqualTo(1);
        Files.delete(root.resolve("set-test-000.tar"));
        Dataset data = open(root);
        assertThat(data.classes()).containsExactly("0", "1", "2");
        assertThat(names(data.training())).containsExactly(
                "set-train-000.tar/a/1.jpg", "set-train-000.tar/2.seg.png", "set-train-001.tar/1.WEBP");
        assertThat(IntStream.range(0, 3).map(data.training()::label)).containsExactly(0, 1, 2);
        assertThat(names(data.validation())).containsExactly("set-val-000.tar/1.jpeg");
        assertThat(data.training().source(1).content().bytes()).isEqualTo(TestImages.Codec.file(2, 3, 2));
        Files.writeString(root.resolve("classes.txt"), "ant\nbee\nfly\n");
        assertThat(open(root).classes()).containsExactly("ant", "bee", "fly");
        assertThat(Datasets.openForEvaluation(root, List.of("fly", "bee"), List.of()).images().label(0)).isEqualTo(1);
        Files.writeString(root.resolve("classes.txt"), "ant\nbee\n");
        assertThatThrownBy(() -> open(root)).hasMessageContainingAll("label 2", "ant, bee");
    }

    @Test
    void namesOfClassesAreSorted() throws Exception {
        tar("pictures.tar", "1.jpg", 1, "1.txt", "fly", "2.jpg", 2, "2.cls", "ant", "3.jpg", 3, "3.json", "\"ant\"",
                "4.jpg", 4, "4.json", "{\"class_name\": \"fly\"}");
        Dataset data = open(root.resolve("pictures.tar"));
        assertThat(data.classes()).containsExactly("ant", "fly");
        assertThat(data.training().size()).isEqualTo(2);
        assertThat(data.training().perClass()).containsExactly(1, 1);
        EvaluationSet all = Datasets.openForEvaluation(root, List.of("insect", "x"), List.of("fly", "ant"));
        assertThat(IntStream.range(0, 4).map(all.images()::label)).containsExactly(0, 1, 1, 0);
        assertThatThrownBy(() -> Datasets.openForEvaluation(root, List.of("ant", "bee"), List.of()))
                .isInstanceOf(DatasetException.class).hasMessageContainingAll("fly", "ant, bee");
    }

    /// Windows' editors write a byte order mark, and a number is less than a name.
    @Test
    void aNameIsTakenWithoutAMarkAndBeforeANumber() throws Exception {
        tar("a.tar", "1.jpg", 1, "1.txt", "\uFEFFfly", "2.jpg", 2, "2.json", "{\"label\": 3, \"label_name\": \"bee\"}",
                "3.jpg", 3, "3.txt", "fly");
        assertThat(open(root).classes()).containsExactly("bee", "fly");
        Files.delete(root.resolve("a.tar"));
        tar("b.tar", "1.jpg", 1, "1.json", "{\"label\": 1, \"label_name\": \"bee, Apis\"}", "2.jpg", 2, "2.cls", "0",
                "3.jpg", 3, "3.cls", "0");
        Files.writeString(root.resolve("classes.txt"), "fly\nbee\n");
        assertThat(open(root).classes()).containsExactly("fly", "bee");
    }

    /// As git-annex leaves it where the file was not fetched.
    @Test
    void aLinkToATarThatIsNotThereIsNoted() throws Exception {
        tar("annexed/s-0.tar", "1.jpg", 1, "1.cls", "0", "2.jpg", 2, "2.cls", "1");
        Files.createSymbolicLink(root.resolve("annexed/s-1.tar"), root.resolve("objects/s-1.tar"));
        assertThatThrownBy(() -> open(root.resolve("annexed"))).isInstanceOf(DatasetException.class)
                .hasMessageContaining("s-1.tar");
    }

    /// Lists may be written on systems that differ in how they write an accented letter.
    @Test
    void labelsThatLookTheSameAreOneClass() throws Exception {
        String composed = "caf\u00e9";
        String apart = "cafe\u0301";
        tar("forms.tar", "1.jpg", 1, "1.cls", composed, "2.jpg", 2, "2.cls", apart, "3.jpg", 3, "3.cls", composed,
                "4.jpg", 4, "4.cls", apart, "5.jpg", 5, "5.cls", "tea", "6.jpg", 6, "6.cls", "tea");
        Dataset data = open(root.resolve("forms.tar"));
        assertThat(data.classes()).containsExactly(composed, "tea");
        assertThat(data.warnings()).isEmpty();
    }

    @Test
    void joinedTarsAreNotReadInPart() throws Exception {
        tar("one.tar", "1.jpg", 1, "1.cls", "0", "2.jpg", 2, "2.cls", "1");
        Path joined = root.resolve("joined.tar");
        byte[] one = Files.readAllBytes(root.resolve("one.tar"));
        Files.write(joined, one);
        Files.write(joined, one, StandardOpenOption.APPEND);
        refused("joined.tar", "goes on behind");
    }

    /// As a file on Linux may be named.
    @Test
    void aNameMayHaveALineFeed() throws Exception {
        String name = "n".repeat(110) + "\nx";
        tar("feed.tar", name + ".jpg", 1, name + ".cls", "0", "2.jpg", 2, "2.cls", "1", "3.jpg", 3, "3.cls", "0",
                "4.jpg", 4, "4.cls", "1");
        Dataset data = open(root.resolve("feed.tar"));
        assertThat(data.training().size() + data.validation().size()).isEqualTo(4);
    }

    @Test
    void samplesWithoutAPictureThatIsReadAreNoted() throws Exception {
        tar("kinds.tar", "1.jpg", 1, "1.cls", "0", "2.tif", 2, "2.cls", "1", "3.gif", 3, "3.cls", "1", "4.jpg", 4,
                "4.cls", "0", "5.jpg", 5, "5.cls", "1");
        Dataset data = open(root.resolve("kinds.tar"));
        assertThat(data.training().size() + data.validation().size()).isEqualTo(3);
        assertThat(data.warnings()).anySatisfy(text -> assertThat(text).contains("2 samples", "2.cls"));
    }

    @Test
    void patternsNameTars() throws Exception {
        for (int i = 8; i < 11; i++) {
            tar("s-%02d.tar".formatted(i), "1.jpg", i, "1.cls", "" + i % 2);
        }
        assertThat(sources("s-{08..10}.tar")).containsExactly("s-08.tar/1.jpg", "s-09.tar/1.jpg", "s-10.tar/1.jpg");
        assertThat(sources("s-{10,08}.tar")).containsExactly("s-10.tar/1.jpg", "s-08.tar/1.jpg");
        assertThat(sources("s-0*.tar")).containsExactly("s-08.tar/1.jpg", "s-09.tar/1.jpg");
        assertThat(sources("{s,s}-?8.tar")).containsExactly("s-08.tar/1.jpg");
        assertThatThrownBy(() -> sources("s-{08..12}.tar")).isInstanceOf(DatasetException.class)
                .hasMessageContaining("s-11.tar");
        assertThatThrownBy(() -> sources("t*.tar")).isInstanceOf(DatasetException.class);
        assertThatThrownBy(() -> sources("{0..999999999}.tar")).isInstanceOf(DatasetException.class);
        assertThatThrownBy(() -> sources("{0..999}{0..999}.tar")).isInstanceOf(DatasetException.class);
    }

    @Test
    void foldersOfPartsHoldTarsToo() throws Exception {
        tar("train/0.tar", "1.jpg", 1, "1.cls", "0", "2.jpg", 2, "2.cls", "1");
        tar("validation/0.tar", "1.jpg", 3, "1.cls", "1");
        assertThat(names(open(root).validation())).containsExactly("validation/0.tar/1.jpg");
        Files.createDirectories(root.resolve("ants"));
        assertThatThrownBy(() -> open(root)).as("class folders").hasMessageContaining("no class folders");
    }

    @Test
    void whatCannotBeIsRefused() throws Exception {
        tar("no-label.tar", "a/7.jpg", 1, "7.cls", "0");
        refused("no-label.tar", "a/7.jpg");
        tar("two-pictures.tar", "1.jpg", 1, "1.b.png", 2, "1.cls", "0");
        refused("two-pictures.tar", "1.b.png");
        tar("twice.tar", "1.jpg", 1, "1.cls", "0", "1.cls", "1");
        refused("twice.tar", "1.cls");
        tar("unlabeled.tar", "1.jpg", 1, "1.cls", "-1");
        refused("unlabeled.tar", "-1");
        tar("many.tar", "1.jpg", 1, "1.cls", "999999999999");
        refused("many.tar", "999999999999");
        tar("caption.tar", "1.jpg", 1, "1.txt", "a dog on a beach ".repeat(20));
        refused("caption.tar", "1.jpg");
        tar("latin-1.tar", "1.jpg", 1, "1.cls", "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        refused("latin-1.tar", "1.jpg has a label that is not UTF-8");
        tar("json.tar", "1.jpg", 1, "1.json", "[".repeat(5000));
        refused("json.tar", "1.jpg");
        tar("field.tar", "1.jpg", 1, "1.json", "{\"label\": [3], \"url\": \"x\"}");
        refused("field.tar", "class_name");
        tar("long.tar", "1.jpg", 1, "1.cls", "0".repeat(1 << 21));
        refused("long.tar", "2097152");
        tar("one-class.tar", "1.jpg", 1, "1.cls", "dog");
        refused("one-class.tar", "dog");
        tar("none.tar", "1.tiff", 1, "1.cls", "0");
        refused("none.tar", "none.tar");
        byte[] whole = Files.readAllBytes(root.resolve("twice.tar"));
        Files.write(root.resolve("cut.tar"), Arrays.copyOf(whole, 1500));
        refused("cut.tar", "cut.tar");
        Files.write(root.resolve("packed.tar"), new byte[] {0x1f, (byte) 0x8b, 8, 0});
        refused("packed.tar", "gzip");
        byte[] spoilt = whole.clone();
        Arrays.fill(spoilt, 100, 156, (byte) 'x'); // mode, owner and size
        Files.write(root.resolve("spoilt.tar"), spoilt);
        refused("spoilt.tar", "byte 512");
        assertThatThrownBy(() -> open(root.resolve("spoilt.tar"))).hasMessageNotContainingAny("java.io", "..");
    }

    private void refused(String tar, String named) {
        assertThatThrownBy(() -> open(root.resolve(tar))).isInstanceOf(DatasetException.class)
                .hasMessageContaining(named);
    }

    private static Dataset open(Path source) throws IOException {
        return Datasets.open(source, 1, 0.5, List.of());
    }

    private List<String> sources(String pattern) throws IOException {
        return names(Datasets.openForEvaluation(root.resolve(pattern), List.of("0", "1"), List.of()).images());
    }

    private static List<String> names(ImageDataset images) {
        return images.samples().stream().map(Sample::name).toList();
    }

    /// @param members names, each followed by a number for a picture of that color, or by a text
    private void tar(String name, Object... members) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(Files.newOutputStream(file))) {
            out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (int i = 0; i < members.length; i += 2) {
                byte[] bytes = switch (members[i + 1]) {
                    case Integer value -> TestImages.Codec.file(value, 3, 2);
                    case byte[] given -> given;
                    case Object text -> text.toString().getBytes(StandardCharsets.UTF_8);
                };
                TarArchiveEntry entry = new TarArchiveEntry(members[i].toString());
                entry.setSize(bytes.length);
                out.putArchiveEntry(entry);
                out.write(bytes);
                out.closeArchiveEntry();
            }
        }
    }
}
