package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;
import net.alexnet.data.image.Crop;
import net.alexnet.inference.CachedFeatures.Missing;
import net.alexnet.inference.CachedFeatures.StoredRow;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureCacheFolderTest {
    private static final List<Crop> CENTER = List.of(Crop.center(10, 8));
    private static final FeatureKey KEY = key("l", "p", CENTER, "e", "c");

    @TempDir
    Path root;

    private FeatureCacheFolder store;

    @BeforeEach
    void open() {
        store = new FeatureCacheFolder(root.resolve("features"));
    }

    private static FeatureKey key(String layers, String preprocessing, List<Crop> views, String engine,
            String pictures) {
        return new FeatureKey(layers, preprocessing, views, engine, pictures);
    }

    private CachedFeatures keep(float... values) throws IOException {
        return keep(KEY, values);
    }

    private CachedFeatures keep(FeatureKey key, float... values) throws IOException {
        try (FeatureCacheFolder.Writer writer = store.writer(key, 2)) {
            for (int i = 0; i < values.length; i += 2) {
                writer.add(new StoredRow(10 + i, "c" + i), new float[] {values[i], values[i + 1]});
            }
            return writer.finish(List.of(new Missing(11, "broken")));
        }
    }

    @Test
    void whatIsKeptIsFoundAgain() throws Exception {
        assertThat(store.find(KEY)).isEmpty();
        keep(1, 2, 3, 4);
        CachedFeatures found = store.find(KEY).orElseThrow();
        assertThat(found.length()).isEqualTo(2);
        assertThat(found.rows()).containsExactly(new StoredRow(10, "c0"), new StoredRow(12, "c2"));
        assertThat(found.missing()).containsExactly(new Missing(11, "broken"));
        assertThat(found.row(0)).containsExactly(1, 2);
        assertThat(found.row(1)).containsExactly(3, 4);
    }

    @Test
    void nothingOfAnotherKey() throws Exception {
        keep(1, 2);
        for (FeatureKey other : List.of(key("x", "p", CENTER, "e", "c"), key("l", "x", CENTER, "e", "c"),
                key("l", "p", Crop.ten(10, 8), "e", "c"), key("l", "p", CENTER, "x", "c"),
                key("l", "p", CENTER, "e", "x"))) {
            assertThat(store.find(other)).isEmpty();
            assertThat(other.id()).isNotEqualTo(KEY.id());
        }
    }

    @Test
    void keptAgainItIsTheNewOne() throws Exception {
        CachedFeatures old = keep(1, 2);
        keep(5, 6, 7, 8);
        assertThat(store.find(KEY).orElseThrow().row(1)).containsExactly(7, 8);
        assertThat(old.row(0)).as("still mapped").containsExactly(1, 2);
    }

    /// Another process may have begun to build an index there.
    @Test
    void theSameFromTwoIsThatOfTheFirst() throws Exception {
        Path marked = Files.createDirectory(keep(1, 2, 3, 4).folder().resolve("index"));
        CachedFeatures second = keep(1, 2, 3, 4);
        assertThat(marked).exists();
        assertThat(second.folder()).isEqualTo(marked.resolveSibling(""));
        assertThat(second.row(1)).containsExactly(3, 4);
        assertThat(store.root().toFile().list()).containsExactly(KEY.id());
    }

    @Test
    void severalMayKeepTheSameAtOnce() throws Exception {
        for (int round = 0; round < 20; round++) {
            Path matrix = keep(7, 7).folder().resolve("features.npy");
            Files.write(matrix, new byte[3]); // damaged, so that all want to replace it
            CyclicBarrier start = new CyclicBarrier(4);
            List<CompletableFuture<CachedFeatures>> all = Stream.generate(() -> CompletableFuture.supplyAsync(() -> {
                try {
                    start.await();
                    return keep(1, 2, 3, 4);
                } catch (IOException | InterruptedException | BrokenBarrierException e) {
                    throw new CompletionException(e);
                }
            }, task -> Thread.ofPlatform().start(task))).limit(4).toList();
            for (CompletableFuture<CachedFeatures> one : all) {
                assertThat(one.get().row(1)).containsExactly(3, 4);
            }
            assertThat(store.find(KEY).orElseThrow().row(0)).containsExactly(1, 2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"features.npy", "features.json"})
    void damageIsAsIfNothingWereThere(String name) throws Exception {
        Path file = keep(1, 2, 3, 4).folder().resolve(name);
        byte[] whole = Files.readAllBytes(file);
        for (int at = whole.length / 8; at < whole.length; at += whole.length / 8) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 1;
            Files.write(file, damaged);
            assertThat(store.find(KEY)).as("byte %d", at).isEmpty();
        }
        Files.write(file, Arrays.copyOf(whole, whole.length - 3));
        assertThat(store.find(KEY)).isEmpty();
        Files.delete(file);
        assertThat(store.find(KEY)).isEmpty();
        keep(9, 9);
        assertThat(store.find(KEY).orElseThrow().row(0)).containsExactly(9, 9);
    }

    @Test
    void whatIsNotFinishedLeavesNothing() throws Exception {
        try (FeatureCacheFolder.Writer writer = store.writer(KEY, 2)) {
            writer.add(new StoredRow(0, "c"), new float[2]);
        }
        assertThat(store.find(KEY)).isEmpty();
        try (Stream<Path> files = Files.list(store.root())) {
            assertThat(files).isEmpty();
        }
    }

    private static void age(Path entry, int days) throws IOException {
        FileTime then = FileTime.from(Instant.now().minus(Duration.ofDays(days)));
        List<Path> all;
        try (Stream<Path> files = Files.walk(entry)) {
            all = files.toList();
        }
        for (Path file : all) {
            Files.setLastModifiedTime(file, then);
        }
    }

    private static FeatureKey numbered(int number) {
        return key("l", "p", CENTER, "e", "c" + number);
    }

    @Test
    void whatWasUsedLongestAgoGoes() throws Exception {
        long each = 0;
        for (int i = 0; i < 4; i++) {
            Path folder = keep(numbered(i), 1, 2).folder();
            try (Stream<Path> files = Files.list(folder)) {
                each = files.mapToLong(file -> file.toFile().length()).sum();
            }
            age(folder, 10 - i);
        }
        Path older = Files.write(store.root().resolve("of-an-older-version.f32"), new byte[(int) each]);
        age(older, 20);
        assertThat(store.find(numbered(0))).as("used now").isPresent();
        CachedFeatures mapped = store.find(numbered(3)).orElseThrow();
        age(mapped.folder(), 7);
        new FeatureCacheFolder(store.root(), 5 * each, Duration.ZERO).trim();
        assertThat(older).exists();
        new FeatureCacheFolder(store.root(), 2 * each + each / 2, Duration.ZERO).trim();
        assertThat(older).doesNotExist();
        assertThat(store.find(numbered(1))).isEmpty();
        assertThat(store.find(numbered(2))).isEmpty();
        new FeatureCacheFolder(store.root(), 0, Duration.ofDays(1)).trim();
        assertThat(store.find(numbered(0))).as("used in the last day").isPresent();
        assertThat(store.find(numbered(3))).isEmpty();
        assertThat(mapped.row(0)).as("still mapped").containsExactly(1, 2);
    }

    /// A slow one may write nothing for longer than what is spared.
    @Test
    void aDraftStaysAsLongAsItsProcessDoes() throws Exception {
        try (FeatureCacheFolder.Writer writer = store.writer(KEY, 1)) {
            Path draft;
            try (Stream<Path> files = Files.list(store.root())) {
                draft = files.findFirst().orElseThrow();
            }
            long nobody = 999_999_999;
            assertThat(ProcessHandle.of(nobody)).isEmpty();
            Path left = store.root().resolve(draft.getFileName().toString()
                    .replace("-" + ProcessHandle.current().pid() + "-", "-" + nobody + "-"));
            Files.copy(draft, left);
            Files.writeString(left.resolve("features.npy.tmp"), "half");
            age(draft, 2);
            new FeatureCacheFolder(store.root(), 0, Duration.ofDays(1)).trim();
            assertThat(left).as("touched in the last day: a process of another machine may write it").exists();
            age(left, 2);
            new FeatureCacheFolder(store.root(), FeatureCacheFolder.LIMIT, Duration.ofDays(1)).trim();
            assertThat(left).doesNotExist();
            new FeatureCacheFolder(store.root(), 0, Duration.ofDays(1)).trim();
            writer.add(new StoredRow(0, "c"), new float[] {7});
            assertThat(writer.finish(List.of()).row(0)).containsExactly(7);
        }
    }

    @Test
    void whoeverMayReadTheFolderMayReadWhatIsInIt() throws Exception {
        Path folder = keep(1, 2).folder();
        assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
        assertThat(Files.getPosixFilePermissions(folder)).isEqualTo(Files.getPosixFilePermissions(store.root()));
    }

    @Test
    void nothingToRemoveIsNoFailure() {
        new FeatureCacheFolder(root.resolve("none"), 0, Duration.ZERO).trim();
        assertThat(root.resolve("none")).doesNotExist();
    }
}
