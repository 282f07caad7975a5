package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import net.alexnet.data.image.TestImages;
import net.alexnet.data.image.UnreadableImageException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import us.hebi.matlab.mat.format.Mat5;

class Ilsvrc2012Test {
    private static final String TRAINING = "ILSVRC2012_img_train.tar";
    private static final String VALIDATION = "ILSVRC2012_img_val.tar";
    private static final String DEVKIT = "ILSVRC2012_devkit_t12.tar.gz";
    private static final String TRUTH = "1\n3\n2\n1\n";

    @TempDir
    Path root;

    @Test
    void sortsClassesByIdentifierAndKeepsTheDevkitsIds() throws Exception {
        original();
        Dataset data = open();
        assertThat(data.classes()).containsExactly("n00000010", "n00000020", "n00000030");
        assertThat(data.synsets()).containsExactly(
                new Synset("n00000010", 2, "words 2, more"),
                new Synset("n00000020", 3, "words 3, more"),
                new Synset("n00000030", 1, "words 1, more"));
        assertThat(names(data.training())).containsExactly(
                "train/n00000010/n00000010_7.JPEG", "train/n00000010/n00000010_10007.JPEG",
                "train/n00000020/n00000020_7.JPEG", "train/n00000020/n00000020_10007.JPEG",
                "train/n00000030/n00000030_7.JPEG", "train/n00000030/n00000030_10007.JPEG");
        assertThat(labels(data.training())).containsExactly(0, 0, 1, 1, 2, 2);
        assertThat(values(data.training())).containsExactly(20, 21, 30, 31, 10, 11);
        assertThat(names(data.validation())).containsExactly(
                "val/ILSVRC2012_val_00000001.JPEG", "val/ILSVRC2012_val_00000002.JPEG",
                "val/ILSVRC2012_val_00000003.JPEG", "val/ILSVRC2012_val_00000004.JPEG");
        assertThat(labels(data.validation())).containsExactly(2, 1, 0, 2);
        assertThat(values(data.validation())).containsExactly(1, 2, 3, 4);
        assertThat(data.validation().source(1).content().bytes()).isEqualTo(TestImages.Codec.file(4, 3, 2));
        assertThat(data.split()).contains(TRAINING).contains(VALIDATION);
    }

    @Test
    void readsTheDevkitInEveryForm() throws Exception {
        original();
        List<Synset> synsets = open().synsets();
        Files.delete(root.resolve(DEVKIT));
        Path unpacked = Files.createDirectories(root.resolve("ILSVRC2012_devkit_t12/data"));
        Files.write(unpacked.resolve("meta.mat"), IlsvrcFiles.meta());
        Files.writeString(unpacked.resolve("ILSVRC2012_validation_ground_truth.txt"), TRUTH);
        assertThat(open().synsets()).isEqualTo(synsets);
        Files.move(unpacked.resolve("meta.mat"), root.resolve("meta.mat"));
        Files.move(
                unpacked.resolve("ILSVRC2012_validation_ground_truth.txt"),
                root.resolve("ILSVRC2012_validation_ground_truth.txt"));
        assertThat(open().synsets()).isEqualTo(synsets);
        assertThat(labels(open().validation())).containsExactly(2, 1, 0, 2);
    }

    @Test
    void takesTheOrderOfClassesThatIsAskedFor() throws Exception {
        original();
        Dataset data = open("n00000030", "n00000010", "n00000020");
        assertThat(data.synsets()).extracting(Synset::ilsvrcId).containsExactly(1, 2, 3);
        assertThat(labels(data.validation())).containsExactly(0, 2, 1, 0);
        assertThat(data.training().name(0)).isEqualTo("train/n00000010/n00000010_7.JPEG");
        assertThat(data.training().label(0)).isEqualTo(1);
        assertThatThrownBy(() -> open("n00000030", "n00000010"))
                .hasMessageContaining("not among the known classes: n00000020");
        assertThatThrownBy(() -> open("n00000030", "n00000010", "n00000020", "n00000040"))
                .hasMessageContaining("has 3 classes, but the list of classes names 4");
    }

    @Test
    void evaluationNeedsOnlyTheValidationTar() throws Exception {
        original();
        Files.delete(root.resolve(TRAINING));
        List<String> classes = List.of("other", "n00000030", "n00000020", "n00000010");
        EvaluationSet set = new Ilsvrc2012(root).openForEvaluation(classes, classes);
        assertThat(set.description()).isEqualTo("all 4 pictures of " + root.resolve(VALIDATION));
        assertThat(labels(set.images())).containsExactly(1, 2, 3, 1);
        assertThat(set.images().classes()).isEqualTo(classes);
        assertThat(set.submissionIds()).as("one class is not the challenge's").isEmpty();
        set = new Ilsvrc2012(root).openForEvaluation(
                List.of("ray", "shark", "tench"), classes.subList(1, 4));
        assertThat(set.images().classes()).containsExactly("ray", "shark", "tench");
        assertThat(set.submissionIds()).contains(List.of(1, 3, 2));
        assertThatThrownBy(() -> new Ilsvrc2012(root).openForEvaluation(
                List.of("ray", "tench"), List.of("n00000030", "tench")))
                .hasMessageContaining("n00000010, n00000020")
                .hasMessageContaining("n00000030, tench");
        refused("but no " + TRAINING, "'Training images (Task 1 & 2)' of https://image-net.org");
    }

