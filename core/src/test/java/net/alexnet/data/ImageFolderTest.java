package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.alexnet.data.image.TestImages;
import net.alexnet.data.image.UnreadableImageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFolderTest {
    private static final TestImages.Codec CODEC = new TestImages.Codec();

    @TempDir
    Path root;

    @Test
    void splitsAPlainFolderOfClasses() throws Exception {
        for (int i = 0; i < 10; i++) {
            images("cats/" + i + ".jpg", "ants/deep/er/" + i + ".png");
        }
        Files.createDirectories(root.resolve("bees"));
        images("notes.txt", "cats/.hidden.jpg", ".git/x/y.jpg", "__MACOSX/cats/._1.jpg");
        Dataset data = open();
        assertThat(data.classes()).containsExactly("ants", "bees", "cats");
        assertThat(data.training().size()).isEqualTo(16);
        assertThat(data.validation().size()).isEqualTo(4);
        assertThat(names(data.training())).allMatch(name -> name.matches("(ants/deep/er/\\d.png|cats/\\d.jpg)"));
        for (int i = 0; i < data.training().size(); i++) {
            assertThat(data.training().name(i)).startsWith(data.classes().get(data.training().label(i)) + "/");
        }
        assertThat(data.split()).startsWith("20 % of each class").contains("notes.txt");
        assertThat(data.unlearned()).hasValueSatisfying(text -> assertThat(text).contains("bees"));
    }

    @Test
    void classesOfVeryDifferentSizesAreReported() throws Exception {
        for (int i = 0; i < 50; i++) {
            images("cats/" + i + ".jpg");
        }
        for (int i = 0; i < 12; i++) {
            images("ants/" + i + ".jpg");
        }
        assertThat(open().warnings()).isEmpty(); // 40 and 10 are for training
        images("cats/50.jpg", "cats/51.jpg");
        Files.delete(root.resolve("ants/11.jpg"));
        assertThat(open().warnings()).singleElement().asString().contains("cats has 42 ", "ants has 9.");
    }

    @Test
    void foldersOfSystemsAndOfThisProgramAreNoClasses() throws Exception {
        images("a/1.jpg", "a/2.jpg", "b/1.jpg", "b/2.jpg", "a/@eaDir/1.jpg/THUMB_M.jpg", "@eaDir/x", "lost+found/x",
                "System Volume Information/x", "$RECYCLE.BIN/x.jpg", "$Recycle.Bin/y.jpg", "b/thumbs.db",
                "a/@__thumb/1.jpg", "runs/latest/recipe.yaml",
                "runs/latest/log.jsonl", "prepared/prepare.journal");
        Dataset data = open();
        assertThat(data.classes()).containsExactly("a", "b");
        assertThat(data.training().size() + data.validation().size()).isEqualTo(4);
        assertThat(data.unlearned()).isEmpty();
    }

    /// One level too high, with a text among the folders.
    @Test
    void aTextDoesNotMakeAFolderAClassOfPictures() throws Exception {
        images("photos/a/1.jpg", "photos/a/2.jpg", "photos/b/1.jpg", "photos/b/2.jpg", "docs/readme.txt");
        assertThat(open().warnings()).anySatisfy(text -> assertThat(text).contains("are the classes"));
    }

    @Test
    void whatLiesBesideThePartsIsNoted() throws Exception {
        images("train/a/1.jpg", "train/b/1.jpg", "val/a/2.jpg", "val/b/2.jpg", "extra/a/3.jpg", "loose.jpg",
                "notes.txt");
        assertThat(open().split()).contains("extra", "loose.jpg").doesNotContain("notes");
    }

    @Test
    void aLinkThatLeadsNowhereIsAnUnreadablePicture() throws Exception {
        images("a/1.jpg", "a/2.jpg", "b/1.jpg");
        Files.createSymbolicLink(root.resolve("b/2.jpg"), root.resolve("annex/objects/2"));
        Dataset data = open();
        assertThat(data.training().size() + data.validation().size()).isEqualTo(4);
        ImageFile link = new ImageFile(root.resolve("b/2.jpg"));
        assertThatThrownBy(link::content).isInstanceOf(UnreadableImageException.class);
    }

    /// Two folders whose names are Latin-1 look the same to a program that expects UTF-8.
    @Test
    void aFolderWhoseNameIsNotUtf8IsRefused() throws Exception {
        images("a/1.jpg", "b/1.jpg", "caf\uFFFD/1.jpg");
        assertThatThrownBy(this::open).isInstanceOf(DatasetException.class).hasMessageContaining("caf");
    }

    @Test
    void takesTrainAndValAndTheUnionOfTheirClasses() throws Exception {
        images("train/a/1.jpg", "train/b/1.jpg", "val/b/2.jpg", "val/c/2.jpg", "test/a/3.jpg");
        Dataset data = open();
        assertThat(data.classes()).containsExactly("a", "b", "c");
        assertThat(names(data.training())).containsExactly("train/a/1.jpg", "train/b/1.jpg");
        assertThat(names(data.validation())).containsExactly("val/b/2.jpg", "val/c/2.jpg");
        assertThat(data.validation().label(1)).isEqualTo(2);
        assertThat(data.split()).contains("train/", "val/");
        assertThat(data.unlearned()).hasValueSatisfying(text -> assertThat(text).contains("the class c"));
    }

    /// A Mac writes an accent as a character of its own, and other systems do not.
    @Test
    void aNameMayBeWrittenInEitherNormalForm() throws Exception {
        String composed = "caf\u00e9";
        String decomposed = "cafe\u0301";
        images("train/" + composed + "/1.jpg", "train/tea/2.jpg", "val/" + decomposed + "/3.jpg", "val/tea/4.jpg");
        Dataset data = open();
        assertThat(data.classes()).containsExactly(composed, "tea");
        assertThat(data.validation().perClass()).containsExactly(1, 1);

        for (String known : List.of(composed, decomposed)) {
            EvaluationSet set = ImageFolder.openForEvaluation(root, List.of("tea", known), List.of());
            assertThat(set.images().perClass()).containsExactly(1, 1);
            assertThat(set.images().label(0)).isEqualTo(1);
        }
    }

    @Test
    void validationPicturesAloneAreRefused() throws Exception {
        images("val/a/1.jpg", "val/b/2.jpg");
        refused("val/");
    }

    @Test
    void aPartBesideClassFoldersIsNoClass() throws Exception {
        images("ants/1.jpg", "bees/2.jpg", "mixed/Ants/3.jpg", "mixed/bees/4.jpg");
        refused("mixed");
        images("people/1/1/a.jpg", "people/1/2/b.jpg", "people/2/1/c.jpg", "people/2/2/d.jpg",
                "people/3/e.jpg"); // persons and sessions
        assertThat(open(root.resolve("people")).classes()).containsExactly("1", "2", "3");
    }

    @Test
    void aClassThatIsNamedAsAPartIsNoted() throws Exception {
        images("cars/1.jpg", "train/2.jpg", "train/side/3.jpg");
        assertThat(open().warnings()).anySatisfy(warning -> assertThat(warning).contains("the folder train"));
    }

    @Test
    void whatAModelSortedIsLeftOutOfOtherData() throws Exception {
        images("ants/1.jpg", "ants/3.jpg", "bees/2.jpg", "sorted/ants/1.jpg", "sorted/ants/3.jpg");
        Files.createFile(root.resolve("sorted").resolve(Datasets.SORTED));
        assertThat(open().classes()).containsExactly("ants", "bees");
        assertThat(open().split()).contains("sorted", Datasets.SORTED);
        images("sorted/bees/2.jpg");
        assertThat(open(root.resolve("sorted")).classes()).containsExactly("ants", "bees");
        Files.move(root.resolve("sorted"), Files.createDirectory(root.resolve("data")).resolve("val"));
        images("data/train/ants/1.jpg", "data/train/bees/1.jpg"); // somebody has corrected them
        Dataset corrected = open(root.resolve("data"));
        assertThat(corrected.validation().size()).isEqualTo(3);
        assertThat(corrected.warnings()).anySatisfy(warning -> assertThat(warning).contains(Datasets.SORTED));
    }

    @Test
    void namesThatDifferInUpperCaseAreNoted() throws Exception {
        images("train/Ants/1.jpg", "train/bees/2.jpg", "val/ants/3.jpg", "val/bees/4.jpg");
        assertThat(open().warnings()).anySatisfy(warning -> assertThat(warning).contains("Ants", "upper case"));
    }

    @Test
    void archivesAreNamed() throws Exception {
        Files.createFile(root.resolve("shard-0.tar.gz"));
        refused("shard-0.tar.gz");
    }

    /// Two folders that differ in nothing else may still be two classes.
    @Test
    void bothNormalFormsSideBySideAreTwoClasses() throws Exception {
        images("train/caf\u00e9/1.jpg", "train/cafe\u0301/2.jpg", "val/caf\u00e9/3.jpg", "val/cafe\u0301/4.jpg");
        Dataset data = open();
        assertThat(data.classes()).hasSize(2);
        assertThat(data.validation().perClass()).containsExactly(1, 1);
        assertThat(data.warnings()).anySatisfy(warning -> assertThat(warning).contains("caf"));
    }

    @Test
    void acceptsTheOtherNamesOfTheParts() throws Exception {
        for (String part : List.of("valid", "validation", "dev", "test", "Test")) {
            Path folder = Files.createDirectory(root.resolve("with-" + part));
            images("with-" + part + "/Train/a/1.jpg", "with-" + part + "/Train/b/1.jpg",
                    "with-" + part + "/" + part + "/a/2.jpg");
            assertThat(names(open(folder).validation())).containsExactly(part + "/a/2.jpg");
        }
    }

    @Test
    void aFolderNamedTrainAmongOthersIsAClass() throws Exception {
        for (int i = 0; i < 3; i++) {
            images("train/" + i + ".jpg", "bus/" + i + ".jpg");
        }
        assertThat(open().classes()).containsExactly("bus", "train");
    }

    @Test
    void trainAloneIsSplit() throws Exception {
        for (int i = 0; i < 5; i++) {
            images("train/a/" + i + ".jpg", "train/b/" + i + ".jpg");
        }
        Dataset data = open();
        assertThat(data.classes()).containsExactly("a", "b");
        assertThat(data.validation().size()).isEqualTo(2);
    }

    @Test
    void loopsOfLinksEndAndCountNothingTwice() throws Exception {
        for (int i = 0; i < 4; i++) {
            images("a/" + i + ".jpg", "b/" + i + ".jpg");
        }
        Files.createSymbolicLink(root.resolve("a/up"), root);
        Files.createSymbolicLink(root.resolve("b/self"), root.resolve("b"));
        Dataset data = open();
        assertThat(data.training().size() + data.validation().size()).isEqualTo(8);
    }

    /// Two links in each of 24 folders to the next make 16 million paths.
    @Test
    void everyFolderIsReadOnceHoweverManyLinksLeadToIt() throws Exception {
        images("a/1.jpg", "a/2.jpg", "b/1.jpg", "b/2.jpg", ".hidden/24/last.jpg");
        for (int i = 0; i < 24; i++) {
            Path folder = Files.createDirectories(root.resolve(".hidden/" + i));
            Files.createSymbolicLink(folder.resolve("l"), root.resolve(".hidden/" + (i + 1)));
            Files.createSymbolicLink(folder.resolve("r"), root.resolve(".hidden/" + (i + 1)));
        }
        Files.createSymbolicLink(root.resolve("a/more"), root.resolve(".hidden/0"));
        Files.createSymbolicLink(root.resolve("again"), root.resolve("b"));
        Dataset data = open();
        assertThat(data.classes()).containsExactly("a", "b");
        assertThat(data.training().size() + data.validation().size()).isEqualTo(5);
        assertThat(data.split()).contains("a/more/", "22 more");
    }

    @Test
    void linksDoNotLeadIntoTheKernel() throws Exception {
        assumeThat(Path.of("/proc/self")).exists();
        images("a/1.jpg", "a/2.jpg", "b/1.jpg", "b/2.jpg");
        Path linked = Files.createDirectories(root.resolve(".linked"));
        Files.writeString(linked.resolve("3.jpg"), "3");
        Files.createSymbolicLink(root.resolve("a/linked"), linked);
        Files.createSymbolicLink(root.resolve("a/kernel"), Path.of("/proc"));
        Files.createSymbolicLink(root.resolve("kernel"), Path.of("/proc/self"));
        Dataset data = open();
        assertThat(data.classes()).containsExactly("a", "b");
        assertThat(data.training().size() + data.validation().size()).isEqualTo(5);
        assertThat(data.split()).contains("a/kernel, kernel");
        Files.createSymbolicLink(root.resolve("train"), root.resolve("a"));
        Files.createSymbolicLink(root.resolve("val"), Path.of("/proc"));
        assertThatThrownBy(this::open).isInstanceOf(DatasetException.class).hasMessageContaining("val");
    }

    @Test
    void aLoopOfLinksIsAnUnreadablePicture() throws Exception {
        Path loop = root.resolve("loop.jpg");
        for (String target : List.of("loop.jpg", "loop.jpg/x")) {
            Files.deleteIfExists(loop);
            Files.createSymbolicLink(loop, Path.of(target));
            assertThatThrownBy(() -> new ImageFile(loop).content()).isInstanceOf(UnreadableImageException.class);
        }
    }

    /// The kernel refuses to read some of its files, and others never end.
    @ParameterizedTest
    @ValueSource(strings = {"/proc/self/pagemap", "/proc/self/mem", "/proc/kmsg"})
    void aFileOfTheKernelIsEmpty(String target) throws Exception {
        assumeThat(Path.of(target)).exists();
        Path link = Files.createSymbolicLink(root.resolve("link.jpg"), Path.of(target));
        assertThat(new ImageFile(link).content().bytes()).isEmpty();
    }

    @Test
    void readsImagesLazilyAndSaysWhyOneCannotBeRead() throws Exception {
        images("train/a/1.jpg", "train/b/1.jpg", "train/c/1.jpg", "val/a/2.jpg");
        Files.writeString(root.resolve("train/b/1.jpg"), "text");
        Dataset data = open();
        ResizedImages images = new ResizedImages(data.training(), CODEC, 4, 3, 0);
        assertThat(images.images().source(0).image(new byte[0]).width()).isEqualTo(4);
        assertThatThrownBy(() -> images.images().source(1).image(new byte[0]))
                .isInstanceOf(UnreadableImageException.class);
        Files.delete(root.resolve("train/a/1.jpg"));
        assertThatThrownBy(() -> images.images().source(0).image(new byte[0]))
                .isInstanceOf(UnreadableImageException.class)
                .hasMessage("the file has gone");
        assertThatThrownBy(() -> data.training().source(0).content()).as("it may come back")
                .isInstanceOf(IOException.class)
                .hasMessage("the file has gone");
        ResizedImages some = new ResizedImages(data.training().subset(new int[] {0, 2}), CODEC, 4, 3, 0);
        some.read(1, (done, total) -> {}, () -> false);
        ImageDataset held = some.readable();
        assertThat(some.rejected()).containsExactly(new RejectedImage("train/a/1.jpg", "the file has gone"));
        Files.delete(root.resolve("train/c/1.jpg"));
        assertThatThrownBy(() -> held.source(0).image(new byte[0])).isInstanceOf(UnreadableImageException.class)
                .hasMessage("the file has gone");
    }

    @Test
    void aFileThatIsTooLargeIsNotRead() throws Exception {
        images("train/a/1.jpg", "train/b/1.jpg", "val/a/2.jpg");
        try (RandomAccessFile file = new RandomAccessFile(root.resolve("train/a/1.jpg").toFile(), "rw")) {
            file.setLength(Content.MAX_BYTES + 1);
        }
        ImageDataset images = open().training();
        assertThatThrownBy(() -> images.source(0).content()).isInstanceOf(UnreadableImageException.class)
                .hasMessage("the file has 268435457 bytes, the limit is 268435456");
    }

    @Test
    void evaluationMatchesClassesByName() throws Exception {
        images("bees/1.jpg", "ants/2.jpg");
        EvaluationSet set = ImageFolder.openForEvaluation(root, List.of("wasps", "bees", "ants"), List.of());
        assertThat(names(set.images())).containsExactly("ants/2.jpg", "bees/1.jpg");
        assertThat(set.images().label(0)).isEqualTo(2);
        assertThat(set.images().label(1)).isEqualTo(1);
        assertThatThrownBy(() -> ImageFolder.openForEvaluation(root, List.of("ants", "cats"), List.of()))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("not among the known classes: bees")
                .hasMessageContaining("Known are: ants, cats");
    }

    /// ImageNet's own folders are named by wnid, whatever a model calls its classes; some people rename a few.
    @Test
    void evaluationMatchesClassesByWnidToo() throws Exception {
        images("n01440764/1.jpg", "n01443537/2.jpg", "cock/3.jpg");
        List<String> names = List.of("tench", "goldfish", "cock");
        List<String> wnids = List.of("n01440764", "n01443537", "n01514668");
        EvaluationSet set = ImageFolder.openForEvaluation(root, names, wnids);
        assertThat(set.images().classes()).isEqualTo(names);
        assertThat(names(set.images())).containsExactly("cock/3.jpg", "n01440764/1.jpg", "n01443537/2.jpg");
        assertThat(List.of(set.images().label(0), set.images().label(1), set.images().label(2)))
                .containsExactly(2, 0, 1);
        assertThatThrownBy(() -> ImageFolder.openForEvaluation(root, names, List.of()))
                .hasMessageContaining("not among the known classes: n01440764, n01443537");
    }

    @Test
    void evaluationTakesTheValidationPartWhereThereIsOne() throws Exception {
        images("train/a/1.jpg", "val/a/2.jpg");
        EvaluationSet set = ImageFolder.openForEvaluation(root, List.of("a"), List.of());
        assertThat(names(set.images())).containsExactly("val/a/2.jpg");
        assertThat(set.description()).contains("val");
    }

    @Test
    void saysWhatWasExpectedAndWhatWasFound() throws Exception {
        refused(Datasets.FORMS);
        Files.createDirectories(root.resolve("a"));
        Files.createDirectories(root.resolve("b"));
        refused("a, b are empty");
        Path flat = Files.createDirectory(root.resolve("flat"));
        images("flat/1.jpg");
        assertThatThrownBy(() -> open(flat))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("holds 1 file but no class folders")
                .hasMessageNotContaining("WebDataset");
        images("flat/1.cls");
        assertThatThrownBy(() -> open(flat)).hasMessageContainingAll("2 files", "WebDataset", "tar", ".csv");
        Path wrapped = root.resolve("wrapped");
        images("wrapped/inner/a/1.jpg", "wrapped/inner/b/1.jpg");
        assertThatThrownBy(() -> open(wrapped))
                .hasMessageContaining("one class only, inner")
                .hasMessageContaining("give " + wrapped.resolve("inner"));
        images("single/ants/1.jpg");
        assertThatThrownBy(() -> open(root.resolve("single"))).hasMessageContaining("one class only, ants")
                .hasMessageNotContaining("single/ants");
    }

    @Test
    void classFoldersThatHoldOnlyFoldersAreReported() throws Exception {
        for (int i = 0; i < 5; i++) {
            images("proj/broken/a/" + i + ".jpg", "proj/broken/b/" + i + ".jpg", "proj2/ants/" + i + ".jpg");
        }
        Dataset high = open();
        assertThat(high.classes()).containsExactly("proj", "proj2");
        assertThat(high.warnings()).singleElement().asString().contains("give " + root.resolve("proj/broken"));
        assertThat(open(root.resolve("proj/broken")).warnings()).isEmpty();
        images("proj2/1.jpg");
        assertThat(open().warnings()).isEmpty();
    }

    @Test
    void aGivenListOfClassesOrdersTheLabels() throws Exception {
        for (int i = 0; i < 2; i++) {
            images("a/" + i + ".jpg", "b/" + i + ".jpg");
        }
        Dataset data = ImageFolder.open(root, new TrainValidationSplit(0.2, 1), List.of("c", "b", "a"));
        assertThat(data.classes()).containsExactly("c", "b", "a");
        assertThat(data.training().label(0)).isEqualTo(2);
    }

    private void refused(String why) {
        assertThatThrownBy(this::open)
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(root.toString())
                .hasMessageContaining(why);
    }

    private Dataset open() throws IOException {
        return open(root);
    }

    private static Dataset open(Path folder) throws IOException {
        return ImageFolder.open(folder, new TrainValidationSplit(0.2, 1), List.of());
    }

    private void images(String... names) throws IOException {
        for (String name : names) {
            Path file = root.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, TestImages.Codec.file(8, 6, 100));
        }
    }

    private static List<String> names(ImageDataset set) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < set.size(); i++) {
            names.add(set.name(i));
        }
        return names;
    }
}
