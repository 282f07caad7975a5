package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.alexnet.inference.CachedFeatures.StoredRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class NeighborsTest {
    private static final int TOP = 6;

    @TempDir
    Path root;

    private CachedFeatures keep(List<float[]> rows) throws IOException {
        try (FeatureCacheFolder.Writer writer = new FeatureCacheFolder(root)
                .writer(new FeatureKey("l", "p", List.of(), "e", "c" + rows.size()), rows.getFirst().length)) {
            for (int i = 0; i < rows.size(); i++) {
                writer.add(new StoredRow(i, "c" + i), rows.get(i));
            }
            return writer.finish(List.of());
        }
    }

    /// Half of the rows stand in clusters, as pictures of a class do, half anywhere.
    private static List<float[]> rows(int count, int length, long seed) {
        Random random = new Random(seed);
        List<float[]> centers = IntStream.range(0, 40).mapToObj(_ -> row(length, random)).toList();
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float[] row = row(length, random);
            if (i % 2 == 0) {
                float[] center = centers.get(random.nextInt(centers.size()));
                for (int k = 0; k < length; k++) {
                    row[k] = center[k] + row[k] / 4;
                }
            }
            rows.add(row);
        }
        return rows;
    }

    private static float[] row(int length, Random random) {
        float[] row = new float[length];
        for (int k = 0; k < length; k++) {
            row[k] = (float) random.nextGaussian();
        }
        return row;
    }

    @Test
    void exactSearchIsASort() throws Exception {
        List<float[]> rows = rows(1003, 13, 1);
        rows.set(700, rows.get(3).clone());
        CachedFeatures features = keep(rows);
        float[] query = rows.get(3);
        List<Integer> expected = IntStream.range(0, rows.size()).boxed().filter(i -> i != 3)
                .sorted(Comparator.comparingDouble(i -> squared(query, rows.get(i)))).limit(TOP).toList();
        List<Neighbor> found = NearestNeighbors.nearest(features, query, TOP, row -> row != 3);
        assertThat(found).extracting(Neighbor::row).containsExactlyElementsOf(expected);
        assertThat(found.getFirst()).isEqualTo(new Neighbor(700, 0));
        assertThat(found.getLast().distance()).isCloseTo(Math.sqrt(squared(query, rows.get(expected.getLast()))),
                within(1e-9));
        assertThat(NearestNeighbors.nearest(features, query, 5000, _ -> true)).hasSize(rows.size());
    }

    private static double squared(float[] a, float[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> (double) a[i] - b[i]).map(d -> d * d).sum();
    }

    @Test
    void theIndexFindsNearlyAllThatIsNearest(TestReporter reporter) throws Exception {
        List<float[]> all = rows(6200, 64, 2);
        CachedFeatures features = keep(all.subList(0, 6000));
        int found = 0;
        int queries = 200;
        try (HnswIndex index = HnswIndex.open(features, _ -> {})) {
            for (float[] query : all.subList(6000, 6000 + queries)) {
                Set<Neighbor> exact = new HashSet<>(NearestNeighbors.nearest(features, query, TOP, _ -> true));
                List<Neighbor> near = index.nearest(query, TOP, _ -> true);
                assertThat(near).hasSize(TOP).isSortedAccordingTo(Neighbor.ORDER);
                found += (int) near.stream().filter(exact::contains).count();
            }
        }
        double recall = found / (double) (queries * TOP);
        reporter.publishEntry("recall@6", String.valueOf(recall));
        assertThat(recall).isGreaterThanOrEqualTo(0.95);
    }

    @Test
    void longRowsAreIndexedTooAndTheIndexIsKept() throws Exception {
        CachedFeatures features = keep(rows(50, 4096, 3));
        AtomicLong added = new AtomicLong();
        for (int round = 0; round < 2; round++) {
            try (HnswIndex index = HnswIndex.open(features, added::set)) {
                List<Neighbor> near = index.nearest(features.row(7), TOP, row -> row != 8);
                assertThat(near).isEqualTo(NearestNeighbors.nearest(features, features.row(7), TOP, row -> row != 8));
            }
            assertThat(added.getAndSet(0)).isEqualTo(round == 0 ? 50 : 0);
        }
        Path vectors = largest(features.folder().resolve("hnsw-1"));
        byte[] bytes = Files.readAllBytes(vectors);
        bytes[bytes.length / 2] ^= 1;
        Files.write(vectors, bytes);
        try (HnswIndex index = HnswIndex.open(features, added::set)) {
            assertThat(added).as("a damaged index is built again").hasValue(50);
            assertThat(index.nearest(features.row(7), 1, _ -> true)).containsExactly(new Neighbor(7, 0));
        }
    }

    /// All want to put theirs in the place of a damaged one.
    @Test
    void severalMayBuildTheIndexAtOnce() throws Exception {
        CachedFeatures features = keep(rows(20, 4, 4));
        Path folder = features.folder().resolve("hnsw-1");
        for (int round = 0; round < 10; round++) {
            HnswIndex.open(features, _ -> {}).close();
            Files.write(largest(folder), new byte[3]);
            CyclicBarrier built = new CyclicBarrier(3);
            List<CompletableFuture<List<Neighbor>>> all = Stream.generate(() -> CompletableFuture.supplyAsync(() -> {
                try (HnswIndex index = HnswIndex.open(features, added -> await(built, added == 20))) {
                    return index.nearest(features.row(7), 1, _ -> true);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }, task -> Thread.ofPlatform().start(task))).limit(3).toList();
            for (CompletableFuture<List<Neighbor>> one : all) {
                assertThat(one.get()).containsExactly(new Neighbor(7, 0));
            }
            assertThat(features.folder().toFile().list()).containsExactlyInAnyOrder("features.npy", "features.json",
                    "hnsw-1");
        }
    }

    private static void await(CyclicBarrier barrier, boolean here) {
        try {
            if (here) {
                barrier.await();
            }
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path largest(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.max(Comparator.comparingLong(file -> file.toFile().length())).orElseThrow();
        }
    }
}
