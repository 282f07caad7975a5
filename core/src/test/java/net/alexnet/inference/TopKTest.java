package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import net.alexnet.tensor.CounterRng;
import net.alexnet.tensor.CounterRng.Purpose;
import org.junit.jupiter.api.Test;

class TopKTest {
    private static final float NAN = Float.NaN;

    @Test
    void theMostProbableClassIsInPlaceZero() {
        float[] row = {0.1f, 0.6f, 0.3f};
        assertThat(places(row)).containsExactly(2, 0, 1);
        assertThat(TopK.best(row, 0, 3, 3)).containsExactly(1, 2, 0);
    }

    @Test
    void ofEqualProbabilitiesTheFirstClassIsBetter() {
        float[] row = {0.25f, 0.25f, 0.25f, 0.25f};
        assertThat(places(row)).containsExactly(0, 1, 2, 3);
        assertThat(TopK.best(row, 0, 4, 4)).containsExactly(0, 1, 2, 3);
    }

    @Test
    void whatIsNotANumberRanksLast() {
        float[] row = {NAN, 0.2f, NAN, 0.8f};
        assertThat(places(row)).containsExactly(4, 1, 4, 0);
        assertThat(TopK.best(row, 0, 4, 4)).containsExactly(3, 1, 0, 2);
    }

    @Test
    void everyClassIsWrongOnARowOfNaN() {
        assertThat(places(new float[] {NAN, NAN, NAN})).containsExactly(3, 3, 3);
    }

    @Test
    void readsOnlyTheRowAtTheOffset() {
        float[] rows = {0.9f, 0.1f, 0.2f, 0.8f, 1f, 0f};
        assertThat(TopK.place(rows, 2, 2, 1)).isZero();
        assertThat(TopK.best(rows, 2, 2, 2)).containsExactly(1, 0);
    }

    @Test
    void namesNoMoreThanAskedForAndNoMoreThanThereAre() {
        float[] row = {0.1f, 0.6f, 0.3f};
        assertThat(TopK.best(row, 0, 3, 1)).containsExactly(1);
        assertThat(TopK.best(row, 0, 3, 5)).hasSize(3);
    }

    @Test
    void bestAgreesWithPlace() {
        RandomGenerator random = CounterRng.generator(5, Purpose.SPLIT);
        for (int trial = 0; trial < 200; trial++) {
            float[] row = new float[7];
            for (int c = 0; c < row.length; c++) {
                row[c] = random.nextInt(5) == 0 ? NAN : random.nextInt(4) / 4f; // few values, so that many are equal
            }
            List<Integer> best = TopK.best(row, 0, row.length, row.length);
            for (int c = 0; c < row.length; c++) {
                if (!Float.isNaN(row[c])) {
                    assertThat(best.indexOf(c)).isEqualTo(TopK.place(row, 0, row.length, c));
                }
            }
            for (int count = 0; count < row.length; count++) {
                assertThat(TopK.best(row, 0, row.length, count)).isEqualTo(best.subList(0, count));
            }
        }
    }

    private static List<Integer> places(float[] row) {
        List<Integer> places = new ArrayList<>();
        for (int label = 0; label < row.length; label++) {
            places.add(TopK.place(row, 0, row.length, label));
        }
        return places;
    }
}
