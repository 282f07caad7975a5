package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import net.alexnet.io.CacheFolder;
import net.alexnet.io.CacheFolder.Kind;
import net.alexnet.tensor.ComputeEnvironment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureCacheFolderTest {
    private static final List<Crop> CENTER = List.of(Crop.center(10, 8));
    private static final ComputeEnvironment ENVIRONMENT = new ComputeEnvironment("e", "cpu", 2, "none");
    private static final FeatureKey KEY = key("c");

    @TempDir
    Path root;

    private FeatureCacheFolder store;

    @BeforeEach
    void open() {
        store = folder(root);
    }

    static FeatureCacheFolder folder(Path root) {
        return new FeatureCacheFolder(new CacheFolder(root));
    }

    static FeatureKey key(String images) {
        return new FeatureKey("l", "p", CENTER, ENVIRONMENT, 1, 64, images);
    }

    private CachedFeatures store(float... values) throws IOException, InterruptedException {
        try (FeatureCacheFolder.Writer writer = store.writer(KEY, 2)) {
            for (int i = 0; i < values.length; i += 2) {
                writer.add(new StoredRow(10 + i, "c" + i), new float[] {values[i], values[i + 1]});
            }
            return writer.finish(List.of(new Missing(11, "broken")));
        }
    }

    @Test
    void storedFeaturesAreFoundAgain() throws Exception {
        assertThat(store.find(KEY)).isEmpty();
        store(1, 2, 3, 4);
        CachedFeatures found = store.find(KEY).orElseThrow();
        assertThat(found.length()).isEqualTo(2);
        assertThat(found.rows()).containsExactly(new StoredRow(10, "c0"), new StoredRow(12, "c2"));
        assertThat(found.missing()).containsExactly(new Missing(11, "broken"));
        assertThat(found.row(0)).containsExactly(1, 2);
        assertThat(found.row(1)).containsExactly(3, 4);
    }

    @Test
    void everyFieldOfTheKeyCounts() throws Exception {
        store(1, 2);
        for (FeatureKey other : List.of(new FeatureKey("x", "p", CENTER, ENVIRONMENT, 1, 64, "c"),
                new FeatureKey("l", "x", CENTER, ENVIRONMENT, 1, 64, "c"),
                new FeatureKey("l", "p", Crop.ten(10, 8), ENVIRONMENT, 1, 64, "c"),
                new FeatureKey("l", "p", CENTER, new ComputeEnvironment("x", "cpu", 2, "none"), 1, 64, "c"),
                new FeatureKey("l", "p", CENTER, new ComputeEnvironment("e", "x", 2, "none"), 1, 64, "c"),
                new FeatureKey("l", "p", CENTER, new ComputeEnvironment("e", "cpu", 3, "none"), 1, 64, "c"),
                new FeatureKey("l", "p", CENTER, new ComputeEnvironment("e", "cpu", 2, "x"), 1, 64, "c"),
                new FeatureKey("l", "p", CENTER, ENVIRONMENT, 2, 64, "c"),
                new FeatureKey("l", "p", CENTER, ENVIRONMENT, 1, 32, "c"), key("x"))) {
            assertThat(store.find(other)).isEmpty();
            assertThat(other.id()).isNotEqualTo(KEY.id());
        }
    }

    @Test
    void newFeaturesReplaceOldOnesWhoseMappingStays() throws Exception {
        CachedFeatures old = store(1, 2);
        store(5, 6, 7, 8);
        assertThat(store.find(KEY).orElseThrow().row(1)).containsExactly(7, 8);
        assertThat(old.row(0)).containsExactly(1, 2);
    }

    @Test
    void equalFeaturesOfAnotherProcessStay() throws Exception {
        store(1, 2, 3, 4);
        Path marked = Files.createFile(store.folder(KEY).resolve("mark"));
        assertThat(store(1, 2, 3, 4).row(1)).containsExactly(3, 4);
        assertThat(marked).exists();
        assertThat(store.cache().folder(Kind.FEATURES).toFile().list()).containsExactly(KEY.id());
    }

    @Test
    void severalThreadsMayStoreTheSame() throws Exception {
        for (int round = 0; round < 20; round++) {
            store(7, 7);
            Files.write(store.folder(KEY).resolve("features.npy"), new byte[3]); // damaged, so that all replace it
            CyclicBarrier start = new CyclicBarrier(4);
            List<CompletableFuture<CachedFeatures>> all = Stream.generate(() -> CompletableFuture.supplyAsync(() -> {
                try {
                    start.await();
                    return store(1, 2, 3, 4);
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
    void damagedFeaturesCountAsMissing(String name) throws Exception {
        store(1, 2, 3, 4);
        Path file = store.folder(KEY).resolve(name);
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
        store(9, 9);
        assertThat(store.find(KEY).orElseThrow().row(0)).containsExactly(9, 9);
    }

    /// The reader refuses null; a fault in the program is not taken for damage.
    @Test
    void aRecordWithoutAFieldOrWithNullCountsAsMissing() throws Exception {
        store(1, 2);
        JsonMapper json = new JsonMapper();
        Path file = store.folder(KEY).resolve("features.json");
        ObjectNode whole = (ObjectNode) json.readTree(file.toFile());
        for (String field : List.copyOf(whole.properties()).stream().map(entry -> entry.getKey()).toList()) {
            Files.writeString(file, json.writeValueAsString(whole.deepCopy().putNull(field)));
            assertThat(store.find(KEY)).as("null as %s", field).isEmpty();
            Files.writeString(file, json.writeValueAsString(whole.deepCopy().without(field)));
            assertThat(store.find(KEY)).as("no %s", field).isEmpty();
        }
        ObjectNode nullRow = whole.deepCopy();
        nullRow.withArray("rows").addNull();
        Files.writeString(file, json.writeValueAsString(nullRow));
        assertThat(store.find(KEY)).isEmpty();
        Files.writeString(file, "null");
        assertThat(store.find(KEY)).isEmpty();
        Files.writeString(file, json.writeValueAsString(whole));
        assertThat(store.find(KEY)).isPresent();
    }

    @Test
    void unfinishedFeaturesLeaveNothing() throws Exception {
        try (FeatureCacheFolder.Writer writer = store.writer(KEY, 2)) {
            writer.add(new StoredRow(0, "c"), new float[2]);
        }
        assertThat(store.find(KEY)).isEmpty();
        assertThat(store.cache().folder(Kind.FEATURES)).isEmptyDirectory();
    }

    @Test
    void featuresHaveThePermissionsOfTheirFolder() throws Exception {
        store(1, 2);
        Path folder = store.folder(KEY);
        assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
        assertThat(Files.getPosixFilePermissions(folder))
                .isEqualTo(Files.getPosixFilePermissions(folder.resolveSibling("")));
    }
}