    @Test
    void saysWhichPartIsMissing() throws Exception {
        assertThat(new Ilsvrc2012(root).present()).isFalse();
        original();
        assertThat(new Ilsvrc2012(root).present()).isTrue();
        Files.delete(root.resolve(VALIDATION));
        refused("holds " + TRAINING + " but no " + VALIDATION);
        write(VALIDATION, IlsvrcFiles.validation(4));
        Files.delete(root.resolve(DEVKIT));
        refused(DEVKIT, "meta.mat");
        Files.writeString(root.resolve("ILSVRC2012_validation_ground_truth.txt"), TRUTH);
        refused(DEVKIT, "meta.mat");
    }

    @Test
    void aStampChangesWithTheTar() throws Exception {
        original();
        ImageDataset images = open().training();
        assertThat(IntStream.range(0, 6).mapToLong(i -> images.source(i).stamp()).distinct().count()).isEqualTo(6);
        assertThat(open().training().source(3).stamp()).isEqualTo(images.source(3).stamp());
        Files.setLastModifiedTime(root.resolve(TRAINING), FileTime.fromMillis(1));
        assertThat(open().training().source(3).stamp()).isNotEqualTo(images.source(3).stamp());
    }

    @Test
    void refusesPartsThatContradictEachOther() throws Exception {
        original();
        write(VALIDATION, IlsvrcFiles.validation(3));
        refused("has 3 pictures, but ILSVRC2012_validation_ground_truth.txt in " + root.resolve(DEVKIT)
                + " has 4 labels");
        write(VALIDATION, IlsvrcFiles.validation(5));
        refused("holds ILSVRC2012_val_00000005.JPEG; expected ILSVRC2012_val_00000001.JPEG to"
                + " ILSVRC2012_val_00000004.JPEG, each once");
        write(DEVKIT, IlsvrcFiles.devkit(IlsvrcFiles.meta(), "1\n4\n"));
        refused("line 2: expected the id of a class, 1 to 3, found '4'");
        write(DEVKIT, IlsvrcFiles.devkit(IlsvrcFiles.meta(), "0\n"));
        refused("line 1: expected the id of a class, 1 to 3, found '0'");
        original();
        write(TRAINING, IlsvrcFiles.tar(Map.of("n00000010.tar", IlsvrcFiles.tar(Map.of()))));
        refused(TRAINING + " has no n00000020.tar");
        Map<String, byte[]> tars = new TreeMap<>();
        IlsvrcFiles.BY_ID.forEach(wnid -> tars.put(wnid + ".tar", new byte[1024]));
        tars.put("n00000099.tar", new byte[1024]);
        write(TRAINING, IlsvrcFiles.tar(tars));
        refused("n00000099.tar");
        tars.put("n00000010.tar", IlsvrcFiles.tar(Map.of("n00000020_1.JPEG", new byte[3])));
        write(TRAINING, IlsvrcFiles.tar(tars));
        refused("n00000010.tar in", "holds n00000020_1.JPEG; expected n00000010_<number>.JPEG");
    }

    @Test
    void refusesABrokenDevkit() throws Exception {
        original();
        byte[] devkit = Files.readAllBytes(root.resolve(DEVKIT));
        write(DEVKIT, Arrays.copyOf(devkit, devkit.length / 2));
        refused(root.resolve(DEVKIT) + " cannot be read", "Download or copy it again");
        write(DEVKIT, IlsvrcFiles.devkit(new byte[300], TRUTH));
        refused("meta.mat in " + root.resolve(DEVKIT) + " is not the devkit's table of synsets");
        write(DEVKIT, IlsvrcFiles.devkit(IlsvrcFiles.mat("other", Mat5.newScalar(1)), TRUTH));
        refused("is not the devkit's table of synsets");
        byte[] meta = IlsvrcFiles.meta();
        write(DEVKIT, IlsvrcFiles.devkit(Arrays.copyOf(meta, meta.length - 200), TRUTH));
        refused("is not the devkit's table of synsets");
    }

    @Test
    void refusesATarThatIsCutAnywhere() throws Exception {
        original();
        byte[] training = Files.readAllBytes(root.resolve(TRAINING));
        byte[] validation = Files.readAllBytes(root.resolve(VALIDATION));
        int end = 512 * 8; // four pictures, each a header and a block
        for (int size = 0; size < end; size += 100) {
            write(VALIDATION, Arrays.copyOf(validation, size));
            refused(root.resolve(VALIDATION).toString());
        }
        write(VALIDATION, Arrays.copyOf(validation, end + 512));
        assertThat(open().validation().size()).isEqualTo(4);
        for (int size = 0; size < training.length - 10_240; size += 1_700) {
            write(TRAINING, Arrays.copyOf(training, size));
            refused(root.resolve(TRAINING).toString());
        }
    }

