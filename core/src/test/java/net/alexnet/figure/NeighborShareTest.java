package net.alexnet.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.alexnet.figure.NeighborShare.Labeled;
import net.alexnet.inference.CachedFeatures;
import net.alexnet.inference.CachedFeatures.StoredRow;
import net.alexnet.inference.NearestNeighbors;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class NeighborShareTest {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();

    private static Labeled labeled(float[][] rows, int... labels) {
        int length = rows[0].length;
        MemorySegment matrix = MemorySegment.ofArray(new byte[rows.length * length * Float.BYTES]);
        for (int i = 0; i < rows.length * length; i++) {
            matrix.set(FLOAT, (long) i * Float.BYTES, rows[i / length][i % length]);
        }
        return new Labeled(new CachedFeatures(length,
                IntStream.range(0, rows.length).mapToObj(i -> new StoredRow(i, "c" + i)).toList(), List.of(), matrix),
                labels);
    }

    private static final float[][] TRAINING = {{0, 0}, {1, 0}, {0, 1}, {10, 10}, {11, 10}, {-100, -100}};

    @Test
    void theNearestOfAConstructedSetAreCounted() throws IOException {
        Labeled training = labeled(TRAINING, 0, 0, 1, 1, 1, 0);
        Labeled asked = labeled(new float[][] {{.4f, .1f}, {10.4f, 10}, {.4f, .1f}, {-90, -90}}, 0, 1, -1, 1);

        NeighborShare two = NeighborShare.of(backend, training, asked, 2);
        NeighborShare three = NeighborShare.of(backend, training, asked, 3);

        assertThat(two.pictures()).as("one has no class").isEqualTo(3);
        assertThat(two.share()).isCloseTo((2 + 2 + 0) / 6.0, within(1e-12));
        assertThat(three.share()).isCloseTo((2 + 2 + 0) / 9.0, within(1e-12));
    }

    @Test
    void blocksGiveWhatASearchRowByRowGives() throws IOException {
        Random random = new Random(4);
        int[] labels = random.ints(5000, 0, 3).toArray();
        float[][] rows = IntStream.range(0, 5000).mapToObj(i -> row(labels[i], random)).toArray(float[][]::new);
        int[] askedLabels = random.ints(530, 0, 3).toArray();
        float[][] askedRows = IntStream.range(0, 530).mapToObj(i -> row(askedLabels[i], random))
                .toArray(float[][]::new);
        Labeled training = labeled(rows, labels);
        long same = IntStream.range(0, 530).mapToLong(i -> NearestNeighbors
                .nearest(training.features(), askedRows[i], 6, _ -> true).stream()
                .filter(near -> labels[near.row()] == askedLabels[i]).count()).sum();

        NeighborShare share = NeighborShare.of(backend, training, labeled(askedRows, askedLabels), 6);

        assertThat(share.share()).isCloseTo(same / 530.0 / 6, within(1e-3)).isBetween(.4, .95);
    }

    private static float[] row(int label, Random random) {
        float[] row = new float[5];
        for (int i = 0; i < row.length; i++) {
            row[i] = (float) random.nextGaussian() + (i == label ? 1.5f : 0);
        }
        return row;
    }

    @Test
    void misuse() {
        Labeled training = labeled(TRAINING, 0, 0, 1, 1, 1, 0);
        Labeled unknown = labeled(TRAINING, -1, -1, -1, -1, -1, -1);
        assertThatIllegalArgumentException().isThrownBy(() -> NeighborShare.of(backend, training, training, 7))
                .withMessageContaining("6 training pictures, found 7");
        assertThatIOException().isThrownBy(() -> NeighborShare.of(backend, training, unknown, 1))
                .withMessageContaining("none of the 6 pictures");
    }
}
