package net.alexnet.features;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import net.alexnet.dataset.Rejected;
import net.alexnet.features.StoredFeatures.StoredRow;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureStoreTest {
    private static final FeatureKey KEY = new FeatureKey("m", "fc7", 1, "p");

    @TempDir
    Path root;

    private FeatureStore store;

    @BeforeEach
    void open() {
        store = new FeatureStore(root.resolve("features"));
    }

    private StoredFeatures keep(float... values) throws IOException {
        try (FeatureStore.Writer writer = store.writer(KEY, 2)) {
            for (int i = 0; i < values.length; i += 2) {
                writer.add(new StoredRow(10 + i, "c" + i), "n" + i, new float[] {values[i], values[i + 1]});
            }
            return writer.finish(List.of(new Rejected("x", "broken")));
        }
    }

    @Test
    void whatIsKeptIsFoundAgain() throws Exception {
        assertThat(store.find(KEY)).isEmpty();
        keep(1, 2, 3, 4);
        StoredFeatures found = store.find(KEY).orElseThrow();
        assertThat(found.length()).isEqualTo(2);
        assertThat(found.rows()).containsExactly(new StoredRow(10, "c0"), new StoredRow(12, "c2"));
        assertThat(found.rejected()).containsExactly(new Rejected("x", "broken"));
        assertThat(found.row(0)).containsExactly(1, 2);
        assertThat(found.row(1)).containsExactly(3, 4);
    }

    @Test
    void nothingOfAnotherKey() throws Exception {
        keep(1, 2);
        for (FeatureKey other : List.of(new FeatureKey("n", "fc7", 1, "p"), new FeatureKey("m", "fc6", 1, "p"),
                new FeatureKey("m", "fc7", 10, "p"), new FeatureKey("m", "fc7", 1, "q"))) {
            assertThat(store.find(other)).isEmpty();
            assertThat(other.id()).isNotEqualTo(KEY.id());
        }
    }

    @Test
    void keptAgainItIsTheNewOne() throws Exception {
        StoredFeatures old = keep(1, 2);
        keep(5, 6, 7, 8);
        assertThat(store.find(KEY).orElseThrow().row(1)).containsExactly(7, 8);
        assertThat(old.row(0)).as("still mapped").containsExactly(1, 2);
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
        try (FeatureStore.Writer writer = store.writer(KEY, 2)) {
            writer.add(new StoredRow(0, "c"), "n", new float[2]);
        }
        assertThat(store.find(KEY)).isEmpty();
        try (Stream<Path> files = Files.list(store.root())) {
            assertThat(files).isEmpty();
        }
    }
}
