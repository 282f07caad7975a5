package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import net.alexnet.data.DatasetPreparer.Outcome;
import net.alexnet.data.image.Encoding;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ResizeAndCenterCrop;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The contents of the folder after a preparation.
class DatasetPreparerTest {
    private static final EncodedSet TRAINING = EncodedSet.noise("train", 130, 11, 1);
    private static final EncodedSet VALIDATION = EncodedSet.noise("val", 60, 9, 2);
    private static final Dataset SOURCE = EncodedSet.dataset(TRAINING, VALIDATION);

    /// Every file of an uninterrupted preparation.
    private static final Map<String, String> WHOLE = new TreeMap<>();

    @TempDir
    Path root;

    @BeforeAll
    static void prepareWithoutInterruption(@TempDir Path folder) throws Exception {
        Preparing.finished(SOURCE, folder);
        WHOLE.putAll(Preparing.files(folder));
        assertThat(WHOLE).containsKeys("dataset.json", "rejected.tsv", "train-000000.tar", "val-000001.idx");
        assertThat(WHOLE).doesNotContainKey("prepare.journal");
    }

    @SuppressWarnings("ArrayRecordComponent") // read once
    private record Member(String name, byte[] bytes) {}

    /// Through commons-compress alone.
    private static List<Member> members(Path tar) throws IOException {
        List<Member> members = new ArrayList<>();
        try (InputStream in = Files.newInputStream(tar);
                TarArchiveInputStream entries = new TarArchiveInputStream(in)) {
            for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                assertThat(entry.getLastModifiedTime().toMillis()).isZero();
                assertThat(entry.getLongUserId() + entry.getLongGroupId()).isZero();
                assertThat(entry.getUserName() + entry.getGroupName()).isEmpty();
                assertThat(entry.getMode()).isEqualTo(0644);
                members.add(new Member(entry.getName(), entries.readAllBytes()));
            }
        }
        return members;
    }

    @Test
    void shardsAreTarFilesOfResizedImagesAndLabels() throws Exception {
        PreparedDataset dataset = Preparing.finished(SOURCE, root.resolve("out"));
        assertThat(dataset.shards()).hasSizeGreaterThan(5);
        int[] order = DatasetPreparer.trainingOrder(TRAINING.size(), Preparing.SETTINGS.seed());
        Set<Integer> seen = new HashSet<>();
        for (Shard shard : dataset.shards()) {
            boolean training = shard.file().startsWith("train-");
            EncodedSet source = training ? TRAINING : VALIDATION;
            List<Member> members = members(root.resolve("out").resolve(shard.file()));
            assertThat(members).hasSize(2 * shard.pictures());
            for (int i = 0; i < members.size(); i += 2) {
                String key = members.get(i).name.substring(0, 9);
                assertThat(members.get(i).name).isEqualTo(key + ".png");
                assertThat(members.get(i + 1).name).isEqualTo(key + ".cls");
                int index = training ? order[Integer.parseInt(key)] : Integer.parseInt(key);
                assertThat(seen.add(training ? index : -1 - index)).isTrue();
                assertThat(new String(members.get(i + 1).bytes, StandardCharsets.US_ASCII))
                        .isEqualTo(String.valueOf(source.label(index)));
                Image resized = ResizeAndCenterCrop.middle(source.image(index), Preparing.SIDE, EncodedSet.CODEC);
                assertThat(members.get(i).bytes).isEqualTo(EncodedSet.CODEC.encode(resized, Encoding.LOSSLESS));
            }
        }
        assertThat(seen).hasSize(130 - 130 / 11 + 60 - 60 / 9);
    }

    @Test
    void shardsAreAsFullAsTheLimitAllows() throws Exception {
        PreparedDataset dataset = Preparing.finished(SOURCE, root.resolve("out"));
        long record = ShardWriter.recordBytes(4 + 3L * Preparing.SIDE * Preparing.SIDE);
        for (String split : List.of("train", "val")) {
            List<Shard> shards = dataset.shards().stream().filter(s -> s.file().startsWith(split)).toList();
            for (Shard shard : shards) {
                assertThat(shard.bytes()).isLessThanOrEqualTo(PreparationSettings.MIN_SHARD_BYTES);
                assertThat(Files.size(root.resolve("out").resolve(shard.file()))).isEqualTo(shard.bytes());
            }
            for (Shard full : shards.subList(0, shards.size() - 1)) {
                assertThat(full.bytes() + record).isGreaterThan(PreparationSettings.MIN_SHARD_BYTES);
            }
        }
    }

    @Test
    void storedImagesAreReadBackWithTheirNamesAndLabels() throws Exception {
        Preparing.finished(SOURCE, root.resolve("out"));
        PreparedDataset dataset = PreparedDataset.open(root.resolve("out"), EncodedSet.CODEC);
        assertThat(dataset.dataset().classes()).isEqualTo(EncodedSet.CLASSES);
        assertThat(dataset.dataset().split()).isEqualTo("Split by the test.");
        assertThat(dataset.source()).isEqualTo("pictures");
        assertThat(root.resolve("out/dataset.json")).content().doesNotContain("somewhere");
        assertThat(dataset.preparation()).isEqualTo(Preparing.SETTINGS);
        assertReadable(dataset.training(), TRAINING);
        assertReadable(dataset.validation(), VALIDATION);
    }

    private static void assertReadable(ImageDataset stored, EncodedSet source) throws Exception {
        for (int i = 0; i < stored.size(); i++) {
            String name = stored.name(i);
            int index = Integer.parseInt(name.substring(name.lastIndexOf('/') + 1, name.indexOf(".file")));
            assertThat(name).isEqualTo(source.name(index));
            assertThat(stored.label(i)).isEqualTo(source.label(index));
            Image resized = ResizeAndCenterCrop.middle(source.image(index), Preparing.SIDE, EncodedSet.CODEC);
            assertThat(stored.source(i).image(new byte[0]).samples()).isEqualTo(resized.samples());
        }
    }

    @Test
    void trainingImagesAreShuffledByTheSeed() throws Exception {
        ImageDataset first = Preparing.finished(SOURCE, root.resolve("first")).training();
        PreparationSettings other = new PreparationSettings(Preparing.SIDE, 3, Encoding.LOSSLESS,
                PreparationSettings.MIN_SHARD_BYTES, 8);
        ImageDataset second = Preparing.finished(new Preparing().run(SOURCE, root.resolve("second"), other))
                .training();
        assertThat(names(first)).doesNotContainSequence(names(second).subList(0, 3))
                .containsExactlyInAnyOrderElementsOf(names(second));
        assertThat(IntStream.range(0, 20).map(first::label).distinct().count()).isEqualTo(3);
    }

    private static List<String> names(ImageDataset set) {
        return IntStream.range(0, set.size()).mapToObj(set::name).toList();
    }

    @Test
    void theBytesDoNotDependOnTheNumberOfWorkers() throws Exception {
        for (int workers : List.of(1, 3, 8)) {
            Preparing preparing = new Preparing();
            preparing.workers = workers;
            Path folder = root.resolve("workers-" + workers);
            preparing.run(SOURCE, folder, Preparing.SETTINGS);
            assertThat(Preparing.files(folder)).isEqualTo(WHOLE);
            assertThat(preparing.stages).containsExactly("resizing pictures", "measuring colors");
        }
    }

    // --- killed and started again ----------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 24, 25, 26, 27, 28, 60, 129, 130, 131, 155, 158, 189})
    void stoppedAndStartedAgainItEndsWithTheSameBytes(int images) throws Exception {
        Path folder = root.resolve("out");
        Split split = images < TRAINING.size() ? Split.TRAINING : Split.VALIDATION;
        Outcome.Stopped stopped = (Outcome.Stopped) until(images, folder);
        leaveTracesOfAKill(folder, split);
        if (images == 60) { // a second time, as far again
            stopped = (Outcome.Stopped) until(images, folder);
            leaveTracesOfAKill(folder, split);
        }
        Outcome.Finished finished = (Outcome.Finished) new Preparing().run(SOURCE, folder, Preparing.SETTINGS);
        assertThat(finished.already()).isFalse();
        assertThat(finished.scaled()).isEqualTo(190 - stopped.done())
                .isLessThanOrEqualTo(190 - Math.max(0, images - 30));
        assertThat(Preparing.files(folder)).isEqualTo(WHOLE);
    }

    @Test
    void stoppedWhileItMeasuresItReadsNoPictureAgain() throws Exception {
        Path folder = root.resolve("out");
        assertThat(until(190, folder)).isEqualTo(new Outcome.Stopped(190, 190));
        Outcome.Finished finished = (Outcome.Finished) new Preparing().run(SOURCE, folder, Preparing.SETTINGS);
        assertThat(finished.scaled()).isZero();
        assertThat(Preparing.files(folder)).isEqualTo(WHOLE);
    }

    private static Outcome until(int images, Path folder) throws Exception {
        Preparing preparing = new Preparing();
        int[] asked = {0};
        preparing.stop = () -> asked[0]++ >= images;
        return preparing.run(SOURCE, folder, Preparing.SETTINGS);
    }

    /// The shard that was being written, and the line of the journal.
    private static void leaveTracesOfAKill(Path folder, Split split) throws IOException {
        int next = 0;
        while (Files.exists(folder.resolve(split.shardFile(next)))) {
            next++;
        }
        Files.writeString(folder.resolve(split.shardFile(next) + ".part"), "cut");
        Path journal = folder.resolve(PreparationJournal.FILE);
        Files.writeString(journal, Files.readString(journal) + "{\"split\":\"TRAI");
    }

    @Test
    void aShardThatTheJournalDoesNotKnowIsMadeAgain() throws Exception {
        Path folder = root.resolve("out");
        until(100, folder);
        Path journal = folder.resolve(PreparationJournal.FILE);
        String text = Files.readString(journal);
        Files.writeString(journal, text.substring(0, text.lastIndexOf('\n', text.length() - 2) + 1));
        new Preparing().run(SOURCE, folder, Preparing.SETTINGS);
        assertThat(Preparing.files(folder)).isEqualTo(WHOLE);
    }

    @Test
    void aMissingShardIsMadeAgain() throws Exception {
        Path folder = root.resolve("out");
        until(100, folder);
        Files.delete(folder.resolve("train-000001.tar"));
        new Preparing().run(SOURCE, folder, Preparing.SETTINGS);
        assertThat(Preparing.files(folder)).isEqualTo(WHOLE);
    }

    @Test
    void aJournalWithACutFirstLineIsStartedAgain() throws Exception {
        Path folder = Files.createDirectory(root.resolve("out"));
        Files.writeString(folder.resolve(PreparationJournal.FILE), "{\"form");
        new Preparing().run(SOURCE, folder, Preparing.SETTINGS);
        assertThat(Preparing.files(folder)).isEqualTo(WHOLE);
    }

    @Test
    void aFailureIsRethrownAndTheNextRunContinues() throws Exception {
        IllegalStateException failure = new IllegalStateException("boom");
        Preparing preparing = new Preparing();
        int[] asked = {0};
        preparing.stop = () -> {
            if (asked[0]++ == 70) {
                throw failure;
            }
            return false;
        };
        Path folder = root.resolve("out");
        assertThatThrownBy(() -> preparing.run(SOURCE, folder, Preparing.SETTINGS)).isSameAs(failure);
        assertThat(Preparing.files(folder).keySet()).noneMatch(name -> name.endsWith(".part"));
        new Preparing().run(SOURCE, folder, Preparing.SETTINGS);
        assertThat(Preparing.files(folder)).isEqualTo(WHOLE);
    }

    @Test
    void aReadFailureEndsThePreparationWithoutRejectingTheImage() throws Exception {
        List<byte[]> files = new ArrayList<>(TRAINING.files());
        int[] order = DatasetPreparer.trainingOrder(TRAINING.size(), Preparing.SETTINGS.seed());
        int gone = order[80];
        files.set(gone, new byte[0]);
        Dataset damaged = EncodedSet.dataset(
                new EncodedSet("train", EncodedSet.CLASSES, TRAINING.labels(), files), VALIDATION);
        Path folder = root.resolve("out");
        assertThatThrownBy(() -> new Preparing().run(damaged, folder, Preparing.SETTINGS))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot read " + TRAINING.name(gone) + ": the file has gone. What is finished");
        Outcome.Finished finished = (Outcome.Finished) new Preparing().run(SOURCE, folder, Preparing.SETTINGS);
        assertThat(finished.scaled()).isLessThan(190 - 40);
        assertThat(Preparing.files(folder)).isEqualTo(WHOLE);
    }

    @Test
    void aJournalThatWasLeftBesideAFinishedDatasetIsRemoved() throws Exception {
        Path folder = root.resolve("out");
        until(190, folder);
        String journal = Files.readString(folder.resolve(PreparationJournal.FILE));
        Preparing.finished(SOURCE, folder);
        Files.writeString(folder.resolve(PreparationJournal.FILE), journal);
        Outcome.Finished found = (Outcome.Finished) new Preparing().run(SOURCE, folder, Preparing.SETTINGS);
        assertThat(found.already()).isTrue();
        assertThat(Preparing.files(folder)).isEqualTo(WHOLE);
    }

    // --- what is left out ------------------------------------------------------------------------------------------

    @Test
    void unreadablePicturesAreListedInTheSourcesOrder() throws Exception {
        Preparing preparing = new Preparing();
        PreparedDataset dataset = Preparing.finished(preparing.run(SOURCE, root.resolve("out"), Preparing.SETTINGS));
        List<String> lines = Files.readAllLines(root.resolve("out/rejected.tsv"));
        assertThat(lines).hasSize(1 + 11 + 6).startsWith("file\treason", TRAINING.name(10) + "\tnot a picture")
                .endsWith(VALIDATION.name(53) + "\tnot a picture");
        assertThat(lines.subList(1, 12)).isEqualTo(
                IntStream.range(0, 11).mapToObj(i -> TRAINING.name(11 * i + 10) + "\tnot a picture").toList());
        assertThat(dataset.rejected()).isEqualTo(17);
        assertThat(preparing.warnings).singleElement().asString()
                .contains("17 of 190 pictures (8.9 %)", "rejected.tsv", TRAINING.name(10));
    }

    @Test
    void strictRefusesManyUnreadablePictures() throws Exception {
        Path folder = root.resolve("out");
        Preparing strict = new Preparing();
        strict.strict = true;
        assertThatThrownBy(() -> strict.run(SOURCE, folder, Preparing.SETTINGS)).isInstanceOf(DatasetException.class)
                .hasMessageContaining("17 of 190 pictures (8.9 %) cannot be read, more than 1 %");
        assertThat(folder.resolve("dataset.json")).doesNotExist();
        assertThat(folder.resolve("rejected.tsv")).exists();
        new Preparing().run(SOURCE, folder, Preparing.SETTINGS);
        assertThat(Preparing.files(folder)).isEqualTo(WHOLE);
        assertThatThrownBy(() -> strict.run(SOURCE, folder, Preparing.SETTINGS)).hasMessageContaining("8.9 %");
    }

    @Test
    void oneUnreadableImageInAHundredGivesNoWarning() throws Exception {
        Preparing preparing = new Preparing();
        preparing.strict = true;
        Dataset source = EncodedSet.dataset(EncodedSet.noise("train", 130, 0, 1), EncodedSet.noise("val", 70, 60, 2));
        assertThat(Preparing.finished(preparing.run(source, root.resolve("out"), Preparing.SETTINGS)).rejected())
                .isEqualTo(1);
        assertThat(preparing.warnings).isEmpty();
    }

    @Test
    void aSplitWithoutAReadablePictureIsRefused() {
        Dataset source = EncodedSet.dataset(TRAINING, EncodedSet.noise("val", 3, 1, 2));
        assertThatThrownBy(() -> Preparing.finished(source, root.resolve("out"))).isInstanceOf(DatasetException.class)
                .hasMessageContaining("none of the 3 pictures of /somewhere/pictures for validation can be read")
                .hasMessageContaining("not a picture");
    }

    @Test
    void aSourceWithoutValidationPicturesMakesNoShardOfThem() throws Exception {
        Dataset source = EncodedSet.dataset(TRAINING, EncodedSet.noise("val", 0, 0, 2));
        PreparedDataset dataset = Preparing.finished(source, root.resolve("out"));
        assertThat(dataset.validation().size()).isZero();
        assertThat(dataset.unreadValidation()).isEmpty();
        assertThat(dataset.training().size()).isEqualTo(TRAINING.size() - dataset.rejected());
        assertThat(dataset.shards()).extracting(Shard::file).allMatch(name -> name.startsWith("train-"));
        assertThat(PreparedDataset.open(root.resolve("out"), EncodedSet.CODEC).validation().classes())
                .isEqualTo(EncodedSet.CLASSES);
        dataset.verify(2, new Preparing());
        Dataset nothing = EncodedSet.dataset(EncodedSet.noise("train", 0, 0, 2), VALIDATION);
        assertThatThrownBy(() -> Preparing.finished(nothing, root.resolve("nothing")))
                .isInstanceOf(DatasetException.class).hasMessageContaining("training");
    }

    // --- duplicates ------------------------------------------------------------------------------------------------

    @Test
    void equalPicturesInTwoPlacesAreListed() throws Exception {
        List<byte[]> trained = new ArrayList<>(EncodedSet.noise("train", 40, 0, 3).files());
        List<byte[]> validated = new ArrayList<>(EncodedSet.noise("val", 40, 0, 4).files());
        List<Integer> labels = EncodedSet.noise("train", 40, 0, 3).labels();
        trained.set(1, trained.getFirst()); // the same class, the same split: no harm
        trained.set(17, trained.get(7)); // bees and ants
        validated.set(2, trained.get(30)); // the same class, two splits
        validated.set(9, trained.get(7));
        EncodedSet training = new EncodedSet("train", EncodedSet.CLASSES, labels, trained);
        EncodedSet validation = new EncodedSet("val", EncodedSet.CLASSES, labels, validated);
        Preparing preparing = new Preparing();
        PreparedDataset dataset = Preparing.finished(
                preparing.run(EncodedSet.dataset(training, validation), root.resolve("out"), Preparing.SETTINGS));
        assertThat(Files.readAllLines(root.resolve("out/duplicates.tsv"))).containsExactly(
                "group\tsplit\tclass\tfile\tkind\tdistance",
                "1\ttrain\tbees\ttrain/bees/7.file\tequal\t0",
                "1\ttrain\tants\ttrain/ants/17.file\tequal\t0",
                "1\tval\tbees\tval/bees/9.file\tequal\t0",
                "2\ttrain\tants\ttrain/ants/30.file\tequal\t0",
                "2\tval\tants\tval/ants/2.file\tequal\t0");
        assertThat(dataset.duplicates()).isEqualTo(2);
        assertThat(dataset.duplicatePictures()).isEqualTo(5);
        assertThat(preparing.stages).containsExactly("resizing pictures", "measuring colors");
        assertThat(preparing.warnings).singleElement().asString()
                .contains("5 pictures", root.resolve("out/duplicates.tsv").toString());
        Preparing.finished(SOURCE, root.resolve("none"));
        assertThat(root.resolve("none/duplicates.tsv")).doesNotExist();
    }

    @Test
    void synsetsAreStored() throws Exception {
        List<Synset> synsets = IntStream.range(0, 4).mapToObj(i -> new Synset("n0000000" + i, 9 - i, "word " + i))
                .toList();
        Dataset source = new Dataset("s", EncodedSet.CLASSES, TRAINING.images(), VALIDATION.images(), "Split.",
                synsets);
        Preparing.finished(source, root.resolve("out"));
        assertThat(PreparedDataset.open(root.resolve("out"), EncodedSet.CODEC).dataset().synsets()).isEqualTo(synsets);
    }
}
