package net.alexnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.alexnet.data.DatasetPreparer.Outcome;
import net.alexnet.data.image.Encoding;
import net.alexnet.io.CacheFolder;
import net.alexnet.io.TryLock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A folder that is there already.
class PreparerRefusalTest {
    private static final EncodedSet TRAINING = EncodedSet.noise("train", 40, 0, 1);
    private static final EncodedSet VALIDATION = EncodedSet.noise("val", 20, 0, 2);
    private static final Dataset SOURCE = EncodedSet.dataset(TRAINING, VALIDATION);

    @TempDir
    Path root;

    private Path folder;

    @BeforeEach
    void name() {
        folder = root.resolve("out");
    }

    @Test
    void aFinishedDatasetIsFoundAndNotTouched() throws Exception {
        Preparing.finished(SOURCE, folder);
        Map<String, String> before = Preparing.files(folder);
        Outcome again = new Preparing().run(SOURCE, folder, Preparing.SETTINGS);
        assertThat(again).isInstanceOfSatisfying(Outcome.Finished.class, finished -> {
            assertThat(finished.already()).isTrue();
            assertThat(finished.scaled()).isZero();
        });
        assertThat(Preparing.files(folder)).isEqualTo(before);
    }

    @Test
    void otherSettingsAreRefusedWhetherFinishedOrNot() throws Exception {
        PreparationSettings other = new PreparationSettings(12, 3, Encoding.PAPER, PreparationSettings.MIN_SHARD_BYTES,
                7);
        Preparing.finished(SOURCE, folder);
        Map<String, String> before = Preparing.files(folder);
        assertThatThrownBy(() -> new Preparing().run(SOURCE, folder, other)).isInstanceOf(DatasetException.class)
                .hasMessageStartingWith(folder + " was prepared with other settings: side 16, now 12;"
                        + " format PNG, now JPEG; quality 100, now 95. ");
        assertThat(Preparing.files(folder)).isEqualTo(before);
        Path begun = root.resolve("begun");
        stopAtOnce(begun);
        assertThatThrownBy(() -> new Preparing().run(SOURCE, begun, other)).hasMessageContaining("side 16, now 12");
    }

    private static void stopAtOnce(Path folder) throws Exception {
        Preparing preparing = new Preparing();
        preparing.stop = () -> true;
        assertThat(preparing.run(SOURCE, folder, Preparing.SETTINGS)).isEqualTo(new Outcome.Stopped(0, 60));
    }

    @Test
    void otherPicturesAreRefused() throws Exception {
        Preparing.finished(SOURCE, folder);
        Dataset fewer = EncodedSet.dataset(TRAINING, EncodedSet.noise("val", 19, 0, 2));
        assertThatThrownBy(() -> Preparing.finished(fewer, folder)).isInstanceOf(DatasetException.class)
                .hasMessageStartingWith(folder + " was prepared from other pictures: from pictures");
    }

    @Test
    void aLinkIsNotFollowedOutOfAHalfPreparedFolder() throws Exception {
        stopAtOnce(folder);
        Path victim = Files.writeString(root.resolve("victim.txt"), "kept");
        Files.createSymbolicLink(folder.resolve("train-000000.tar.part"), victim);
        assertThat(Preparing.finished(SOURCE, folder).training().size()).isEqualTo(40);
        assertThat(folder.resolve("train-000000.tar")).exists();
        assertThat(victim).hasContent("kept");
    }

    @Test
    void otherThingsInTheFolderAreRefusedAndKept() throws Exception {
        Files.createDirectory(folder);
        Files.writeString(folder.resolve("letter.txt"), "dear");
        assertThatThrownBy(() -> Preparing.finished(SOURCE, folder)).isInstanceOf(DatasetException.class)
                .hasMessageContaining(folder + " holds other things, such as letter.txt");
        assertThat(folder).isDirectoryContaining(path -> path.endsWith("letter.txt"));
        assertThatThrownBy(() -> Preparing.finished(SOURCE, folder.resolve("letter.txt")))
                .hasMessageContaining("letter.txt is a file");
        Path empty = Files.createDirectory(root.resolve("empty"));
        Files.writeString(empty.resolve(".prepare.journal.0123456789abcdef.tmp"), "left by a killed process");
        assertThat(Preparing.finished(SOURCE, empty).training().size()).isEqualTo(40);
    }

    @Test
    void anotherProgramsDatasetJsonIsAmongTheOtherThings() throws Exception {
        Files.createDirectory(folder);
        Files.writeString(folder.resolve("dataset.json"), "{\"name\": \"cats\"}");
        assertThatThrownBy(() -> Preparing.finished(SOURCE, folder)).isInstanceOf(DatasetException.class)
                .hasMessageContaining(folder + " holds other things, such as dataset.json");
    }