    @Test
    void refusesAnInnerTarThatIsDamaged() throws Exception {
        original();
        byte[] inner = IlsvrcFiles.tar(Map.of("n00000010_1.JPEG", TestImages.Codec.file(1, 1, 1)));
        Map<String, byte[]> tars = new TreeMap<>();
        IlsvrcFiles.BY_ID.forEach(wnid -> tars.put(wnid + ".tar", new byte[1024]));
        tars.put("n00000010.tar", Arrays.copyOf(inner, 1000));
        write(TRAINING, IlsvrcFiles.tar(tars));
        refused("n00000010.tar in " + root.resolve(TRAINING) + " is cut short or damaged");
        byte[] tooLong = inner.clone();
        tooLong[124 + 3] = '7'; // the size in octal digits
        tars.put("n00000010.tar", tooLong);
        write(TRAINING, IlsvrcFiles.tar(tars));
        refused("n00000010.tar in " + root.resolve(TRAINING) + " is cut short or damaged");
        byte[] altered = inner.clone();
        altered[10] ^= 1;
        tars.put("n00000010.tar", altered);
        write(TRAINING, IlsvrcFiles.tar(tars));
        refused("the header before byte 512 is not a tar's");
        tars.put("n00000010.tar", inner);
        write(TRAINING, IlsvrcFiles.tar(tars));
        assertThat(values(open().training())).containsExactly(1);
    }

    @Test
    void aTarThatCannotBeReadIsNotTheImagesFault() throws Exception {
        original();
        ImageDataset images = open().validation();
        Thread.currentThread().interrupt(); // which must not harm the set
        assertThat(images.source(3).content().bytes()).isEqualTo(TestImages.Codec.file(4, 3, 4));
        assertThat(Thread.interrupted()).isTrue();
        byte[] validation = Files.readAllBytes(root.resolve(VALIDATION));
        write(VALIDATION, Arrays.copyOf(validation, 514)); // the last picture is first in the tar
        assertThatThrownBy(() -> images.source(3).content())
                .isInstanceOf(IOException.class)
                .hasMessage("reading " + root.resolve(VALIDATION) + " failed: it has been cut short");
        Files.delete(root.resolve(VALIDATION));
        assertThatThrownBy(() -> images.source(0).content())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("reading " + root.resolve(VALIDATION) + " failed");
    }

    @ParameterizedTest
    @ValueSource(ints = {TarArchiveOutputStream.LONGFILE_GNU, TarArchiveOutputStream.LONGFILE_POSIX})
    void readsLongNames(int form) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            tar.setLongFileMode(form);
            for (String name : List.of("a/".repeat(80) + "long.JPEG", "short.JPEG")) {
                TarArchiveEntry entry = new TarArchiveEntry(name);
                entry.setSize(3);
                tar.putArchiveEntry(entry);
                tar.write(new byte[] {1, 2, 3});
                tar.closeArchiveEntry();
            }
        }
        write(VALIDATION, bytes.toByteArray());
        assertThat(new TarSamples(root.resolve(VALIDATION)).members()).extracting(TarSamples.Member::name)
                .containsExactly("long.JPEG", "short.JPEG");
    }

    @Test
    void aPictureThatIsTooLargeIsNotRead() throws Exception {
        original();
        TarSamples samples = new TarSamples(root.resolve(VALIDATION));
        samples.add(new TarSamples.Member("large", "large", 512, Content.MAX_BYTES + 1), 0, 1);
        Sample large = samples.samples(_ -> "large").getFirst();
        assertThatThrownBy(() -> large.source().content()).isInstanceOf(UnreadableImageException.class)
                .hasMessageContaining("the limit is 268435456");
    }

    private void original() throws IOException {
        write(TRAINING, IlsvrcFiles.training(2));
        write(VALIDATION, IlsvrcFiles.validation(4));
        write(DEVKIT, IlsvrcFiles.devkit(IlsvrcFiles.meta(), TRUTH));
    }

    private void write(String name, byte[] bytes) throws IOException {
        Files.write(root.resolve(name), bytes);
    }

    private Dataset open(String... classes) throws IOException {
        return new Ilsvrc2012(root).open(new TrainValidationSplit(0.2, 1), List.of(classes));
    }

    private void refused(String... why) {
        assertThatThrownBy(this::open).isInstanceOf(DatasetException.class).hasMessageContainingAll(why);
    }

    private static List<String> names(ImageDataset set) {
        return IntStream.range(0, set.size()).mapToObj(set::name).toList();
    }

    private static int[] labels(ImageDataset set) {
        return IntStream.range(0, set.size()).map(set::label).toArray();
    }

    private static int[] values(ImageDataset set) throws IOException, UnreadableImageException {
        int[] values = new int[set.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = set.source(i).content().bytes()[3];
        }
        return values;
    }
}
