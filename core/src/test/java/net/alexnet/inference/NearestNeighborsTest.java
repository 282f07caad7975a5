package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.alexnet.inference.CachedFeatures.StoredRow;
import net.alexnet.inference.NearestNeighbors.Neighbor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class NearestNeighborsTest {
    private static final int TOP = 6;

    @TempDir
    Path root;

    private CachedFeatures store(List<float[]> rows) throws Exception {
        try (FeatureCacheFolder.Writer writer = FeatureCacheFolderTest.folder(root)
                .writer(FeatureCacheFolderTest.key("c" + rows.size()), rows.getFirst().length)) {
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
    void findsTheRowsThatASortFinds() throws Exception {
        List<float[]> rows = rows(1003, 13, 1);
        rows.set(700, rows.get(3).clone());
        CachedFeatures features = store(rows);
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
    void rowsThatAreNotKeptHaveTheSameNearest() throws Exception {
        List<float[]> rows = rows(700, 9, 5); // more than a block
        rows.add(rows.get(3)); // equally near
        CachedFeatures stored = store(rows);
        NearestNeighbors.Search search = new NearestNeighbors.Search(rows.get(3), TOP);
        for (int i = 0; i < rows.size(); i++) {
            search.offer(i, rows.get(i));
        }
        assertThat(search.nearest()).hasSize(TOP)
                .isEqualTo(NearestNeighbors.nearest(stored, rows.get(3), TOP, _ -> true));
    }
}