    @Test
    void twoAtOnceInOneFolder() throws Exception {
        Preparing outer = new Preparing();
        boolean[] met = {false};
        Path link = Files.createSymbolicLink(root.resolve("link"), folder);
        outer.stop = () -> {
            if (!met[0]) {
                met[0] = true;
                for (Path same : List.of(folder, link)) {
                    assertThatThrownBy(() -> Preparing.finished(SOURCE, same)).isInstanceOf(DatasetException.class)
                            .hasMessageContaining("another process is preparing " + same);
                }
                assertThat(lockedForOthers(folder.resolve(PreparationJournal.LOCK))).isTrue();
            }
            return false;
        };
        outer.run(SOURCE, folder, Preparing.SETTINGS);
        assertThat(met[0]).isTrue();
        Preparing.finished(SOURCE, root.resolve("alone"));
        assertThat(Preparing.files(folder)).isEqualTo(Preparing.files(root.resolve("alone")));
    }

    private static boolean lockedForOthers(Path file) {
        try {
            return TryLock.findsLocked(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aJournalThatIsNotOurs() throws Exception {
        Files.createDirectory(folder);
        Files.writeString(folder.resolve(PreparationJournal.FILE), "what is this?\n");
        assertThatThrownBy(() -> Preparing.finished(SOURCE, folder)).isInstanceOf(DatasetException.class)
                .hasMessageContaining("prepare.journal cannot be understood");
    }

    @Test
    void refusesInvalidSettings() {
        assertThatIllegalArgumentException().isThrownBy(() -> settings(7, 3, 1 << 20)).withMessageContaining("found 7");
        assertThatIllegalArgumentException().isThrownBy(() -> settings(1025, 3, 1L << 32))
                .withMessageContaining("8 to 1024 pixels, found 1025");
        assertThatIllegalArgumentException().isThrownBy(() -> settings(16, 2, 1 << 20))
                .withMessageContaining("found 2");
        assertThatIllegalArgumentException().isThrownBy(() -> settings(16, 3, 1000))
                .withMessageContaining("found 1000");
        assertThatIllegalArgumentException().isThrownBy(() -> settings(16, 3, 1L << 33))
                .withMessageContaining("4294967296 bytes, found 8589934592");
        assertThatIllegalArgumentException().isThrownBy(() -> settings(256, 3, 1 << 16))
                .withMessageContaining("may not hold one picture of 256 × 256 × 3");
        assertThatIllegalArgumentException().isThrownBy(() -> limited(255))
                .withMessageContaining("found 255");
        assertThat(limited(256).differences(Preparing.SETTINGS)).containsExactly("most pixels 256, now 178000000");
    }

    private static PreparationSettings limited(long maxPixels) {
        return new PreparationSettings(Preparing.SIDE, 3, Encoding.LOSSLESS, PreparationSettings.MIN_SHARD_BYTES, 7,
                maxPixels);
    }

    private static PreparationSettings settings(int side, int channels, long shardBytes) {
        return new PreparationSettings(side, channels, Encoding.PAPER, shardBytes, 1);
    }

    @Test
    void theCacheFindsASourceAgainUntilItOrTheSettingsChange() throws Exception {
        PreparedCache cache = new PreparedCache(new CacheFolder(root.resolve("cache"), 1, Duration.ZERO));
        assertThat(cache.find("my pictures", SOURCE, Preparing.SETTINGS)).isEmpty();
        Path unused = Files.createDirectories(root.resolve("cache/datasets/unused"));
        Files.write(unused.resolve("000000.tar"), new byte[100]);
        Outcome.Finished first = cached(cache, SOURCE, Preparing.SETTINGS);
        assertThat(unused).as("beyond the limit").doesNotExist();
        assertThat(cache.find("my pictures", SOURCE, Preparing.SETTINGS)).contains(first.dataset().path());
        Outcome.Finished again = cached(cache, SOURCE, Preparing.SETTINGS);
        assertThat(first.already()).isFalse();
        assertThat(again.already()).isTrue();
        assertThat(again.dataset().path()).isEqualTo(first.dataset().path());
        assertThat(first.dataset().path().getFileName().toString()).matches("my-pictures-[0-9a-f]{16}");
        PreparationSettings smaller = new PreparationSettings(12, 3, Encoding.LOSSLESS,
                PreparationSettings.MIN_SHARD_BYTES, 7);
        Dataset renamed = EncodedSet.dataset(EncodedSet.noise("train2", 40, 0, 1), VALIDATION);
        assertThat(cached(cache, SOURCE, smaller).already()).isFalse();
        assertThat(cached(cache, renamed, Preparing.SETTINGS).already()).isFalse();
        assertThat(cached(cache, SOURCE, limited(1000)).already()).as("what is left out may differ").isFalse();
        assertThat(first.dataset().path().resolve("dataset.json")).as("in use, so not evicted").exists();
    }

    private static Outcome.Finished cached(PreparedCache cache, Dataset source, PreparationSettings settings)
            throws Exception {
        return (Outcome.Finished) cache.prepare("my pictures", source, settings, new Preparing().resources());
    }
}
